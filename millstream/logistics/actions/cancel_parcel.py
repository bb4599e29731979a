"""Call a parcel back because its order was called off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.facts import ParcelCalledBack
from millstream.logistics.models import HandoverItem, Parcel
from millstream.logistics.rules.custody import may_cancel
from millstream.logistics.types import EventKind, ParcelState


@transaction.atomic
def cancel_parcel(order_id: UUID, *, now: datetime) -> bool:
    """Call the parcel of an order back. False when it is on its way: it is returned then, not cancelled.

    On its way is what lies in a bag, what is offered to a van, and what left the station. True also when there is no
    parcel, or when it was called back before. One that lies at a station is given back to its maker there.
    """
    rows = Parcel.objects.unscoped("orders calls back for every seller")
    parcel_id = rows.filter(order_id=order_id).values_list("id", flat=True).first()
    if parcel_id is None:
        return True
    (parcel,) = lock_parcels([parcel_id])
    if parcel.state == ParcelState.CANCELLED:
        return True
    if not may_cancel(ParcelState(parcel.state)):
        return False
    if HandoverItem.objects.filter(parcel=parcel, is_open=True, expected=True).exists():
        return False
    move_parcels([parcel], Why(EventKind.CANCEL), state=ParcelState.CANCELLED, now=now)
    record(ParcelCalledBack(parcel.id, parcel.order_id), now=now)
    return True
