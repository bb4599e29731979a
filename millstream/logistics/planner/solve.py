"""Tours by PyVRP: pickups and deliveries in one tour, several vans, what does not fit left out with its reason."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

from millstream.logistics.planner.baseline import nearest_neighbour_tours
from millstream.logistics.planner.request import (
    PlannedStop,
    PlannedTour,
    PlanRequest,
    PlanResult,
    PlanStop,
    PlanVehicle,
    Reason,
    Unserved,
)

# Said when a county cannot be served whole; our answer to that is the list of what is left out.
warnings.simplefilter("ignore", PenaltyBoundWarning)

# Costs in 1/10,000 yuan: 1.1 yuan a kilometre, 0.58 yuan a minute.
COST_PER_METRE: Final = 11
COST_PER_SECOND: Final = 97
# A stop is worth three times the longest way there and back: no detour is too long, and no overload worth it.
PRIZE_FACTOR: Final = 3
UNREACHABLE: Final = 10_000_000


def plan_tours(request: PlanRequest) -> PlanResult:
    """Plan who drives where and when; impossible stops are answered with reasons, never with an error."""
    stops, left_out = _sift(request)
    if not stops or not request.vehicles:
        return PlanResult((), left_out)
    data = _problem(request, stops)
    limit = MultipleCriteria([MaxIterations(request.iterations), MaxRuntime(request.time_limit_seconds)])
    # Habit keeps every limit, so starting there the answer is never infeasible and never worse than habit.
    habit = _habit(request, stops, data)
    best = pyvrp.solve(data, limit, seed=request.seed, collect_stats=False, display=False, initial_solution=habit).best
    assert best.is_feasible(), "the search began with a plan that may be driven"
    tours = tuple(sorted((_tour(request, stops, route) for route in best.routes()), key=lambda tour: tour.vehicle))
    served = {stop.key for tour in tours for stop in tour.stops}
    missed = tuple(_left_out(stop, Reason.NO_ROOM) for stop in stops if stop.key not in served)
    return PlanResult(tours, tuple(sorted(left_out + missed, key=lambda one: (one.key, one.reason))))


def _habit(request: PlanRequest, stops: Sequence[PlanStop], data: Any) -> Any:
    """Nearest neighbour as the solver's first plan; its tours belong to the vans in their order."""
    places = {stop.key: index for index, stop in enumerate(stops)}
    tours = nearest_neighbour_tours(replace(request, stops=tuple(stops)), improve=False)
    routes = [pyvrp.Route(data, [places[key] for key in tour], van) for van, tour in enumerate(tours) if tour]
    return pyvrp.Solution(data, routes)


def _left_out(stop: PlanStop, reason: Reason) -> Unserved:
    return Unserved(
        stop.key, reason, stop.pickup_grams + stop.delivery_grams, stop.pickup_pieces + stop.delivery_pieces
    )


def _sift(request: PlanRequest) -> tuple[list[PlanStop], tuple[Unserved, ...]]:
    """Take out what no van could ever serve, so that the solver sees a problem that can be solved."""
    keep: list[PlanStop] = []
    out: list[Unserved] = []
    for stop in request.stops:
        there, back = request.roads.measure(request.depot, stop.key), request.roads.measure(stop.key, request.depot)
        if not request.vehicles:
            out.append(_left_out(stop, Reason.NO_ROOM))
        elif there is None or back is None:
            out.append(_left_out(stop, Reason.NO_ROAD))
        elif not any(_in_time(vehicle, stop, there[1], back[1]) for vehicle in request.vehicles):
            out.append(_left_out(stop, Reason.TOO_FAR))
        else:
            fitting, rest = _cut(stop, request.vehicles)
            if rest is not None:
                out.append(rest)
            if fitting.pickup_pieces or fitting.delivery_pieces:
                keep.append(fitting)
    return keep, tuple(out)


def _in_time(vehicle: PlanVehicle, stop: PlanStop, there_seconds: int, back_seconds: int) -> bool:
    arrives = max(vehicle.shift_start_seconds + there_seconds, stop.opens_at_seconds)
    ends = arrives + stop.service_seconds + back_seconds
    return arrives <= stop.closes_at_seconds and ends <= vehicle.shift_start_seconds + vehicle.shift_seconds


def _cut(stop: PlanStop, vehicles: Sequence[PlanVehicle]) -> tuple[PlanStop, Unserved | None]:
    """The part of a stop's load that the largest van holds, by whole pieces of average weight, and the rest."""
    largest = max(vehicles, key=lambda one: (one.capacity_grams, one.capacity_pieces))
    up_grams, up_pieces = _fit(stop.pickup_grams, stop.pickup_pieces, largest)
    down_grams, down_pieces = _fit(stop.delivery_grams, stop.delivery_pieces, largest)
    fitting = replace(
        stop,
        pickup_grams=up_grams,
        pickup_pieces=up_pieces,
        delivery_grams=down_grams,
        delivery_pieces=down_pieces,
    )
    pieces = stop.pickup_pieces + stop.delivery_pieces - up_pieces - down_pieces
    grams = stop.pickup_grams + stop.delivery_grams - up_grams - down_grams
    rest = Unserved(stop.key, Reason.OVER_CAPACITY, grams, pieces) if pieces or grams else None
    return fitting, rest


def _fit(grams: int, pieces: int, van: PlanVehicle) -> tuple[int, int]:
    if grams <= van.capacity_grams and pieces <= van.capacity_pieces:
        return grams, pieces
    fitting = min(pieces, van.capacity_pieces, van.capacity_grams * pieces // max(1, grams))
    return (grams * fitting // pieces if pieces else 0), fitting


def _problem(request: PlanRequest, stops: Sequence[PlanStop]) -> Any:
    keys = [request.depot, *(stop.key for stop in stops)]
    metres: Any = np.full((len(keys), len(keys)), UNREACHABLE, dtype=np.int64)
    seconds: Any = np.full((len(keys), len(keys)), UNREACHABLE, dtype=np.int64)
    for i, a in enumerate(keys):
        for j, b in enumerate(keys):
            measured = request.roads.measure(a, b)
            if measured is not None:
                metres[i, j], seconds[i, j] = measured
    prize = PRIZE_FACTOR * _longest_trip(request, stops)
    clients = [
        pyvrp.Client(
            location=index + 1,
            delivery=[stop.delivery_grams, stop.delivery_pieces],
            pickup=[stop.pickup_grams, stop.pickup_pieces],
            service_duration=stop.service_seconds,
            tw_early=stop.opens_at_seconds,
            tw_late=stop.closes_at_seconds,
            prize=prize,
            required=False,
            name=stop.key,
        )
        for index, stop in enumerate(stops)
    ]
    vans = [
        pyvrp.VehicleType(
            num_available=1,
            capacity=[van.capacity_grams, van.capacity_pieces],
            start_depot=0,
            end_depot=0,
            tw_early=van.shift_start_seconds,
            tw_late=van.shift_start_seconds + van.shift_seconds,
            shift_duration=van.shift_seconds,
            unit_distance_cost=COST_PER_METRE,
            unit_duration_cost=COST_PER_SECOND,
            name=van.key,
        )
        for van in request.vehicles
    ]
    locations = [pyvrp.Location(0, 0, name=key) for key in keys]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(location=0)], vans, [metres], [seconds], [], [])


def _longest_trip(request: PlanRequest, stops: Sequence[PlanStop]) -> int:
    """What serving the dearest stop alone would cost."""
    costs = [1]
    for stop in stops:
        for a, b in ((request.depot, stop.key), (stop.key, request.depot)):
            measured = request.roads.measure(a, b)
            assert measured is not None, "stops without a road were taken out"
            costs.append(2 * (measured[0] * COST_PER_METRE + measured[1] * COST_PER_SECOND))
    return max(costs) + COST_PER_SECOND * max(stop.service_seconds for stop in stops)


def _tour(request: PlanRequest, stops: Sequence[PlanStop], route: Any) -> PlannedTour:
    """Write a route down with times, legs and the load after every stop."""
    visits = [(stops[one.idx], one) for one in route.schedule() if one.is_client()]
    grams = load_grams = sum(stop.delivery_grams for stop, _ in visits)
    pieces = load_pieces = sum(stop.delivery_pieces for stop, _ in visits)
    planned, here, metres = [], request.depot, 0
    for stop, visit in visits:
        leg = request.roads.leg(here, stop.key)
        assert leg is not None, "the solver took a closed road"
        grams += stop.pickup_grams - stop.delivery_grams
        pieces += stop.pickup_pieces - stop.delivery_pieces
        planned.append(
            PlannedStop(
                key=stop.key,
                arrives_at_seconds=visit.start_time,
                leaves_at_seconds=visit.end_time,
                pickup_grams=stop.pickup_grams,
                pickup_pieces=stop.pickup_pieces,
                delivery_grams=stop.delivery_grams,
                delivery_pieces=stop.delivery_pieces,
                load_grams=grams,
                load_pieces=pieces,
                leg=leg,
            )
        )
        here, metres = stop.key, metres + leg.metres
    back = request.roads.leg(here, request.depot)
    assert back is not None, "the solver took a closed road"
    return PlannedTour(
        vehicle=request.vehicles[route.vehicle_type()].key,
        starts_at_seconds=route.start_time(),
        ends_at_seconds=route.end_time(),
        metres=metres + back.metres,
        load_grams=load_grams,
        load_pieces=load_pieces,
        stops=tuple(planned),
        way_back=back,
    )
