"""Forms of the ledger's pages."""

from typing import Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from millstream.ledger.types import BankDetails, ItemState

MISTAKES: Final[dict[str, str | Promise]] = {
    "holder": _("Write the name as it stands at the bank, at most 70 characters."),
    "bank": _("Write the name of the bank, at most 70 characters."),
    "number": _("An account number has 6 to 34 digits and letters."),
}


class BankForm(forms.Form):
    """Where somebody wants to be paid."""

    holder = forms.CharField(label=_("Name of the account holder"), max_length=200)
    bank = forms.CharField(label=_("Bank and branch"), max_length=200)
    number = forms.CharField(
        label=_("Account number"),
        max_length=60,
        help_text=_("Kept sealed. Afterwards only the last four characters are shown."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
    )

    def details(self) -> BankDetails:
        """What was typed."""
        told = self.cleaned_data
        return BankDetails(told["holder"], told["bank"], told["number"])


class MarkForm(forms.Form):
    """What the bank did with one payout."""

    item = forms.UUIDField(widget=forms.HiddenInput)
    state = forms.ChoiceField(choices=[(state.value, state.value) for state in (ItemState.PAID, ItemState.RETURNED)])
    reason = forms.CharField(max_length=200, required=False)
