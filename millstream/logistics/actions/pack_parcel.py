"""The maker says that a parcel is packed, and what it weighs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.facts import ParcelPacked
from millstream.logistics.models import Parcel
from millstream.logistics.queries.parcels import record_of
from millstream.logistics.refusals import BadWeight, NotYours, ParcelCancelled, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import EventKind, HolderKind, ParcelRecord, ParcelState

MOST_GRAMS = 50_000


@transaction.atomic
def pack_parcel(parcel_id: UUID, *, acting: UUID, weight_grams: int, now: datetime) -> ParcelRecord:
    """Ready to go: the maker offers it to the station. Packing again with the same weight changes nothing."""
    if not 0 < weight_grams <= MOST_GRAMS:
        raise BadWeight(most_grams=MOST_GRAMS)
    found = lock_parcels([parcel_id])
    if not found or found[0].seller_id != acting:
        raise NotFound(what="parcel")
    parcel = found[0]
    _check(parcel, acting)
    if parcel.state == ParcelState.PACKED and parcel.weight_grams == weight_grams:
        return record_of(parcel)
    move_parcels(
        [parcel],
        Why(EventKind.PACK, by=acting, detail={"weight_grams": weight_grams}),
        state=ParcelState.PACKED,
        now=now,
    )
    parcel.weight_grams, parcel.packed_at = weight_grams, now
    parcel.save(update_fields=["weight_grams", "packed_at"])
    record(ParcelPacked(parcel.id, parcel.order_id, parcel.seller_id, weight_grams), now=now)
    return record_of(parcel)


def _check(parcel: Parcel, acting: UUID) -> None:
    label = for_people(parcel.code)
    if parcel.state == ParcelState.CANCELLED:
        raise ParcelCancelled(label=label)
    if parcel.holder_kind != HolderKind.MAKER:
        raise WrongState(label=label, state=parcel.state)
    if parcel.holder_id != acting:
        raise NotYours(label=label)
