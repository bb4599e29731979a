"""A station hands a parcel to whoever it is for."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.deliver import deliver, give_back
from millstream.logistics.actions.move_custody import Why, lock_parcels
from millstream.logistics.models import Parcel, Scan
from millstream.logistics.refusals import NotYours, PickupLocked, WrongPickupCode, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import EventKind, HolderKind, ParcelState

MOST_TRIES: Final = 5
TRIES_COUNT_FOR: Final = timedelta(minutes=15)


@transaction.atomic
def hand_out(parcel_id: UUID, *, acting: UUID, code: str, now: datetime, scan: UUID | None = None) -> bool:
    """The recipient has it; needs the pick-up code that only the recipient was told. False when done before.

    After five wrong codes none is looked at for a quarter of an hour: a few digits are not to be found out by trying.

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
    _check_tries(parcel, acting, now)
    right = parcel.collect_code
    if right and not hmac.compare_digest(right.encode(), code.strip().encode()):
        raise WrongPickupCode(label=label)
    deliver(parcel, Why(EventKind.COLLECT, by=acting, scan=scan), at=now, now=now)
    return True


def _check_tries(parcel: Parcel, acting: UUID, now: datetime) -> None:
    """Every scan is kept with its refusal: the wrong codes of the last minutes are counted; the parcel is locked."""
    scans = Scan.objects.unscoped("counts tries at this counter").filter(acting_id=acting, at__gt=now - TRIES_COUNT_FOR)
    wrong = scans.filter(parcel=parcel, refusal=WrongPickupCode.code)
    tried_at = list(wrong.order_by("-at").values_list("at", flat=True)[:MOST_TRIES])
    if len(tried_at) == MOST_TRIES:
        minutes = -((now - tried_at[-1] - TRIES_COUNT_FOR) // timedelta(minutes=1))
        raise PickupLocked(label=for_people(parcel.code), minutes=max(1, minutes))
