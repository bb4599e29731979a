"""What pacts say no with."""

from millstream.kernel.refusals import Refusal


class MoreThanWhole(Refusal):
    """The pact would take more than the others leave; `left` and `asked` are parts per thousand."""

    code = "pacts.more_than_whole"


class InThePast(Refusal):
    """A pact counts from now on or later, never for sales already made."""

    code = "pacts.in_the_past"


class Overlaps(Refusal):
    """Another pact of the same scope is agreed for later; end it first."""

    code = "pacts.overlaps"


class AlreadyEnded(Refusal):
    """The pact has an end already; `ended_at` tells when."""

    code = "pacts.already_ended"
