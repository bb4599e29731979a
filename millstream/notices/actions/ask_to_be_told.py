"""Ask to be told about something."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import lookup_hmac, seal
from millstream.kernel.texts import LANGUAGES, Text, localised
from millstream.notices.actions.write_letter import write_letter
from millstream.notices.adapters.links import confirm_url, push_hosts
from millstream.notices.models import Subscription
from millstream.notices.queries import ask_record, packed
from millstream.notices.refusals import BadPushAddress, NotAnEmail, TooManyLetters
from millstream.notices.rules import is_push_address
from millstream.notices.types import LETTERS_A_DAY, AskRecord, AskState, Channel, PushAddress, Wish, Words
from millstream.people.api import normalise_contact
from millstream.people.refusals import BadContact
from millstream.people.types import ContactKind

A_DAY = timedelta(days=1)


@transaction.atomic
def ask_to_be_told(wish: Wish, *, about: Text, now: datetime) -> AskRecord:
    """Note a wish; asking again changes nothing.

    A typed address gets one letter that asks whether its owner wants this, unless the asker has shown before that the
    address is theirs: by signing in with it, or by confirming it from this browser. `about` names the subject there.
    """
    plain, lookup = address_of(wish)
    key = {"topic": wish.topic, "subject": wish.subject, "channel": wish.channel.value, "lookup": lookup}
    proved = wish.channel is Channel.PUSH or wish.is_proved or _confirmed_here(lookup, wish.visitor)
    fresh: dict[str, Any] = {
        "sealed": seal(plain),
        "language": wish.language if wish.language in LANGUAGES else LANGUAGES[0],
        "visitor": wish.visitor,
        "actor_id": wish.actor,
        "asked_at": now,
        "state": AskState.UNCONFIRMED.value,
        "ended_at": None,
    }
    row, made = Subscription.objects.select_for_update().get_or_create(**key, defaults={"id": new_id(), **fresh})
    if row.state == AskState.ACTIVE.value:
        return ask_record(row)
    if not made and row.state in (AskState.STOPPED.value, AskState.GONE.value):
        for name, value in fresh.items():
            setattr(row, name, value)
        made = True
    if proved:
        row.state, row.confirmed_at = AskState.ACTIVE.value, now
    elif made:
        _check_letters(lookup, now)
        row.letters += 1
        words = _please_confirm(about, row.id)
        write_letter(f"confirm:{row.id}:{row.letters}", plain, row.language, words, now=now, for_hours=48)
    row.save()
    return ask_record(row)


def address_of(wish: Wish) -> tuple[str, bytes]:
    """The address as it is sealed, and what stands for it in comparisons."""
    if isinstance(wish.address, PushAddress):
        if not is_push_address(wish.address, push_hosts()):
            raise BadPushAddress
        return packed(wish.address), lookup_hmac(f"push:{wish.address.endpoint}")
    try:
        kind, value = normalise_contact(wish.address)
    except BadContact:
        raise NotAnEmail from None
    if kind is not ContactKind.EMAIL:
        raise NotAnEmail
    return value, lookup_hmac(value)


def _confirmed_here(lookup: bytes, visitor: UUID) -> bool:
    """Whether this browser has confirmed this address for something else."""
    return Subscription.objects.filter(
        lookup=lookup, visitor=visitor, channel=Channel.EMAIL.value, confirmed_at__isnull=False
    ).exists()


def _check_letters(lookup: bytes, now: datetime) -> None:
    """Refuse to write to an address that has not answered: three letters a day, whoever asks for them."""
    since = Subscription.objects.filter(
        lookup=lookup, asked_at__gt=now - A_DAY, letters__gt=0, confirmed_at__isnull=True
    ).values_list("letters", flat=True)
    if sum(since) >= LETTERS_A_DAY:
        raise TooManyLetters


def _please_confirm(about: Text, row: UUID) -> Words:
    """The letter that asks whether its reader wants this, in every language."""
    title, text, action = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            title[language] = _("Do you want to be told about “{about}”?").format(about=localised(about, language))
            text[language] = _(
                "Somebody, we think you, asked Millstream to tell this address about “{about}”."
                " Press the link if you want that. If not, do nothing: we write no more."
            ).format(about=localised(about, language))
            action[language] = _("Yes, tell me")
    return Words(title, text, action, confirm_url(row))
