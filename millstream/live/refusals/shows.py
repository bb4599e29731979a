"""What `live` says no with."""

from millstream.kernel.refusals import Refusal


class NoSuchShow(Refusal):
    """There is no such show."""

    code = "live.no_such_show"


class NotYourShow(Refusal):
    """Only the host of a show may do this."""

    code = "live.not_your_show"


class ShowOver(Refusal):
    """The show has ended or was cancelled."""

    code = "live.show_over"


class ShowNotLive(Refusal):
    """The show is not on yet."""

    code = "live.show_not_live"


class HostIsLive(Refusal):
    """The host has another show on; `title` names it."""

    code = "live.host_is_live"


class StartsInThePast(Refusal):
    """A show cannot be planned for a time that is over."""

    code = "live.starts_in_the_past"


class NotInRundown(Refusal):
    """The product is not in the rundown of this show."""

    code = "live.not_in_rundown"


class AlreadyInRundown(Refusal):
    """The product is in the rundown already."""

    code = "live.already_in_rundown"


class RundownFull(Refusal):
    """A rundown holds `most` products."""

    code = "live.rundown_full"


class SellerHasNotAgreed(Refusal):
    """The seller has no pact with this host, so the host may not sell for it."""

    code = "live.seller_has_not_agreed"


class NotForSale(Refusal):
    """The product is not for sale."""

    code = "live.not_for_sale"


class TalkTooFast(Refusal):
    """The visitor talks faster than a room can read; `retry_after` is in seconds."""

    code = "live.too_fast"


class TalkTooLong(Refusal):
    """A message is longer than `most` letters."""

    code = "live.too_long"


class TalkRepeated(Refusal):
    """The visitor said just this a moment ago."""

    code = "live.repeated"


class TalkEmpty(Refusal):
    """There is nothing in the message."""

    code = "live.empty"


class TalkMuted(Refusal):
    """The host asked this visitor to be silent for a while; `minutes` are left."""

    code = "live.muted"


class TalkClosed(Refusal):
    """The room takes no messages any more."""

    code = "live.talk_closed"


class BadMessage(Refusal):
    """What the page sent is no message of a room."""

    code = "live.bad_message"


class NoSuchMessage(Refusal):
    """The message is not there any more."""

    code = "live.no_such_message"
