"""How places says no."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[Mapping[str, Wording]] = {
    "places.bad_code": Wording(
        _("“{place_code}” is not a place code."), _("Codes are letters and digits only, 24 at most."), 422
    ),
    "places.code_taken": Wording(
        _("The code {place_code} already belongs to another place in the list of {vintage}."),
        _("Check the code and the year of the list."),
        409,
    ),
    "places.wrong_parent": Wording(
        _("The place {place_code} cannot lie where you put it."),
        _("A place lies in one of a higher level that is already known."),
        422,
    ),
    "places.unknown": Wording(_("We do not know this place."), _("Look for it by name in the search."), 404),
}
