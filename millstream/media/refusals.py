"""What `media` says no with."""

from millstream.kernel.refusals import Refusal


class KeyRefused(Refusal):
    """No host has this stream key, or it was replaced by a newer one."""

    code = "media.key_refused"


class TicketOver(Refusal):
    """The studio's ticket was good, but its twelve hours are over."""

    code = "media.ticket_over"


class ShowNotOpen(Refusal):
    """The key is good, but no show of its host takes a picture now; `opens_at` tells when the next one does."""

    code = "media.show_not_open"


class AccountLimit(Refusal):
    """The host has recorded as many hours within a day as an account may; `hours` is that limit."""

    code = "media.account_limit"


class TooManyPictures(Refusal):
    """The host sends into as many streams at once as an account may; `most` is that limit."""

    code = "media.too_many_pictures"


class WrongServer(Refusal):
    """The host's picture is taken by another media process; `address` is where."""

    code = "media.wrong_server"


class WrongName(Refusal):
    """The engine has the stream under a name that is not its own."""

    code = "media.wrong_name"


class TooManyTries(Refusal):
    """Too many refused keys from one address; `retry_after` is in seconds."""

    code = "media.too_many_tries"


class NoSuchStream(Refusal):
    """There is no such stream."""

    code = "media.no_such_stream"


class NothingRecorded(Refusal):
    """Nothing was recorded in this time."""

    code = "media.nothing_recorded"


class NoSuchClip(Refusal):
    """There is no such clip, or it is gone."""

    code = "media.no_such_clip"


class ClipTooLong(Refusal):
    """A clip of this kind is at most `most_seconds` long."""

    code = "media.clip_too_long"


class ClipsNotCut(Refusal):
    """Clips of this recording are still to be cut, so it cannot be deleted now."""

    code = "media.clips_not_cut"


class RecordingGone(Refusal):
    """The recording was deleted."""

    code = "media.recording_gone"
