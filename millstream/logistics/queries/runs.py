"""Reads about runs, stops, sites and roads, and what a plan needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, Sum

from millstream.kernel.refusals import NotFound
from millstream.logistics.models import Bag, Centre, Handover, Parcel, RoadEdge, RoadNode, Run, Station, Stop, Vehicle
from millstream.logistics.planner import (
    PlanRequest,
    PlanStop,
    PlanVehicle,
    RoadMatrix,
    RoadPoint,
    RoadSegment,
    measure_roads,
)
from millstream.logistics.types import (
    BagState,
    HandoverState,
    NodeRecord,
    ParcelState,
    RoadRecord,
    RunId,
    RunRecord,
    RunState,
    SiteRecord,
    StopId,
    StopRecord,
    StopState,
    VehicleRecord,
)

BUSY = (RunState.RELEASED.value, RunState.DEPARTED.value, RunState.RETURNED.value)
DOWN = (ParcelState.CHECKED.value,)


def stop_record(row: Stop, key: str) -> StopRecord:
    """The record of a stop's row; ``key`` is its road point."""
    return StopRecord(
        id=StopId(row.id),
        position=row.position,
        station_id=row.station_id,
        node_key=key,
        state=StopState(row.state),
        station_code=row.station_code,
        arrives_at=row.arrives_at,
        leaves_at=row.leaves_at,
        pickup_pieces=row.pickup_pieces,
        pickup_grams=row.pickup_grams,
        delivery_pieces=row.delivery_pieces,
        delivery_grams=row.delivery_grams,
        skip_reason=row.skip_reason,
        arrived_at=row.arrived_at,
        done_at=row.done_at,
    )


def run_record(row: Run) -> RunRecord:
    """The record of a run's row with its stops."""
    stops = row.stops.select_related("node").order_by("position")
    return RunRecord(
        id=RunId(row.id),
        code=row.code,
        centre_id=row.centre_id,
        driver_id=row.driver_id,
        vehicle_name=row.vehicle.name,
        plate=row.vehicle.plate,
        day=row.day,
        state=RunState(row.state),
        driver_code=row.driver_code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        plan=row.plan,
        stops=tuple(stop_record(stop, stop.node.key) for stop in stops),
    )


def run(run_id: UUID, *, reader: UUID) -> RunRecord:
    """One run as its centre, its driver or a station on it sees it."""
    row = Run.objects.visible_to(reader).select_related("vehicle").filter(id=run_id).first()
    if row is None:
        raise NotFound(what="run")
    return run_record(row)


def runs(*, reader: UUID, states: Sequence[RunState], most: int = 30) -> tuple[RunRecord, ...]:
    """The reader's runs in these states, the newest first."""
    rows = Run.objects.visible_to(reader).select_related("vehicle")
    found = rows.filter(state__in=[state.value for state in states]).order_by("-starts_at", "-id")[:most]
    return tuple(run_record(row) for row in found)


def site(actor: UUID) -> SiteRecord | None:
    """What logistics knows of an actor as a place that carries: a station or a centre; None for others."""
    station = Station.objects.select_related("centre", "node").filter(actor_id=actor).first()
    if station is not None:
        return SiteRecord(actor, "station", station.centre.actor_id, station.node.key, station.route_code)
    centre = Centre.objects.select_related("node").filter(actor_id=actor).first()
    if centre is not None:
        return SiteRecord(actor, "centre", actor, centre.node.key, centre.code)
    return None


def route_codes(stations: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Route code and centre code of stations, for labels."""
    rows = Station.objects.filter(actor_id__in=set(stations))
    return {actor: (route, code) for actor, route, code in rows.values_list("actor_id", "route_code", "centre__code")}


def stations_of(centre: UUID) -> tuple[SiteRecord, ...]:
    """The stations that a centre serves, by route code."""
    rows = Station.objects.filter(centre__actor_id=centre).select_related("node").order_by("route_code")
    return tuple(SiteRecord(row.actor_id, "station", centre, row.node.key, row.route_code) for row in rows)


def vehicles_of(centre: UUID) -> tuple[VehicleRecord, ...]:
    """A centre's vans in service, and whether one is out on a run."""
    out = set(Run.objects.unscoped("which vans are out").filter(state__in=BUSY).values_list("vehicle_id", flat=True))
    rows = Vehicle.objects.filter(centre_id=centre, in_service=True).order_by("plate")
    return tuple(
        VehicleRecord(
            row.id,
            row.driver_id,
            row.name,
            row.plate,
            row.capacity_grams,
            row.capacity_pieces,
            row.shift_start_minute,
            row.shift_seconds,
            is_out=row.id in out,
        )
        for row in rows
    )


def road_map() -> tuple[tuple[NodeRecord, ...], tuple[RoadRecord, ...]]:
    """The whole skeleton for drawing."""
    nodes = tuple(
        NodeRecord(row.key, row.kind, row.name, row.longitude, row.latitude) for row in RoadNode.objects.order_by("key")
    )
    edges = RoadEdge.objects.select_related("a", "b").order_by("id")
    return nodes, tuple(
        RoadRecord(row.a.key, row.b.key, row.metres, row.seconds, row.is_closed, row.closed_in_wet_season)
        for row in edges
    )


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """A plan's request with what is needed to save its answer."""

    centre: UUID
    request: PlanRequest
    stations: dict[str, UUID]
    vehicles: dict[str, VehicleRecord]


def plan_question(centre: UUID, *, starts_at_seconds: int, seed: int = 1) -> PlanQuestion:
    """What waits at each station and for each station now, the vans that are free, and the roads between.

    ``starts_at_seconds`` is the earliest second of the day at which a van can leave; a shift that began earlier is
    cut, one that is over begins now with its full length (an extra tour after hours, which the centre may refuse).
    """
    row = Centre.objects.select_related("node").filter(actor_id=centre).first()
    if row is None:
        raise NotFound(what="centre")
    stations = list(Station.objects.filter(centre=row).select_related("node").order_by("route_code"))
    waiting, going = _waiting(stations, centre), _going_down(centre)
    stops = tuple(
        PlanStop(
            key=station.node.key,
            pickup_grams=waiting.get(station.actor_id, (0, 0))[0],
            pickup_pieces=waiting.get(station.actor_id, (0, 0))[1],
            delivery_grams=going.get(station.actor_id, (0, 0))[0],
            delivery_pieces=going.get(station.actor_id, (0, 0))[1],
            service_seconds=station.service_seconds,
            closes_at_seconds=2 * 24 * 3600,
        )
        for station in stations
        if station.actor_id in waiting or station.actor_id in going
    )
    vans = {str(van.id): van for van in vehicles_of(centre) if not van.is_out}
    keys = [row.node.key, *(stop.key for stop in stops)]
    request = PlanRequest(
        depot=row.node.key,
        stops=stops,
        vehicles=tuple(_plan_vehicle(van, starts_at_seconds) for van in vans.values()),
        roads=_matrix(keys, row),
        seed=seed,
        time_limit_seconds=min(10.0, 1.0 + len(stops) / 20),
    )
    return PlanQuestion(centre, request, {station.node.key: station.actor_id for station in stations}, vans)


def _plan_vehicle(van: VehicleRecord, starts_at_seconds: int) -> PlanVehicle:
    begin = van.shift_start_minute * 60
    end = begin + van.shift_seconds
    if starts_at_seconds >= end - van.shift_seconds // 2:
        begin, end = starts_at_seconds, starts_at_seconds + van.shift_seconds
    else:
        begin = max(begin, starts_at_seconds)
    return PlanVehicle(str(van.id), van.capacity_grams, van.capacity_pieces, begin, end - begin)


def _waiting(stations: Sequence[Station], centre: UUID) -> dict[UUID, tuple[int, int]]:
    """Grams and pieces at each station that go up: sealed bags and loose parcels that are not for collection there."""
    sealed = Bag.objects.visible_to(centre).filter(state__in=[BagState.SEALED.value, BagState.BROKEN.value])
    rows = (
        Parcel.objects.visible_to(centre)
        .filter(holder_kind="station", holder_id__in=[station.actor_id for station in stations])
        .filter(
            Q(state=ParcelState.AT_STATION.value) | Q(state=ParcelState.BAGGED.value, bag_id__in=sealed.values("id"))
        )
        .values("holder_id")
        .annotate(grams=Sum("weight_grams"), pieces=Count("id"))
    )
    return {row["holder_id"]: (row["grams"], row["pieces"]) for row in rows}


def _going_down(centre: UUID) -> dict[UUID, tuple[int, int]]:
    """Grams and pieces at the centre for each station."""
    rows = (
        Parcel.objects.visible_to(centre)
        .filter(holder_id=centre, state__in=DOWN, destination_station__isnull=False)
        .values("destination_station_id")
        .annotate(grams=Sum("weight_grams"), pieces=Count("id"))
    )
    return {row["destination_station_id"]: (row["grams"], row["pieces"]) for row in rows}


def _matrix(keys: Sequence[str], centre: Centre) -> RoadMatrix:
    points = [RoadPoint(row.key, row.longitude, row.latitude) for row in RoadNode.objects.order_by("key")]
    segments = [
        RoadSegment(
            row.a.key,
            row.b.key,
            row.metres,
            row.seconds,
            is_open=not (row.is_closed or (row.closed_in_wet_season and centre.wet_season)),
        )
        for row in RoadEdge.objects.select_related("a", "b").order_by("id")
    ]
    return measure_roads(points, segments, keys, terrain_permille=centre.terrain_permille)


def next_stop_of(station: UUID, *, now: datetime) -> tuple[RunRecord, StopRecord] | None:
    """The van that comes next to a station: its run and the stop there; None when none is on its way."""
    rows = (
        Stop.objects.filter(
            station_id=station,
            run__state__in=[RunState.RELEASED.value, RunState.DEPARTED.value],
            state__in=[StopState.PLANNED.value, StopState.ARRIVED.value],
        )
        .select_related("run", "run__vehicle", "node")
        .order_by("arrives_at")
    )
    found = rows.first()
    if found is None:
        return None
    return run_record(found.run), stop_record(found, found.node.key)


def driver_of(run_id: UUID) -> UUID | None:
    """Who drives a run; the caller may see one of its handovers."""
    rows = Run.objects.unscoped("the caller is a side of its handover").filter(id=run_id)
    return rows.values_list("driver_id", flat=True).first()


def has_load(run_id: UUID) -> bool:
    """Whether something at the centre goes down to a station of this run."""
    row = Run.objects.unscoped("the caller's own run").filter(id=run_id).first()
    if row is None:
        return False
    going = _going_down(row.centre_id)
    return any(station in going for station in row.stops.values_list("station_id", flat=True))


def waiting_at_stations(centre: UUID) -> dict[UUID, dict[str, int]]:
    """For every station of a centre: grams and pieces that wait to go up and that must go down."""
    stations = list(Station.objects.filter(centre__actor_id=centre).order_by("route_code"))
    up, down = _waiting(stations, centre), _going_down(centre)
    return {
        station.actor_id: {
            "up_grams": up.get(station.actor_id, (0, 0))[0],
            "up_pieces": up.get(station.actor_id, (0, 0))[1],
            "down_grams": down.get(station.actor_id, (0, 0))[0],
            "down_pieces": down.get(station.actor_id, (0, 0))[1],
        }
        for station in stations
    }


def count_at_centre(centre: UUID) -> dict[str, int]:
    """The numbers of the centre's today page, each of which opens the rows behind it."""
    parcels = Parcel.objects.visible_to(centre).filter(centre_id=centre)
    by_state = {row["state"]: row["many"] for row in parcels.values("state").annotate(many=Count("id"))}
    checked = parcels.filter(state=ParcelState.CHECKED.value, destination_station__isnull=True)
    offered = Handover.objects.unscoped("the centre's own").filter(taker_id=centre, state=HandoverState.OFFERED.value)
    return {
        "waiting": sum(told["up_pieces"] for told in waiting_at_stations(centre).values()),
        "offered": offered.count(),
        "to_check": by_state.get(ParcelState.AT_CENTRE.value, 0),
        "ready": checked.exclude(carrier_number="").count(),
        "wanted": checked.filter(carrier_number="").count(),
        "with_carrier": by_state.get(ParcelState.WITH_CARRIER.value, 0),
        "delivered": by_state.get(ParcelState.DELIVERED.value, 0),
    }


def way_on(parcel_id: UUID, *, reader: UUID) -> tuple[str, str] | None:
    """Where a checked parcel goes: ``("carrier", its number)`` or ``("station", the route code)``."""
    row = Parcel.objects.visible_to(reader).filter(id=parcel_id).first()
    if row is None:
        return None
    if row.destination_station_id is None:
        return "carrier", row.carrier_number
    codes = route_codes([row.destination_station_id])
    return "station", codes.get(row.destination_station_id, ("", ""))[0]
