"""A run from its release to its end; each step once, by whoever's step it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.logistics.actions.new_codes import draw_secret_digits
from millstream.logistics.actions.offer_handover import offer_handover
from millstream.logistics.facts import RunReleased
from millstream.logistics.models import Bag, ExceptionCase, Handover, Parcel, Run, Stop
from millstream.logistics.queries.runs import run_record
from millstream.logistics.refusals import AlreadyOffered, NoVehicle, RunNotEmpty, WrongState
from millstream.logistics.rules.codes import for_people
from millstream.logistics.rules.handovers import may_close_run
from millstream.logistics.types import (
    HandoverRecord,
    HandoverState,
    Holder,
    HolderKind,
    OfferAsk,
    RunRecord,
    RunState,
    SkipReason,
    StopState,
)


@transaction.atomic
def release_run(run_id: UUID, *, acting: UUID, now: datetime) -> RunRecord:
    """The centre lets a planned run go: codes for both sides of its handovers are drawn, stations can see it coming."""
    run = _lock(run_id, centre=acting)
    if run.state == RunState.RELEASED:
        return run_record(run)
    _expect(run, RunState.PLANNED)
    run.state, run.released_at, run.driver_code = RunState.RELEASED.value, now, draw_secret_digits()
    try:
        with transaction.atomic():
            run.save(update_fields=["state", "released_at", "driver_code"])
    except IntegrityError as error:
        if "one_run_per_vehicle_at_a_time" in str(error):
            raise NoVehicle from None
        raise
    stops = list(run.stops.order_by("position"))
    for stop in stops:
        stop.station_code = draw_secret_digits()
    Stop.objects.bulk_update(stops, ["station_code"])
    stations = tuple(stop.station_id for stop in stops)
    record(RunReleased(run.id, run.centre_id, run.driver_id, stations), now=now)
    return run_record(run)


@transaction.atomic
def depart_run(run_id: UUID, *, acting: UUID, now: datetime) -> RunRecord:
    """The driver leaves; refused while the centre's load is still offered and not accepted."""
    run = _lock(run_id, driver=acting)
    if run.state == RunState.DEPARTED:
        return run_record(run)
    _expect(run, RunState.RELEASED)
    _expect_no_open_offer(run)
    run.state, run.departed_at = RunState.DEPARTED.value, now
    run.save(update_fields=["state", "departed_at"])
    return run_record(run)


@transaction.atomic
def arrive_at_stop(stop_id: UUID, *, acting: UUID, now: datetime) -> RunRecord:
    """The van stands at a station."""
    run, stop = _lock_stop(stop_id, acting)
    if stop.state == StopState.PLANNED:
        Stop.objects.filter(id=stop.id).update(state=StopState.ARRIVED.value, arrived_at=now)
    return run_record(run)


@transaction.atomic
def finish_stop(stop_id: UUID, *, acting: UUID, now: datetime) -> RunRecord:
    """The driver goes on; refused while an offer of this stop is open on either side."""
    run, stop = _lock_stop(stop_id, acting)
    if stop.state in (StopState.DONE, StopState.SKIPPED):
        return run_record(run)
    if stop.state != StopState.ARRIVED:
        raise WrongState(label=for_people(run.code), state=stop.state)
    if _handovers_at(stop).filter(state=HandoverState.OFFERED.value).exists():
        raise AlreadyOffered(label=for_people(run.code))
    Stop.objects.filter(id=stop.id).update(state=StopState.DONE.value, done_at=now)
    return run_record(run)


@transaction.atomic
def skip_stop(stop_id: UUID, *, reason: SkipReason, acting: UUID, now: datetime) -> RunRecord:
    """The driver leaves a stop undone, with the reason; what was meant for it stays on the van and comes back."""
    run, stop = _lock_stop(stop_id, acting)
    if stop.state in (StopState.DONE, StopState.SKIPPED):
        return run_record(run)
    if _handovers_at(stop).exclude(state=HandoverState.WITHDRAWN.value).exists():
        raise AlreadyOffered(label=for_people(run.code))
    Stop.objects.filter(id=stop.id).update(state=StopState.SKIPPED.value, skip_reason=reason.value, done_at=now)
    return run_record(run)


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a side of a handover has to give."""

    parcels: tuple[UUID, ...]
    bags: tuple[UUID, ...]


def cargo_on(run_id: UUID) -> Cargo:
    """Everything that a run holds: loose parcels and bags."""
    parcels = Parcel.objects.unscoped("the run's own cargo").filter(
        holder_kind=HolderKind.RUN.value, holder_id=run_id, bag__isnull=True
    )
    bags = Bag.objects.unscoped("the run's own cargo").filter(holder_kind=HolderKind.RUN.value, holder_id=run_id)
    return Cargo(
        tuple(parcels.order_by("id").values_list("id", flat=True)),
        tuple(bags.order_by("id").values_list("id", flat=True)),
    )


@transaction.atomic
def return_run(run_id: UUID, *, acting: UUID, now: datetime) -> HandoverRecord | None:
    """The van is back: the driver offers everything on it to the centre. None when it is empty; then the run is closed.

    Refused while a stop has no end: an undone stop is skipped with a reason, not forgotten.
    """
    run = _lock(run_id, driver=acting)
    if run.state in (RunState.RETURNED, RunState.CLOSED):
        _try_close(run, now)
        return None
    _expect(run, RunState.DEPARTED)
    if run.stops.exclude(state__in=[StopState.DONE.value, StopState.SKIPPED.value]).exists():
        raise WrongState(label=for_people(run.code), state=run.state)
    _expect_no_open_offer(run)
    run.state, run.returned_at = RunState.RETURNED.value, now
    run.save(update_fields=["state", "returned_at"])
    cargo = cargo_on(run.id)
    if not cargo.parcels and not cargo.bags:
        _try_close(run, now)
        return None
    return offer_handover(
        OfferAsk(
            giver=Holder(HolderKind.RUN, run.id),
            taker=Holder(HolderKind.CENTRE, run.centre_id),
            acting=acting,
            parcel_ids=cargo.parcels,
            bag_ids=cargo.bags,
            run_id=run.id,
        ),
        now=now,
    )


@transaction.atomic
def close_run(run_id: UUID, *, acting: UUID, now: datetime) -> RunRecord:
    """The centre ends a run; refused while anything is left on the vehicle that no open case accounts for."""
    run = _lock(run_id, centre=acting)
    if run.state == RunState.CLOSED:
        return run_record(run)
    _expect(run, RunState.RETURNED)
    if not _try_close(run, now):
        raise RunNotEmpty
    return run_record(run)


def close_if_empty(run_id: UUID, *, now: datetime) -> bool:
    """End a run that is back and has nothing left on it but what cases account for; the caller is in a transaction."""
    run = Run.objects.unscoped("the run's own end").select_for_update().get(id=run_id)
    return run.state == RunState.RETURNED and _try_close(run, now)


def _try_close(run: Run, now: datetime) -> bool:
    if run.state == RunState.CLOSED:
        return True
    cargo = cargo_on(run.id)
    cases = ExceptionCase.objects.unscoped("which of the cargo is accounted for").filter(resolved_at__isnull=True)
    in_cases = cases.filter(parcel_id__in=cargo.parcels).values("parcel_id").distinct().count()
    in_cases += cases.filter(bag_id__in=cargo.bags).values("bag_id").distinct().count()
    open_offers = Handover.objects.unscoped("the run's own").filter(run=run, state=HandoverState.OFFERED.value)
    stops = [StopState(state) for state in run.stops.values_list("state", flat=True)]
    left = len(cargo.parcels) + len(cargo.bags)
    if open_offers.exists() or not may_close_run(RunState(run.state), stops, left, in_cases):
        return False
    run.state, run.closed_at = RunState.CLOSED.value, now
    run.save(update_fields=["state", "closed_at"])
    return True


def _lock(run_id: UUID, *, centre: UUID | None = None, driver: UUID | None = None) -> Run:
    rows = Run.objects.unscoped("the action checks whose run it is")
    run = rows.select_for_update(of=("self",)).select_related("vehicle").filter(id=run_id).first()
    if run is None or (centre or run.centre_id) != run.centre_id or (driver or run.driver_id) != run.driver_id:
        raise NotFound(what="run")
    return run


def _lock_stop(stop_id: UUID, driver: UUID) -> tuple[Run, Stop]:
    stop = Stop.objects.filter(id=stop_id).first()
    if stop is None:
        raise NotFound(what="stop")
    run = _lock(stop.run_id, driver=driver)
    _expect(run, RunState.DEPARTED)
    stop.refresh_from_db()
    return run, stop


def _handovers_at(stop: Stop) -> QuerySet[Handover]:
    return Handover.objects.unscoped("the stop's own handovers").filter(stop=stop)


def _expect(run: Run, state: RunState) -> None:
    if run.state != state:
        raise WrongState(label=for_people(run.code), state=run.state)


def _expect_no_open_offer(run: Run) -> None:
    open_offers = Handover.objects.unscoped("the run's own").filter(run=run, state=HandoverState.OFFERED.value)
    if open_offers.exists():
        raise AlreadyOffered(label=for_people(run.code))
