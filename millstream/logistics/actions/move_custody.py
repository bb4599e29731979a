"""The only way custody moves: guarded rows and their events, many at once, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from millstream.logistics.models import Bag, CustodyEvent, Parcel
from millstream.logistics.refusals import CustodyMoved
from millstream.logistics.types import EventKind, Holder, HolderKind, ParcelState

MOST_STEPS = 5_000

_MOVE_PARCELS = """
UPDATE logistics_parcel AS parcel
SET holder_kind = step.taker_kind, holder_id = step.taker_id, state = step.state, bag_id = step.bag,
    version = parcel.version + 1, delivered_at = coalesce(%s, parcel.delivered_at)
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::uuid[])
     AS step(id, version, giver_kind, giver_id, taker_kind, taker_id, state, bag)
WHERE parcel.id = step.id AND parcel.version = step.version
  AND parcel.holder_kind = step.giver_kind AND parcel.holder_id = step.giver_id
"""
_MOVE_BAGS = """
UPDATE logistics_bag AS bag
SET holder_kind = step.taker_kind, holder_id = step.taker_id, version = bag.version + 1
FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::uuid[], %s::text[], %s::uuid[])
     AS step(id, version, giver_kind, giver_id, taker_kind, taker_id)
WHERE bag.id = step.id AND bag.version = step.version
  AND bag.holder_kind = step.giver_kind AND bag.holder_id = step.giver_id
"""


class Kept:
    """Says that a column stays as it is, where None means empty."""


KEEP = Kept()


@dataclass(frozen=True, slots=True)
class Why:
    """What all events of one action share."""

    kind: EventKind
    by: UUID | None = None
    handover: UUID | None = None
    scan: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def holder_of(row: Parcel | Bag) -> Holder:
    """Who holds a row's thing now."""
    return Holder(HolderKind(row.holder_kind), row.holder_id)


def lock_parcels(ids: Iterable[UUID]) -> list[Parcel]:
    """Lock these parcels in key order; unknown ids are left out."""
    rows = Parcel.objects.unscoped("an action locks what it moves; it checks the holder itself")
    return list(rows.select_for_update(of=("self",)).filter(id__in=set(ids)).order_by("id"))


def lock_bags(ids: Iterable[UUID]) -> list[Bag]:
    """Lock these bags in key order."""
    rows = Bag.objects.unscoped("an action locks what it moves; it checks the holder itself")
    return list(rows.select_for_update(of=("self",)).filter(id__in=set(ids)).order_by("id"))


def lock_children(bags: Sequence[Bag]) -> list[Parcel]:
    """Lock what lies in these bags, in key order."""
    rows = Parcel.objects.unscoped("what lies in a bag moves with it")
    return list(rows.select_for_update(of=("self",)).filter(bag_id__in=[bag.id for bag in bags]).order_by("id"))


def move_parcels(
    parcels: Sequence[Parcel],
    why: Why,
    *,
    now: datetime,
    to: Holder | None = None,
    state: ParcelState | None = None,
    bag: UUID | Kept | None = KEEP,
    delivered_at: datetime | None = None,
) -> None:
    """Write one event for each parcel and move it if ``to`` is given; the row and its event change together.

    ``bag`` is left as it is unless given; ``delivered_at`` goes with the last move only. Refuses, and moves nothing,
    when one of them was moved since it was read.
    """
    assert len(parcels) <= MOST_STEPS, "too many parcels in one transaction"
    if not parcels:
        return
    takers = [to or holder_of(parcel) for parcel in parcels]
    states = [state.value if state else parcel.state for parcel in parcels]
    bags = [parcel.bag_id if isinstance(bag, Kept) else bag for parcel in parcels]
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_PARCELS,
            [
                delivered_at,
                *_givers(parcels),
                [taker.kind.value for taker in takers],
                [taker.id for taker in takers],
                states,
                bags,
            ],
        )
        if cursor.rowcount != len(parcels):
            raise CustodyMoved(expected=len(parcels), moved=cursor.rowcount)
    _write_events(parcels, takers, why, now)
    for parcel, taker, state_now, bag_now in zip(parcels, takers, states, bags, strict=True):
        parcel.holder_kind, parcel.holder_id, parcel.state = taker.kind.value, taker.id, state_now
        parcel.bag_id, parcel.delivered_at = bag_now, delivered_at or parcel.delivered_at
        parcel.version += 1


def move_bags(bags: Sequence[Bag], why: Why, *, now: datetime, to: Holder | None = None) -> None:
    """Like ``move_parcels``, for the bags themselves; their parcels are moved by the caller in the same transaction."""
    if not bags:
        return
    takers = [to or holder_of(bag) for bag in bags]
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_BAGS,
            [*_givers(bags), [taker.kind.value for taker in takers], [taker.id for taker in takers]],
        )
        if cursor.rowcount != len(bags):
            raise CustodyMoved(expected=len(bags), moved=cursor.rowcount)
    _write_events(bags, takers, why, now)
    for bag, taker in zip(bags, takers, strict=True):
        bag.holder_kind, bag.holder_id = taker.kind.value, taker.id
        bag.version += 1


def _givers(rows: Sequence[Parcel | Bag]) -> list[list[Any]]:
    return [
        [row.id for row in rows],
        [row.version for row in rows],
        [row.holder_kind for row in rows],
        [row.holder_id for row in rows],
    ]


def _write_events(rows: Sequence[Parcel | Bag], takers: Sequence[Holder], why: Why, now: datetime) -> None:
    CustodyEvent.objects.bulk_create(
        _event(row, row.version + 1, holder_of(row), taker, why, now) for row, taker in zip(rows, takers, strict=True)
    )


def _event(
    row: Parcel | Bag, number: int, giver: Holder | None, taker: Holder, why: Why, now: datetime
) -> CustodyEvent:
    return CustodyEvent(
        parcel_id=row.id if isinstance(row, Parcel) else None,
        bag_id=row.id if isinstance(row, Bag) else None,
        number=number,
        kind=why.kind.value,
        giver_kind=giver.kind.value if giver else None,
        giver_id=giver.id if giver else None,
        taker_kind=taker.kind.value,
        taker_id=taker.id,
        by_actor_id=why.by,
        handover_id=why.handover,
        scan_id=why.scan,
        detail=dict(why.detail),
        at=now,
    )


def write_first_events(rows: Sequence[Parcel | Bag], why: Why, *, now: datetime) -> None:
    """The first event of new rows: nobody gave, the row's holder has it."""
    CustodyEvent.objects.bulk_create(_event(row, 1, None, holder_of(row), why, now) for row in rows)
