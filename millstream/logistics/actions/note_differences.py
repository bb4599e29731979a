"""Every difference of a handover becomes exactly one case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from millstream.logistics.actions.move_custody import Why, holder_of, lock_children, move_parcels
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.actions.seal_bag import break_seal
from millstream.logistics.models import Bag, Handover, Parcel
from millstream.logistics.rules.handovers import Differences
from millstream.logistics.types import BagState, CaseKind, EventKind, Holder, HolderKind, ItemOutcome

KINDS = {
    ItemOutcome.MISSING: CaseKind.MISSING,
    ItemOutcome.EXTRA: CaseKind.EXTRA,
    ItemOutcome.DAMAGED: CaseKind.DAMAGED,
}


def note_differences(
    handover: Handover,
    differences: Differences,
    *,
    bags: Mapping[UUID, Bag],
    parcels: Mapping[UUID, Parcel],
    moved: Sequence[Parcel],
    now: datetime,
) -> None:
    """Open the cases of a handover: owned by the centre, the giver liable, worth what is inside, due in two days.

    A damaged bag is one whose seal is broken: it is marked so that it is counted piece by piece.
    """
    for thing, outcome in sorted(differences.outcomes().items()):
        if outcome is ItemOutcome.OK:
            continue
        if thing in bags and outcome is ItemOutcome.DAMAGED:
            inside = [parcel for parcel in moved if parcel.bag_id == thing]
            _break(handover, bags[thing], inside, now)
        else:
            _open(handover, KINDS[outcome], bags.get(thing) or parcels[thing], now)


def _break(handover: Handover, bag: Bag, inside: list[Parcel], now: datetime) -> None:
    if bag.state != BagState.BROKEN:
        break_seal(bag, acting=handover.centre_id, seal_seen="", children=inside, handover=handover.id, now=now)


def _open(handover: Handover, kind: CaseKind, thing: Bag | Parcel, now: datetime) -> None:
    is_bag = isinstance(thing, Bag)
    inside = lock_children([thing]) if isinstance(thing, Bag) else [thing]
    if not is_bag:
        assert isinstance(thing, Parcel)
        why = Why(EventKind.CASE_OPEN, by=handover.taker_id, handover=handover.id, detail={"kind": kind.value})
        move_parcels([thing], why, now=now)
    open_case(
        CaseAsk(
            kind=kind,
            site=handover.centre_id,
            owner=handover.centre_id,
            currency=inside[0].currency if inside else "",
            parcel=None if is_bag else thing.id,
            bag=thing.id if is_bag else None,
            handover=handover.id,
            label=thing.code,
            liable=_liable(handover, kind, thing),
            value_minor=sum(parcel.value_minor for parcel in inside),
        ),
        now=now,
    )


def _liable(handover: Handover, kind: CaseKind, thing: Bag | Parcel) -> Holder:
    """Who answers for it: the giver for damage, else whoever holds it on paper (for a missing one the giver)."""
    if kind is CaseKind.DAMAGED:
        return Holder(HolderKind(handover.giver_kind), handover.giver_id)
    return holder_of(thing)
