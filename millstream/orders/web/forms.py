"""The forms of orders."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from millstream.kernel.ids import new_id, tidy_code
from millstream.kernel.money import to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.orders.rules import MOST_UNITS
from millstream.orders.types import CaseEnd, OrderState
from millstream.orders.web.wishes import Asked, saved_contact
from millstream.people.api import checked_address, normalise_contact
from millstream.people.types import AddressLines, ContactKind

LARGEST_STATEMENT_BYTES: Final = 4 * 1024 * 1024


class BuyForm(forms.Form):
    """What it takes to buy: how many, how to reach the buyer, where to send it."""

    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_UNITS, initial=1)
    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=254,
        help_text=_("Only for this order: we tell you when it is on its way."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "email"}),
    )
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    show = forms.UUIDField(widget=forms.HiddenInput, required=False)
    price_minor = forms.IntegerField(widget=forms.HiddenInput)
    coupon = forms.CharField(max_length=20, required=False)

    def __init__(self, *args: Any, has_contact: bool, has_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_contact, self.has_address = has_contact, has_address
        self.fields["contact"].required = not has_contact
        for field in ("name", "address"):
            self.fields[field].required = not has_address

    @classmethod
    def fresh(cls, *, price_minor: int, show_id: UUID | None, has_contact: bool, has_address: bool) -> "BuyForm":
        """An empty form with a key of its own: sending it twice is one order."""
        first = {"key": new_id(), "show": show_id, "price_minor": price_minor, "quantity": 1}
        return cls(initial=first, has_contact=has_contact, has_address=has_address)

    def clean(self) -> dict[str, Any]:
        """Read contact and address as the till wants them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("contact"):
            self._refusing("contact", lambda: normalise_contact(cleaned["contact"]))
        if bool(cleaned.get("name")) != bool(cleaned.get("address")) and not self.errors:
            self.add_error("address" if cleaned.get("name") else "name", _("Give both a name and an address."))
        if cleaned.get("name") and cleaned.get("address"):
            lines = AddressLines(cleaned["name"], "", cleaned["address"])
            self._refusing("address", lambda: checked_address(lines))
        return cleaned

    def _refusing(self, field: str, read: Any) -> None:
        try:
            read()
        except Refusal as refusal:
            said = say(refusal)
            self.add_error(field, f"{said.what} {said.next}")

    def asked(self, variant_id: UUID, visitor: UUID) -> Asked:
        """What was asked; the contact and address on file where none was typed."""
        told = self.cleaned_data
        kind, contact = normalise_contact(told["contact"]) if told["contact"] else saved_contact(visitor)
        address = None
        if told["address"]:
            phone = contact if kind is ContactKind.PHONE else ""
            address = checked_address(AddressLines(told["name"], phone, told["address"]))
        return Asked(
            variant_id=variant_id,
            quantity=told["quantity"],
            show_id=told["show"],
            contact_kind=kind,
            contact=contact,
            name=told["name"],
            address=address,
            price_seen_minor=told["price_minor"],
            coupon=tidy_code(told["coupon"]),
        )


class ReasonForm(forms.Form):
    """Why an order is called off."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The buyer reads this."))


class RefundForm(forms.Form):
    """How much goes back, and why."""

    amount = forms.CharField(
        label=_("Amount"),
        max_length=20,
        required=False,
        help_text=_("Leave empty to give back everything that is left."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The buyer reads this."))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int | None:
        """The amount in minor units; None for everything."""
        typed: str = self.cleaned_data["amount"]
        if not typed:
            return None
        try:
            return to_minor(typed, self.currency)
        except Refusal as refusal:
            said = say(refusal)
            raise forms.ValidationError(f"{said.what} {said.next}") from None


class ResolutionForm(forms.Form):
    """What was done about a case."""

    resolution = forms.CharField(label=_("What was done"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class CaseEndForm(forms.Form):
    """How a case ends, with what was done; only asking again needs no words."""

    end = forms.ChoiceField(choices=[(end.value, end.value) for end in CaseEnd], required=False)
    resolution = forms.CharField(max_length=500, required=False)

    def chosen(self) -> tuple[CaseEnd, str] | None:
        """How it ends and the words; None when they are missing or make no sense."""
        if not self.is_valid():
            return None
        end = CaseEnd(self.cleaned_data["end"] or CaseEnd.CLOSED)
        resolution: str = self.cleaned_data["resolution"].strip()
        return (end, resolution) if resolution or end is CaseEnd.AGAIN else None


class StatementForm(forms.Form):
    """The gateway's settlement statement."""

    file = forms.FileField(label=_("Settlement statement (CSV)"))

    def clean_file(self) -> str:
        """The file's text; refuses what is too long or no text."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_STATEMENT_BYTES:
            raise forms.ValidationError(_("The file is too large for a statement."))
        try:
            text: str = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not a text in UTF-8.")) from None
        return text


class StateForm(forms.Form):
    """Which orders a list shows."""

    state = forms.ChoiceField(choices=[("", ""), *((state.value, state.value) for state in OrderState)], required=False)
    after = forms.UUIDField(required=False)

    def chosen(self) -> tuple[str, UUID | None]:
        """The state and the key of the page; nothing of what makes no sense."""
        if not self.is_valid():
            return "", None
        return self.cleaned_data["state"], self.cleaned_data["after"]
