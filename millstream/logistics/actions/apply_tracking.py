"""What carriers say about our parcels: every event is kept once and does what it can, in whatever order it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from millstream.kernel.facts import record
from millstream.logistics.actions.deliver import deliver
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.actions.open_case import CaseAsk, open_case
from millstream.logistics.facts import ParcelTracked
from millstream.logistics.models import CarrierBooking, CarrierEvent, Parcel
from millstream.logistics.ports import CarrierAdapter
from millstream.logistics.rules.tracking import TrackDecision, decide_track
from millstream.logistics.types import (
    BookingState,
    CaseKind,
    EventKind,
    Holder,
    HolderKind,
    ParcelState,
    TrackEvent,
    TrackStatus,
)

UNKNOWN, DUPLICATE = "unknown", "duplicate"
MOST_EVENTS: Final = 2_000
MOST_POLLED: Final = 200
KEEP_EARLY: Final = timedelta(days=14)


def apply_tracking(events: Sequence[TrackEvent], *, came_by: str, now: datetime) -> Counter[str]:
    """Take events in and apply each in its own transaction; counts of what became of them.

    ``came_by`` is ``push`` or ``poll``. An event heard before is a ``duplicate`` and does nothing.
    """
    assert len(events) <= MOST_EVENTS, "too many events at once"
    outcomes: Counter[str] = Counter()
    for event in sorted(events, key=lambda one: (one.carrier_number, one.number)):
        outcomes[_take(event, came_by, now)] += 1
    return outcomes


def poll_tracking(carrier: CarrierAdapter, *, now: datetime) -> int:
    """Ask the carrier about the parcels it has that we heard nothing of for longest; how many events were new."""
    rows = Parcel.objects.unscoped("the worker polls for every centre").filter(state=ParcelState.WITH_CARRIER.value)
    numbers = list(
        rows.order_by(F("last_asked_at").asc(nulls_first=True), "id").values_list("carrier_number", flat=True)[
            :MOST_POLLED
        ]
    )
    if not numbers:
        return 0
    events = carrier.track(numbers)
    rows.filter(carrier_number__in=numbers).update(last_asked_at=now)
    outcomes = apply_tracking(events, came_by="poll", now=now)
    return sum(outcomes.values()) - outcomes[DUPLICATE]


def apply_early(numbers: Iterable[str], *, now: datetime) -> int:
    """Look again at events that came before the handover was booked on our side; how many took effect."""
    waiting = CarrierEvent.objects.filter(
        outcome=TrackDecision.EARLY.value, carrier_number__in=set(numbers), came_at__gt=now - KEEP_EARLY
    ).order_by("carrier_number", "number")
    effective = 0
    for row in list(waiting[:MOST_EVENTS]):
        effective += _again(row.id, now)
    return effective


@transaction.atomic
def _take(event: TrackEvent, came_by: str, now: datetime) -> str:
    booking = CarrierBooking.objects.filter(number=event.carrier_number, state=BookingState.BOOKED.value).first()
    if booking is None:
        return UNKNOWN
    (parcel,) = lock_parcels([booking.parcel_id])
    # Only a second telling of the same event meets this row: the parcel is locked.
    if CarrierEvent.objects.filter(carrier_id=booking.carrier_id, event_id=event.event_id).exists():
        return DUPLICATE
    decision = _apply(parcel, event, booking.carrier_id, now)
    CarrierEvent.objects.create(
        event_id=event.event_id,
        carrier_id=booking.carrier_id,
        carrier_number=event.carrier_number,
        number=event.number,
        status=event.status.value,
        place=event.place,
        happened_at=event.at,
        came_by=came_by,
        outcome=decision.value,
        came_at=now,
    )
    return decision.value


@transaction.atomic
def _again(row_id: UUID, now: datetime) -> int:
    row = CarrierEvent.objects.get(id=row_id)
    booking = CarrierBooking.objects.get(number=row.carrier_number, carrier_id=row.carrier_id)
    (parcel,) = lock_parcels([booking.parcel_id])
    row.refresh_from_db()
    if row.outcome != TrackDecision.EARLY.value:
        return 0
    event = TrackEvent(
        row.event_id, row.carrier_number, row.number, TrackStatus(row.status), row.place, row.happened_at
    )
    decision = _apply(parcel, event, booking.carrier_id, now)
    row.outcome = decision.value
    row.save(update_fields=["outcome"])
    return int(decision is not TrackDecision.EARLY)


def _apply(parcel: Parcel, event: TrackEvent, carrier: UUID, now: datetime) -> TrackDecision:
    decision = decide_track(
        status=event.status,
        number=event.number,
        last_number=parcel.last_track_number,
        state=ParcelState(parcel.state),
        holder=HolderKind(parcel.holder_kind),
    )
    if decision in (TrackDecision.STALE, TrackDecision.EARLY):
        return decision
    parcel.last_track_number = event.number
    parcel.save(update_fields=["last_track_number"])
    detail = {"status": event.status.value, "place": event.place, "happened_at": event.at.isoformat()}
    if decision is TrackDecision.DELIVER:
        deliver(parcel, Why(EventKind.DELIVER, by=carrier, detail=detail), at=event.at, now=now)
        return decision
    move_parcels([parcel], Why(EventKind.TRACK, by=carrier, detail=detail), now=now)
    record(ParcelTracked(parcel.id, parcel.order_id, event.status.value, event.place, event.at), now=now)
    if decision is TrackDecision.RETURNED:
        _expect_back(parcel, now)
    return decision


def _expect_back(parcel: Parcel, now: datetime) -> None:
    """The carrier brings it back: the centre owns the case until it scans the parcel in."""
    open_case(
        CaseAsk(
            kind=CaseKind.RETURNED,
            site=parcel.centre_id,
            owner=parcel.centre_id,
            currency=parcel.currency,
            parcel=parcel.id,
            label=parcel.code,
            liable=Holder(HolderKind.CARRIER, parcel.holder_id),
            value_minor=parcel.value_minor,
        ),
        now=now,
    )
