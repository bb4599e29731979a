"""What `live` says no with while a show is planned."""

from millstream.kernel.refusals import Refusal


class BadRule(Refusal):
    """A show cannot repeat like this; `field` names what is wrong."""

    code = "live.bad_rule"


class AlreadyRepeats(Refusal):
    """The show repeats already."""

    code = "live.already_repeats"


class PreviewTooLarge(Refusal):
    """A preview clip has at most `most` MB."""

    code = "live.preview_too_large"


class NoVideo(Refusal):
    """The upload is no video that we can read."""

    code = "live.no_video"


class RemindersClosed(Refusal):
    """The show is on, over or called off: there is nothing to be reminded of."""

    code = "live.reminders_closed"


class PosterFontMissing(Refusal):
    """The package with the font of posters is not installed."""

    code = "live.poster_font_missing"
