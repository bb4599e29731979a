"""A station hands a parcel to whoever it is for."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.deliver import deliver, give_back
from millstream.logistics.actions.move_custody import Why, lock_parcels
from millstream.logistics.refusals import NotYours, WrongPickupCode, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import EventKind, HolderKind, ParcelState


@transaction.atomic
def hand_out(parcel_id: UUID, *, acting: UUID, code: str, now: datetime, scan: UUID | None = None) -> bool:
    """The recipient has it; needs the pick-up code that only the recipient was told. False when done before.

    A parcel that came back or was called off goes to its maker, without a code: the keeper knows the maker.
    """
    parcels = lock_parcels([parcel_id])
    if not parcels:
        raise NotFound(what="parcel")
    parcel = parcels[0]
    label = for_people(parcel.code)
    if parcel.state == ParcelState.DELIVERED:
        return False
    if parcel.holder_id != acting:
        raise NotYours(label=label)
    called_off = parcel.state == ParcelState.CANCELLED and parcel.holder_kind == HolderKind.STATION
    if parcel.state != ParcelState.FOR_COLLECTION and not called_off:
        raise WrongState(label=label, state=parcel.state)
    if parcel.going_back or called_off:
        give_back(parcel, Why(EventKind.RETURN, by=acting, scan=scan), now=now)
        return True
    right = parcel.collect_code
    if right and not hmac.compare_digest(right.encode(), code.strip().encode()):
        raise WrongPickupCode(label=label)
    deliver(parcel, Why(EventKind.COLLECT, by=acting, scan=scan), at=now, now=now)
    return True
