"""What a dispatcher does without a solver: the nearest place next, then no crossings. The solver starts from it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from millstream.logistics.planner.request import PlanRequest, PlanStop, PlanVehicle

MOST_ROUNDS = 50
UNREACHABLE = 10_000_000


def nearest_neighbour_tours(request: PlanRequest, *, improve: bool = True) -> list[list[str]]:
    """A tour for each van in order, maybe empty: nearest neighbour within limits, then 2-opt."""
    left = {stop.key: stop for stop in request.stops}
    tours: list[list[str]] = []
    for van in request.vehicles:
        tour: list[PlanStop] = []
        while left:
            here = tour[-1].key if tour else request.depot
            for stop in sorted(left.values(), key=lambda one: (_metres(request, here, one.key), one.key)):
                if is_drivable(request, van, [*tour, stop]):
                    tour.append(left.pop(stop.key))
                    break
            else:
                break
        tours.append([stop.key for stop in (_two_opt(request, van, tour) if improve else tour)])
    return tours


def tour_metres(request: PlanRequest, tour: Sequence[str]) -> int:
    """The length of a tour from the depot and back."""
    keys = [request.depot, *tour, request.depot]
    return sum(_metres(request, a, b) for a, b in itertools.pairwise(keys))


def is_drivable(request: PlanRequest, van: PlanVehicle, tour: Sequence[PlanStop]) -> bool:
    """Whether a van can serve these stops in this order."""
    grams, pieces = sum(s.delivery_grams for s in tour), sum(s.delivery_pieces for s in tour)
    here, moment = request.depot, van.shift_start_seconds
    if grams > van.capacity_grams or pieces > van.capacity_pieces:
        return False
    for stop in tour:
        measured = request.roads.measure(here, stop.key)
        if measured is None:
            return False
        arrives = max(moment + measured[1], stop.opens_at_seconds)
        grams += stop.pickup_grams - stop.delivery_grams
        pieces += stop.pickup_pieces - stop.delivery_pieces
        if arrives > stop.closes_at_seconds or grams > van.capacity_grams or pieces > van.capacity_pieces:
            return False
        here, moment = stop.key, arrives + stop.service_seconds
    back = request.roads.measure(here, request.depot)
    return back is not None and moment + back[1] <= van.shift_start_seconds + van.shift_seconds


def _metres(request: PlanRequest, a: str, b: str) -> int:
    measured = request.roads.measure(a, b)
    return measured[0] if measured is not None else UNREACHABLE


def _two_opt(request: PlanRequest, van: PlanVehicle, tour: list[PlanStop]) -> list[PlanStop]:
    length = tour_metres(request, [stop.key for stop in tour])
    for _ in range(MOST_ROUNDS):
        better = None
        for i in range(len(tour) - 1):
            for j in range(i + 1, len(tour)):
                turned = tour[:i] + tour[i : j + 1][::-1] + tour[j + 1 :]
                metres = tour_metres(request, [stop.key for stop in turned])
                if metres < length and is_drivable(request, van, turned):
                    better, length = turned, metres
        if better is None:
            return tour
        tour = better
    return tour
