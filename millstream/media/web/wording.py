"""How `media` says no; the first sentence is also what a publishing program prints."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "media.key_refused": Wording(
        _("This stream key is not known here, or a newer one took its place."),
        _("Copy the key of your studio again, or make a new one there."),
        403,
    ),
    "media.ticket_over": Wording(
        _("This studio page has been open for too long to start the picture again."),
        _("Load the page again, then go on."),
        403,
    ),
    "media.show_not_open": Wording(
        _("None of your shows takes a picture now."),
        _("A show opens for its picture an hour before it starts: look in your studio, or start a show there."),
        403,
    ),
    "media.account_limit": Wording(
        _("You have sent {hours} hours of video within a day, which is the limit of an account."),
        _("Wait until yesterday's hours are past, or ask the operator."),
        403,
    ),
    "media.too_many_pictures": Wording(
        _("You send {most} pictures at once already, which is the limit of an account."),
        _("End one of your other shows, or ask the operator."),
        403,
    ),
    "media.wrong_server": Wording(
        _("Your picture is taken by another server of this shop."),
        _("Set this server in your encoder: {address}"),
        403,
    ),
    "media.wrong_name": Wording(
        _("This is not the name of your stream."),
        _("Copy the whole address from your studio again."),
        403,
    ),
    "media.too_many_tries": Wording(
        _("Too many wrong keys came from your address."),
        _("Wait {retry_after} seconds, copy the key again and try once more."),
        403,
    ),
    "media.no_such_stream": Wording(_("There is no such stream."), _("Go back to the show."), 404),
    "media.nothing_recorded": Wording(
        _("Nothing was recorded in this time."), _("Choose a time in which the show had a picture."), 409
    ),
    "media.no_such_clip": Wording(_("There is no such clip any more."), _("Go back to the show."), 404),
    "media.clip_too_long": Wording(
        _("A clip is at most {most_seconds} seconds long."), _("Choose a shorter time."), 422
    ),
    "media.clips_not_cut": Wording(
        _("Clips of this recording are still being cut."), _("Try again in a few minutes."), 409
    ),
    "media.recording_gone": Wording(_("This recording was deleted."), _("Go back to the show."), 410),
}
