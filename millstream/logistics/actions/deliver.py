"""The recipient has a parcel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.facts import DeliveredByOperator, ParcelCalledBack, ParcelDelivered
from millstream.logistics.models import Parcel
from millstream.logistics.refusals import DemoOnly, NotWithCarrier
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import EventKind, Holder, HolderKind, ParcelState


def deliver(parcel: Parcel, why: Why, *, at: datetime, now: datetime) -> None:
    """Give a locked parcel to its recipient and tell it, once: a delivered parcel never moves again.

    ``at`` is when it happened by the word of whoever delivered; a time in the future is not believed.
    """
    assert parcel.state != ParcelState.DELIVERED, "delivered once"
    at = min(at, now)
    to = Holder(HolderKind.RECIPIENT, parcel.buyer_id)
    move_parcels([parcel], why, to=to, state=ParcelState.DELIVERED, bag=None, delivered_at=at, now=now)
    record(ParcelDelivered(parcel.id, parcel.order_id, at), now=now)


def give_back(parcel: Parcel, why: Why, *, now: datetime) -> None:
    """Give a locked parcel to its maker again: it came back undelivered, or was called off (that was told then)."""
    called_off = parcel.state == ParcelState.CANCELLED
    to = Holder(HolderKind.MAKER, parcel.seller_id)
    move_parcels([parcel], why, to=to, state=ParcelState.CANCELLED, bag=None, now=now)
    if called_off:
        return
    record(ParcelCalledBack(parcel.id, parcel.order_id), now=now)


@transaction.atomic
def deliver_now(order_id: UUID, *, operator: UUID, now: datetime) -> None:
    """In demo mode the operator calls a parcel delivered that the carrier has; recorded as a fact of its own.

    Pressing again changes nothing. Refuses outside demo mode and while anybody but the carrier has the parcel.
    """
    if not conf().demo:
        raise DemoOnly
    rows = Parcel.objects.unscoped("the operator acts for the carrier")
    parcel_id = rows.filter(order_id=order_id).values_list("id", flat=True).first()
    if parcel_id is None:
        raise NotFound(what="parcel")
    (parcel,) = lock_parcels([parcel_id])
    if parcel.state == ParcelState.DELIVERED:
        return
    if parcel.holder_kind != HolderKind.CARRIER:
        raise NotWithCarrier(label=for_people(parcel.code))
    why = Why(EventKind.DELIVER, by=operator, detail={"by": "operator"})
    deliver(parcel, why, at=now, now=now)
    record(DeliveredByOperator(parcel.id, parcel.order_id, operator, now), now=now)
