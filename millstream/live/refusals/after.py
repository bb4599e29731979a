"""What is said no with after a show."""

from millstream.kernel.refusals import Refusal


class NoSuchProductClip(Refusal):
    """There is no such clip, or it was taken away."""

    code = "live.no_such_product_clip"


class NoSuchPromise(Refusal):
    """There is no such promise, or its time is over."""

    code = "live.no_such_promise"


class NoSuchSlip(Refusal):
    """This household sold nothing in this show."""

    code = "live.no_such_slip"
