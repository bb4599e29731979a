"""What places says no with."""

from millstream.kernel.refusals import Refusal


class BadCode(Refusal):
    """A code is empty, too long, or has other signs than letters and digits (`place_code`)."""

    code = "places.bad_code"


class CodeTaken(Refusal):
    """Another place has this code in this vintage (`place_code`, `vintage`)."""

    code = "places.code_taken"


class WrongParent(Refusal):
    """The parent is unknown or not of a higher level (`place_code`)."""

    code = "places.wrong_parent"


class UnknownPlace(Refusal):
    """No place has this id or code."""

    code = "places.unknown"
