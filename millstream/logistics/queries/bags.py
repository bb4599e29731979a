"""Reads about bags."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from millstream.kernel.refusals import NotFound
from millstream.logistics.models import Bag, Parcel
from millstream.logistics.queries.parcels import record_of
from millstream.logistics.types import BagId, BagRecord, BagState, Holder, HolderKind, ParcelRecord


def bag_record(row: Bag) -> BagRecord:
    """The record of a bag's row."""
    return BagRecord(
        id=BagId(row.id),
        code=row.code,
        origin_id=row.origin_id,
        destination_id=row.destination_id,
        state=BagState(row.state),
        seal=row.seal,
        holder=Holder(HolderKind(row.holder_kind), row.holder_id),
        opened_at=row.opened_at,
        sealed_at=row.sealed_at,
    )


def bag(bag_id: UUID, *, reader: UUID) -> BagRecord:
    """One bag as the places at its ends see it."""
    row = Bag.objects.visible_to(reader).filter(id=bag_id).first()
    if row is None:
        raise NotFound(what="bag")
    return bag_record(row)


def bags_held(holder: UUID, *, reader: UUID, states: Sequence[BagState], most: int = 200) -> tuple[BagRecord, ...]:
    """The bags that a place or run holds in these states, oldest first."""
    rows = Bag.objects.visible_to(reader).filter(holder_id=holder, state__in=[state.value for state in states])
    return tuple(bag_record(row) for row in rows.order_by("opened_at", "id")[:most])


def parcels_in_bags(bag_ids: Sequence[UUID]) -> dict[UUID, tuple[ParcelRecord, ...]]:
    """What lies in each of these bags, in one query; the caller has checked who asks for the bags."""
    rows = Parcel.objects.unscoped("the caller may see the bags").filter(bag_id__in=list(bag_ids)).order_by("id")
    inside: dict[UUID, list[ParcelRecord]] = {bag_id: [] for bag_id in bag_ids}
    for row in rows:
        assert row.bag_id is not None
        inside[row.bag_id].append(record_of(row))
    return {bag_id: tuple(parcels) for bag_id, parcels in inside.items()}
