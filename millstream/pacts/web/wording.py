"""How the refusals of pacts are said."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[Mapping[str, Wording]] = {
    "pacts.more_than_whole": Wording(
        _("The parts would come to more than the whole sale."),
        _("At most {left} of 1000 are left; {asked} were asked for. Agree on less, or end another pact first."),
        409,
    ),
    "pacts.in_the_past": Wording(
        _("A pact cannot count for sales already made."), _("Let it begin now or later."), 422
    ),
    "pacts.overlaps": Wording(
        _("Another pact on the same part is agreed for later."),
        _("End that one first, or let this one begin after it."),
        409,
    ),
    "pacts.already_ended": Wording(_("This pact has ended already."), _("Agree on a new one."), 409),
}
