"""What notices says no with."""

from millstream.kernel.refusals import Refusal


class NoSuchAsk(Refusal):
    """There is no such wish to be told, or the link is not ours."""

    code = "notices.no_such_ask"


class NotAnEmail(Refusal):
    """What was typed is no e-mail address."""

    code = "notices.not_an_email"


class BadPushAddress(Refusal):
    """The browser's push address cannot be used: not of a push service that we know, or its keys are broken."""

    code = "notices.bad_push_address"


class TooManyLetters(Refusal):
    """This address was asked to confirm often enough for a day."""

    code = "notices.too_many_letters"
