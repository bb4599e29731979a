"""How `media` says no; the first sentence is also what a publishing program prints."""

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING = {
    "media.key_refused": Wording(
        _("This stream key is not known here, or a newer one took its place."),
        _("Copy the key of your studio again, or make a new one there."),
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
    "media.too_many_tries": Wording(
        _("Too many wrong keys came from your address."),
        _("Wait {retry_after} seconds, copy the key again and try once more."),
        403,
    ),
    "media.no_such_stream": Wording(_("There is no such stream."), _("Go back to the show."), 404),
}
