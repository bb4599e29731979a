"""A second, independent look at a plan: does it keep every limit? Used by tests, benches and before a plan is saved."""

from __future__ import annotations

from collections import Counter

from millstream.logistics.planner.request import (
    PlannedStop,
    PlannedTour,
    PlanRequest,
    PlanResult,
    PlanStop,
    PlanVehicle,
)


def find_faults(request: PlanRequest, result: PlanResult) -> list[str]:
    """What is wrong with a plan, in plain words; empty when it may be driven.

    Walks every tour by itself: load at every point, times over the legs, opening hours, shift, each van once, each
    stop once, and everything asked either served or left out.
    """
    vans = {van.key: van for van in request.vehicles}
    faults = [
        f"{van} drives {count} tours" for van, count in Counter(t.vehicle for t in result.tours).items() if count > 1
    ]
    for tour in result.tours:
        faults += _walk(request, tour, vans[tour.vehicle])
    return faults + _account(request, result)


def _walk(request: PlanRequest, tour: PlannedTour, van: PlanVehicle) -> list[str]:
    faults = [] if tour.starts_at_seconds >= van.shift_start_seconds else [f"{van.key} starts before its shift"]
    here, moment = request.depot, tour.starts_at_seconds
    asked = {stop.key: stop for stop in request.stops}
    for stop in tour.stops:
        leg = request.roads.leg(here, stop.key)
        if leg is None:
            return [*faults, f"no road from {here} to {stop.key}"]
        if stop.arrives_at_seconds < moment + leg.seconds:
            faults.append(f"{stop.key} is reached too early")
        faults += _served(asked[stop.key], stop)
        here, moment = stop.key, stop.leaves_at_seconds
    back = request.roads.leg(here, request.depot)
    if back is None or tour.ends_at_seconds < moment + back.seconds:
        faults.append(f"{van.key} is back too early")
    if tour.ends_at_seconds > van.shift_start_seconds + van.shift_seconds:
        faults.append(f"{van.key} drives beyond its shift")
    return faults + _weigh(tour, van)


def _served(wish: PlanStop, stop: PlannedStop) -> list[str]:
    faults = []
    if not wish.opens_at_seconds <= stop.arrives_at_seconds <= wish.closes_at_seconds:
        faults.append(f"{stop.key} is closed")
    if stop.leaves_at_seconds < stop.arrives_at_seconds + wish.service_seconds:
        faults.append(f"{stop.key} is served too fast")
    return faults


def _weigh(tour: PlannedTour, van: PlanVehicle) -> list[str]:
    """The load at every point: what goes down is on board from the start, what comes up stays to the end."""
    grams, pieces = sum(s.delivery_grams for s in tour.stops), sum(s.delivery_pieces for s in tour.stops)
    faults = []
    if grams > van.capacity_grams or pieces > van.capacity_pieces:
        faults.append(f"{van.key} leaves overloaded")
    for stop in tour.stops:
        grams += stop.pickup_grams - stop.delivery_grams
        pieces += stop.pickup_pieces - stop.delivery_pieces
        if (grams, pieces) != (stop.load_grams, stop.load_pieces):
            faults.append(f"{stop.key} shows a wrong load")
        if not (0 <= grams <= van.capacity_grams and 0 <= pieces <= van.capacity_pieces):
            faults.append(f"{van.key} is overloaded after {stop.key}")
    return faults


def _account(request: PlanRequest, result: PlanResult) -> list[str]:
    """Everything asked is served or left out, nothing twice."""
    faults: list[str] = []
    visits = Counter(stop.key for tour in result.tours for stop in tour.stops)
    faults += [f"{key} is visited {count} times" for key, count in visits.items() if count > 1]
    for wish in request.stops:
        served = [stop for tour in result.tours for stop in tour.stops if stop.key == wish.key]
        left = [one for one in result.unserved if one.key == wish.key]
        pieces = sum(s.pickup_pieces + s.delivery_pieces for s in served) + sum(one.pieces for one in left)
        grams = sum(s.pickup_grams + s.delivery_grams for s in served) + sum(one.grams for one in left)
        if (pieces, grams) != (wish.pickup_pieces + wish.delivery_pieces, wish.pickup_grams + wish.delivery_grams):
            faults.append(f"{wish.key}: asked and planned do not add up")
    return faults
