"""Words of the refusals of notices."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[dict[str, Any]] = {
    "notices.no_such_ask": Wording(
        _("This link does not lead anywhere any more."), _("Ask again on the page of the show."), 404
    ),
    "notices.not_an_email": Wording(_("That is no e-mail address."), _("Write it like name@example.com."), 422),
    "notices.bad_push_address": Wording(
        _("Your browser's push service is not one that we can reach."), _("Choose e-mail or the calendar instead."), 422
    ),
    "notices.too_many_letters": Wording(
        _("We wrote to this address already and nobody has answered."),
        _("Look for our letter, among the unwanted ones too, or try again tomorrow."),
        429,
    ),
}
