"""How the ledger's refusals are said."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from millstream.kernel.wording import Wording

WORDING: Final[Mapping[str, Wording]] = {
    "ledger.key_reused": Wording(
        _("This was already booked, and not in the same way."), _("Nothing was changed. Tell the operator: {key}"), 409
    ),
    "ledger.overdrawn": Wording(
        _("There is not that much money in the account."),
        _("Nothing was booked. Check what is due and try again."),
        409,
    ),
    "ledger.already_reversed": Wording(
        _("This entry was reversed before."), _("Nothing was changed. Look at the statement."), 409
    ),
    "ledger.nothing_due": Wording(
        _("There is nothing to pay out in {currency}."),
        _("Amounts become due when the return window of an order ends, and only actors with bank details are paid."),
        409,
    ),
    "ledger.already_marked": Wording(
        _("This payout is already marked."), _("Look at its present state on the page of the batch."), 409
    ),
    "ledger.bad_bank_details": Wording(
        _("A bank would not take these details."), _("Check the name, the bank and the account number."), 422
    ),
}
