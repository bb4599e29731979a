"""Plan the centre's runs: read, compute outside any transaction, then save."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from millstream.logistics.actions.new_codes import new_codes
from millstream.logistics.models import RoadNode, Run, Stop
from millstream.logistics.planner import Leg, PlannedTour, PlanResult, find_faults, plan_tours
from millstream.logistics.queries.runs import PlanQuestion, plan_question, run_record
from millstream.logistics.refusals import NothingToPlan, NoVehicle
from millstream.logistics.rules import codes
from millstream.logistics.types import RunRecord, RunState, StopState

LOADING_SECONDS = 600


def plan_runs(*, acting: UUID, now: datetime, seed: int = 1) -> tuple[tuple[RunRecord, ...], PlanResult]:
    """Plan tours over all stations where something waits or goes, and save them as planned runs.

    Runs that were planned and not released are replaced. The plan is checked by a second, independent look before
    it is saved. Gives the runs and the result, whose ``unserved`` says what is left out and why.
    """
    local = timezone.localtime(now)
    midnight = timezone.make_aware(datetime.combine(local.date(), time()), local.tzinfo)
    starts = int((now - midnight).total_seconds()) + LOADING_SECONDS
    question = plan_question(acting, starts_at_seconds=starts, seed=seed)
    if not question.vehicles:
        raise NoVehicle
    if not question.request.stops:
        raise NothingToPlan
    result = plan_tours(question.request)
    faults = find_faults(question.request, result)
    assert not faults, f"the planner broke a limit: {faults}"
    return _save(question, result, midnight, now), result


@transaction.atomic
def _save(question: PlanQuestion, result: PlanResult, midnight: datetime, now: datetime) -> tuple[RunRecord, ...]:
    rows = Run.objects.unscoped("the centre plans anew").filter(centre_id=question.centre, state=RunState.PLANNED.value)
    rows.update(state=RunState.CANCELLED.value)
    saved = []
    left_out = [asdict(one) for one in result.unserved]
    for tour, code in zip(result.tours, new_codes(codes.RUN, len(result.tours)), strict=True):
        saved.append(_save_run(question, tour, code, midnight, left_out, now))
    return tuple(run_record(run) for run in saved)


def _save_run(
    question: PlanQuestion,
    tour: PlannedTour,
    code: str,
    midnight: datetime,
    left_out: list[dict[str, Any]],
    now: datetime,
) -> Run:
    van = question.vehicles[tour.vehicle]

    def at(seconds: int) -> datetime:
        return midnight + timedelta(seconds=seconds)

    run = Run(
        code=code,
        centre_id=question.centre,
        vehicle_id=van.id,
        driver_id=van.driver_id,
        day=timezone.localtime(at(tour.starts_at_seconds)).date(),
        state=RunState.PLANNED.value,
        plan={
            "metres": tour.metres,
            "seed": question.request.seed,
            "load_grams": tour.load_grams,
            "load_pieces": tour.load_pieces,
            "legs": [_leg(stop.leg) for stop in tour.stops] + [_leg(tour.way_back)],
            "loads": [[stop.load_grams, stop.load_pieces] for stop in tour.stops],
            "unserved": left_out,
        },
        starts_at=at(tour.starts_at_seconds),
        ends_at=at(tour.ends_at_seconds),
        planned_at=now,
    )
    Run.objects.unscoped("the centre's own run").bulk_create([run])
    _save_stops(question, run, tour, midnight)
    return run


def _save_stops(question: PlanQuestion, run: Run, tour: PlannedTour, midnight: datetime) -> None:
    def at(seconds: int) -> datetime:
        return midnight + timedelta(seconds=seconds)

    nodes = dict(RoadNode.objects.filter(key__in=[stop.key for stop in tour.stops]).values_list("key", "id"))
    Stop.objects.bulk_create(
        Stop(
            run=run,
            position=position,
            station_id=question.stations[stop.key],
            node_id=nodes[stop.key],
            state=StopState.PLANNED.value,
            arrives_at=at(stop.arrives_at_seconds),
            leaves_at=at(stop.leaves_at_seconds),
            pickup_pieces=stop.pickup_pieces,
            pickup_grams=stop.pickup_grams,
            delivery_pieces=stop.delivery_pieces,
            delivery_grams=stop.delivery_grams,
        )
        for position, stop in enumerate(tour.stops, start=1)
    )


def _leg(leg: Leg) -> dict[str, Any]:
    return {"metres": leg.metres, "seconds": leg.seconds, "source": leg.source.value, "via": list(leg.via)}
