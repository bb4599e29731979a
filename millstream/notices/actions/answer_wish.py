"""Confirm a wish, or end it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.sealing import lookup_hmac, unseal
from millstream.notices.models import Notice, Occasion, Subscription
from millstream.notices.queries import ask_record
from millstream.notices.refusals import NoSuchAsk
from millstream.notices.types import AskRecord, AskState, NoticeState

OPEN = (AskState.UNCONFIRMED.value, AskState.ACTIVE.value)


@transaction.atomic
def confirm_wish(wish_id: UUID, *, now: datetime) -> AskRecord:
    """The owner of the address wants to be told; a second press changes nothing, an ended wish stays ended."""
    row = _locked(wish_id)
    if row.state == AskState.UNCONFIRMED.value:
        row.state, row.confirmed_at = AskState.ACTIVE.value, now
        row.save(update_fields=["state", "confirmed_at"])
    return ask_record(row)


@transaction.atomic
def end_wish(wish_id: UUID, *, now: datetime, everywhere: bool = False) -> int:
    """Tell the address no more about this, or about anything, and forget it; returns how many wishes ended."""
    row = _locked(wish_id)
    meant = {"lookup": bytes(row.lookup)} if everywhere else {"id": row.id}
    rows = Subscription.objects.filter(**meant)
    return _end([*rows.filter(state__in=OPEN).values_list("id", flat=True)], AskState.STOPPED, now)


@transaction.atomic
def end_push(endpoint: str, *, topic: str, subject: UUID, now: datetime) -> int:
    """A browser wants no more pushes about a subject; whoever knows its endpoint is the browser."""
    rows = Subscription.objects.filter(
        lookup=lookup_hmac(f"push:{endpoint}"), topic=topic, subject=subject, state__in=OPEN
    )
    return _end([*rows.values_list("id", flat=True)], AskState.STOPPED, now)


@transaction.atomic
def forget_address(address: str, *, now: datetime) -> int:
    """Erase every wish of an address, and everything on its way to it; `address` is as it was normalised."""
    found, _ = Subscription.objects.filter(lookup=lookup_hmac(address)).delete()
    letters = Notice.objects.filter(subscription__isnull=True, sealed__isnull=False)
    theirs = [row.id for row in letters.only("id", "sealed") if row.sealed and unseal(row.sealed) == address]
    gone, _ = Notice.objects.filter(id__in=theirs).delete()
    return found + gone


@transaction.atomic
def forget_actor(actor: UUID, *, now: datetime) -> int:
    """Erase every wish of an actor, every notice on its way to it, and what there was to tell about the actor."""
    Occasion.objects.filter(subject=actor).delete()
    found, _ = Subscription.objects.filter(actor_id=actor).delete()
    return found


@transaction.atomic
def forget_person(actor: UUID, *, addresses: Sequence[str], visitors: Sequence[UUID], now: datetime) -> None:
    """Erase what is kept to tell a person anything: wishes of the actor, of its browsers and of its addresses."""
    forget_actor(actor, now=now)
    Subscription.objects.filter(visitor__in=visitors).delete()
    for address in addresses:
        forget_address(address, now=now)


@transaction.atomic
def bury_address(lookup: bytes, *, now: datetime) -> int:
    """The carrier says that the address is dead: end all its wishes."""
    rows = Subscription.objects.filter(lookup=lookup, state__in=OPEN)
    return _end([*rows.values_list("id", flat=True)], AskState.GONE, now)


def _end(ids: list[UUID], state: AskState, now: datetime) -> int:
    """End wishes: their addresses are forgotten, what waits for them is not sent."""
    Notice.objects.filter(subscription_id__in=ids, state=NoticeState.WAITING.value).update(
        state=NoticeState.REFUSED.value, settled_at=now, reason="the wish was ended"
    )
    return Subscription.objects.filter(id__in=ids).update(state=state.value, sealed=None, ended_at=now)


def _locked(wish_id: UUID) -> Subscription:
    row = Subscription.objects.select_for_update().filter(id=wish_id).first()
    if row is None:
        raise NoSuchAsk
    return row
