"""Signing in with a code to a phone or an e-mail address; the first sign-in opens the account."""

import logging
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.people.api import keep_phone, normalise_contact, open_user, user_by_phone
from millstream.people.refusals import BadContact
from millstream.people.types import ContactKind

log = logging.getLogger("millstream.codes")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Keeps phones on the user, and sends codes; without a carrier of messages they stand on the console."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Accounts are opened by the first sign-in, so the page for opening one is closed."""
        return False

    def clean_phone(self, phone: str) -> str:
        """The number as E.164."""
        try:
            return normalise_contact(phone)[1]
        except BadContact as refusal:
            raise forms.ValidationError(say(refusal).what) from None

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        """The user's number, and whether a code proved it."""
        person = cast("Any", user)
        return (person.phone, person.phone_verified) if person.phone else None

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:  # noqa: FBT001 - allauth's signature
        """Keep a number."""
        keep_phone(user.pk, phone, is_verified=verified)

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        """A code proved the number."""
        self.set_phone(user, phone, verified=True)

    def get_user_by_phone(self, phone: str) -> AbstractBaseUser | None:
        """Who has this number."""
        return user_by_phone(phone)

    def send_verification_code_sms(self, user: AbstractBaseUser, phone: str, code: str, **kwargs: Any) -> None:
        """Send a code to a phone: on the console, since no carrier of messages is set up."""
        log.warning("code for %s: %s", phone, code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nobody is unknown: asking for a code opens the account."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; in demo mode the code also stands on the console by itself, easy to find."""
        if conf().demo and context.get("code"):
            log.warning("code for %s: %s", email, context["code"])
            return
        message: EmailMessage = self.render_mail(template_prefix, email, context)
        message.send()


def expect_proof(user: AbstractBaseUser, email: str) -> None:
    """Let allauth note it when the code comes back: it marks an address as proved only if it knows it."""
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"primary": True, "verified": False})


class ContactCodeForm(RequestLoginCodeForm):  # type: ignore[misc]
    """One field: a phone number or an e-mail address. Whoever is new gets an account that the code proves."""

    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "inputmode": "email"}),
    )
    field_order = ("contact",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            self.fields[name].required = False
            self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Fill the field that allauth knows from the one that people see."""
        cleaned: dict[str, Any] = self.cleaned_data
        typed = cleaned.get("contact")
        if not typed:
            return cleaned
        try:
            kind, value = normalise_contact(typed)
        except BadContact as refusal:
            self.add_error("contact", say(refusal).what)
            return cleaned
        field = "phone" if kind is ContactKind.PHONE else "email"
        language = get_language() or "en"
        if kind is ContactKind.PHONE:
            open_user(phone=value, language=language)
        else:
            expect_proof(open_user(email=value, language=language), value)
        cleaned[field] = value
        checked = self.clean_phone() if field == "phone" else self.clean_email()
        cleaned[field] = checked
        return cleaned
