"""The forms of deals: what a host opens, what a bidder bids."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from millstream.deals.types import LARGEST_ALLOTMENT, LONGEST_KEY, MOST_A_BUYER
from millstream.kernel.money import to_minor
from millstream.kernel.refusals import Invalid

DEAL_MINUTES: Final = (3, 5, 10, 20)
AUCTION_MINUTES: Final = (1, 2, 5)
MOST_MINUTES: Final = 24 * 60
LONGEST_AMOUNT: Final = 20


class TypedForm(forms.Form):
    """A form whose amounts are in one currency; what it cannot read is refused in one sentence."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def read(self) -> dict[str, Any]:
        """What was typed; refuses with the first field that cannot be read."""
        if self.is_valid():
            told: dict[str, Any] = self.cleaned_data
            return told
        field, errors = next(iter(self.errors.items()))
        raise Invalid(field=field, why=" ".join(str(error) for error in errors))

    def minor(self, pressed: str, typed: str) -> int:
        """The amount that was typed, else the one that was pressed; refuses neither."""
        told = self.read()
        if told[typed]:
            return to_minor(told[typed], self.currency)
        if told[pressed] is None:
            raise Invalid(field=typed, why=str(_("Write an amount.")))
        found: int = told[pressed]
        return found


class DealForm(TypedForm):
    """A deal: a price pressed or typed, for how long, how many, how many each, and from when."""

    variant = forms.UUIDField()
    price_minor = forms.IntegerField(required=False, min_value=1)
    amount = forms.CharField(required=False, max_length=LONGEST_AMOUNT)
    minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES)
    size = forms.IntegerField(min_value=1, max_value=LARGEST_ALLOTMENT)
    cap = forms.IntegerField(required=False, min_value=1, max_value=MOST_A_BUYER)
    opens_at = forms.DateTimeField(required=False)

    @property
    def lasts(self) -> timedelta:
        """How long."""
        return timedelta(minutes=self.read()["minutes"])


class AuctionForm(TypedForm):
    """An auction: from which price, for how long."""

    variant = forms.UUIDField()
    amount = forms.CharField(max_length=LONGEST_AMOUNT)
    price_minor = forms.IntegerField(required=False)
    minutes = forms.IntegerField(min_value=1, max_value=MOST_MINUTES)
    falls = forms.BooleanField(required=False)

    @property
    def lasts(self) -> timedelta:
        """How long."""
        return timedelta(minutes=self.read()["minutes"])


class BidForm(TypedForm):
    """A bid: a maximum pressed or typed, with its key; a contact from who has given none yet."""

    max_minor = forms.IntegerField(required=False, min_value=1)
    amount = forms.CharField(required=False, max_length=LONGEST_AMOUNT)
    key = forms.CharField(max_length=LONGEST_KEY)
    contact = forms.CharField(required=False, max_length=254)
    name = forms.CharField(required=False, max_length=60)
