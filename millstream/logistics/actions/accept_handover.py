"""The taker accepts: what was scanned changes hands, every difference becomes one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record, record_many
from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.confirm_side import RECEIPT, confirm_side, count_wrong_code, side_actor
from millstream.logistics.actions.drive_run import close_if_empty
from millstream.logistics.actions.move_custody import (
    Why,
    holder_of,
    lock_bags,
    lock_children,
    lock_parcels,
    move_bags,
    move_parcels,
)
from millstream.logistics.actions.note_differences import note_differences
from millstream.logistics.actions.resolve_case import settle_misrouted
from millstream.logistics.facts import HandoverAccepted, ParcelHandedToCarrier
from millstream.logistics.models import Bag, Handover, HandoverItem, Parcel
from millstream.logistics.refusals import AlreadyAccepted, HandoverWithdrawn, WrongCode
from millstream.logistics.rules.custody import STAYS
from millstream.logistics.rules.handovers import Differences, find_differences
from millstream.logistics.types import (
    EventKind,
    HandoverDone,
    HandoverId,
    HandoverState,
    Holder,
    HolderKind,
    ParcelState,
)


@dataclass(frozen=True, slots=True)
class AcceptAsk:
    """Who accepts what. ``code`` stands for the taker when the giver holds the device; ``receipt`` is a carrier's."""

    handover_id: UUID
    acting: UUID
    code: str = ""
    receipt: str = ""


def accept_handover(ask: AcceptAsk, *, now: datetime) -> HandoverDone:
    """Move what was scanned to the taker, leave the rest with the giver, and open one case for each difference.

    Things that were offered and not scanned are missing; the giver keeps them and is liable. Things scanned that the
    giver held but did not offer move too. A second accept is refused with the first one's result.
    """
    try:
        return _accept(ask, now)
    except WrongCode as refusal:
        count_wrong_code(refusal)
        raise


@transaction.atomic
def _accept(ask: AcceptAsk, now: datetime) -> HandoverDone:
    handover = lock_handover(ask.handover_id)
    giver, taker = sides_of(handover)
    how = confirm_side(taker, acting=ask.acting, code=ask.code, run=handover.run, stop=handover.stop)
    items = list(HandoverItem.objects.filter(handover=handover).order_by("id"))
    bags = {bag.id: bag for bag in lock_bags([item.bag_id for item in items if item.bag_id])}
    parcels = {parcel.id: parcel for parcel in lock_parcels([item.parcel_id for item in items if item.parcel_id])}
    differences = _compare(items)
    moved = _move(handover, differences, bags, parcels, taker, now)
    note_differences(handover, differences, bags=bags, parcels=parcels, moved=moved, now=now)
    _close(handover, items, differences, taker=taker, how=how, receipt=ask.receipt, now=now)
    _tell(handover, moved, giver, taker, differences, now)
    if giver.kind is HolderKind.RUN and taker.kind is HolderKind.CENTRE:
        close_if_empty(giver.id, now=now)
    return done_of(handover)


def lock_handover(handover_id: UUID) -> Handover:
    """The open handover, locked; refuses one that is over, with its first result."""
    rows = Handover.objects.unscoped("both sides are checked by whoever locks it")
    handover = rows.select_for_update(of=("self",)).select_related("run", "stop").filter(id=handover_id).first()
    if handover is None:
        raise NotFound(what="handover")
    if handover.state == HandoverState.WITHDRAWN:
        raise HandoverWithdrawn
    if handover.state != HandoverState.OFFERED:
        done = done_of(handover)
        raise AlreadyAccepted(
            handover=str(done.id),
            state=done.state.value,
            ok=done.ok,
            missing=done.missing,
            extra=done.extra,
            damaged=done.damaged,
            accepted_at=done.accepted_at.isoformat(),
        )
    return handover


def sides_of(handover: Handover) -> tuple[Holder, Holder]:
    """Giver and taker."""
    return (
        Holder(HolderKind(handover.giver_kind), handover.giver_id),
        Holder(HolderKind(handover.taker_kind), handover.taker_id),
    )


def done_of(handover: Handover) -> HandoverDone:
    """The result of an accepted handover."""
    assert handover.accepted_at is not None
    return HandoverDone(
        id=HandoverId(handover.id),
        state=HandoverState(handover.state),
        ok=handover.ok,
        missing=handover.missing,
        extra=handover.extra,
        damaged=handover.damaged,
        accepted_at=handover.accepted_at,
    )


def _thing(item: HandoverItem) -> UUID:
    thing: UUID | None = item.parcel_id or item.bag_id
    assert thing is not None
    return thing


def _compare(items: Sequence[HandoverItem]) -> Differences:
    return find_differences(
        expected=(_thing(item) for item in items if item.expected),
        scanned=(_thing(item) for item in items if item.scanned_at is not None),
        damaged=(_thing(item) for item in items if item.damaged),
    )


def _move(
    handover: Handover,
    differences: Differences,
    bags: dict[UUID, Bag],
    parcels: dict[UUID, Parcel],
    taker: Holder,
    now: datetime,
) -> list[Parcel]:
    """Move bags with their parcels and loose parcels; gives every parcel that moved, in key order."""
    giver, _ = sides_of(handover)
    # What was scanned without being offered moves only if the giver really holds it; else its case says so.
    extra = {one for one in differences.extra if _is_movable(bags.get(one) or parcels.get(one), giver)}
    going = differences.moving | extra
    going_bags = [bags[one] for one in sorted(going) if one in bags]
    loose = [parcels[one] for one in sorted(going) if one in parcels]
    children = lock_children(going_bags)
    why = Why(
        EventKind.HANDOVER_OUT if taker.kind is HolderKind.CARRIER else EventKind.ACCEPT,
        by=side_actor(taker, handover.run),
        handover=handover.id,
    )
    move_bags(going_bags, why, to=taker, now=now)
    moving = sorted([*loose, *children], key=lambda parcel: parcel.id)
    for state in sorted({_state_with(taker, parcel) for parcel in moving}):
        group = [parcel for parcel in moving if _state_with(taker, parcel) == state]
        move_parcels(group, why, to=taker, state=state, now=now)
    if taker.kind is HolderKind.CENTRE:
        settle_misrouted(moving, by=taker.id, now=now)
    return moving


def _is_movable(thing: Bag | Parcel | None, giver: Holder) -> bool:
    if thing is None or holder_of(thing) != giver:
        return False
    if isinstance(thing, Parcel):
        return thing.bag_id is None and thing.state not in STAYS
    return thing.state in ("sealed", "broken")


def _state_with(taker: Holder, parcel: Parcel) -> ParcelState:
    """Where a parcel stands once this taker has it."""
    if taker.kind is HolderKind.STATION:
        home = parcel.destination_station_id == taker.id
        return ParcelState.FOR_COLLECTION if home else ParcelState.AT_STATION
    return {
        HolderKind.RUN: ParcelState.ON_RUN,
        HolderKind.CENTRE: ParcelState.AT_CENTRE,
        HolderKind.CARRIER: ParcelState.WITH_CARRIER,
    }[taker.kind]


def _close(
    handover: Handover,
    items: Sequence[HandoverItem],
    differences: Differences,
    *,
    taker: Holder,
    how: str,
    receipt: str,
    now: datetime,
) -> None:
    outcomes = differences.outcomes()
    for item in items:
        item.outcome, item.is_open = outcomes[_thing(item)].value, False
    HandoverItem.objects.bulk_update(items, ["outcome", "is_open"])
    handover.state = differences.state.value
    handover.accepted_by_id = side_actor(taker, handover.run)
    handover.accepted_how, handover.accepted_at, handover.receipt = (RECEIPT if receipt else how), now, receipt
    handover.ok, handover.missing = len(differences.ok), len(differences.missing)
    handover.extra, handover.damaged = len(differences.extra), len(differences.damaged)
    fields = ("state", "accepted_by_id", "accepted_how", "accepted_at", "receipt", "ok", "missing", "extra", "damaged")
    rows = Handover.objects.unscoped("the row is locked").filter(id=handover.id, state=HandoverState.OFFERED.value)
    changed = rows.update(**{field: getattr(handover, field) for field in fields})
    assert changed == 1, "the handover is locked"


def _tell(
    handover: Handover,
    moved: Sequence[Parcel],
    giver: Holder,
    taker: Holder,
    differences: Differences,
    now: datetime,
) -> None:
    record(
        HandoverAccepted(
            handover.id,
            giver.kind.value,
            giver.id,
            taker.kind.value,
            taker.id,
            tuple(parcel.id for parcel in moved),
            len(differences.missing),
            len(differences.extra),
            len(differences.damaged),
        ),
        now=now,
    )
    if taker.kind is HolderKind.CARRIER:
        record_many(
            [ParcelHandedToCarrier(parcel.id, parcel.order_id, taker.id, parcel.carrier_number) for parcel in moved],
            now=now,
        )
