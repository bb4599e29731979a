"""Plans: every limit kept at every point, the impossible answered with reasons, the same seed the same plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millstream.logistics.planner import (
    LegSource,
    PlanRequest,
    PlanStop,
    PlanVehicle,
    Reason,
    RoadMatrix,
    RoadPoint,
    RoadSegment,
    find_faults,
    measure_roads,
    plan_tours,
)
from millstream.logistics.planner.baseline import nearest_neighbour_tours, tour_metres

POINTS = [RoadPoint("d", 119.0, 28.0)] + [RoadPoint(f"s{n}", 119.0 + n / 50, 28.0 + n % 3 / 40) for n in range(1, 9)]
ROADS = [RoadSegment("d" if n == 1 else f"s{n - 1}", f"s{n}", 3_000 + 400 * n, 300 + 60 * n) for n in range(1, 9)]
ROADS += [RoadSegment("d", "s5", 9_000, 1_000), RoadSegment("s3", "s8", 4_000, 500)]


def _roads(closed: frozenset[int] = frozenset()) -> RoadMatrix:
    segments = [replace(road, is_open=index not in closed) for index, road in enumerate(ROADS)]
    return measure_roads(POINTS, segments, [point.key for point in POINTS], terrain_permille=1450)


@st.composite
def one_stop(draw: st.DrawFn, number: int) -> PlanStop:
    """A stop with something up, something down, or both."""
    up, down = draw(st.integers(0, 30)), draw(st.integers(0, 20))
    return PlanStop(
        f"s{number}",
        pickup_grams=draw(st.integers(1, 40_000)) * up,
        pickup_pieces=up,
        delivery_grams=draw(st.integers(1, 20_000)) * down,
        delivery_pieces=down,
        service_seconds=draw(st.integers(60, 1_200)),
    )


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    """Small counties, possible and impossible."""
    stops = tuple(draw(one_stop(number)) for number in sorted(draw(st.sets(st.integers(1, 8), min_size=1))))
    vans = tuple(
        PlanVehicle(
            f"v{number}",
            draw(st.integers(50_000, 900_000)),
            draw(st.integers(5, 120)),
            draw(st.sampled_from([0, 8 * 3600])),
            draw(st.integers(1_800, 30_000)),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    closed = frozenset(draw(st.sets(st.integers(0, len(ROADS) - 1), max_size=4)))
    return PlanRequest("d", stops, vans, _roads(closed), seed=7, iterations=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_no_plan_breaks_a_limit(request: PlanRequest) -> None:
    """Capacity at every point, roads, opening hours, shifts; everything asked is served or left out with a reason."""
    assert find_faults(request, plan_tours(request)) == []


def test_the_same_request_gives_the_same_plan() -> None:
    """Only the seed and the iterations decide."""
    stops = tuple(PlanStop(f"s{n}", pickup_grams=9_000, pickup_pieces=9, delivery_pieces=2) for n in range(1, 9))
    request = PlanRequest("d", stops, (PlanVehicle("v", 60_000, 60), PlanVehicle("w", 60_000, 60)), _roads())
    assert plan_tours(request) == plan_tours(request)


def test_pickups_and_deliveries_ride_together_within_capacity() -> None:
    """A van that leaves full has room for a pickup only after it has delivered."""
    stops = (
        PlanStop("s1", pickup_grams=80_000, pickup_pieces=8),
        PlanStop("s2", delivery_grams=90_000, delivery_pieces=9),
    )
    plan = plan_tours(PlanRequest("d", stops, (PlanVehicle("v", 100_000, 100),), _roads(), iterations=200))
    assert [stop.key for stop in plan.tours[0].stops] == ["s2", "s1"]
    assert max(stop.load_grams for stop in plan.tours[0].stops) <= 100_000


@pytest.mark.parametrize(
    ("stop", "van", "closed", "reason"),
    [
        (PlanStop("s1", 1_000, 1), PlanVehicle("v", 10_000, 10), frozenset({0, 1}), Reason.NO_ROAD),
        (PlanStop("s4", 1_000, 1), PlanVehicle("v", 10_000, 10, 0, 600), frozenset(), Reason.TOO_FAR),
        (PlanStop("s1", 50_000, 50), PlanVehicle("v", 10_000, 100), frozenset(), Reason.OVER_CAPACITY),
    ],
)
def test_the_impossible_is_left_out_with_its_reason(
    stop: PlanStop, van: PlanVehicle, closed: frozenset[int], reason: Reason
) -> None:
    """A closed road, a shift too short, a load too heavy: said, not an error and not an endless run."""
    plan = plan_tours(PlanRequest("d", (stop,), (van,), _roads(closed), iterations=50))
    assert [one.reason for one in plan.unserved] == [reason]


def test_a_load_over_capacity_is_taken_as_far_as_it_fits() -> None:
    """The largest van takes what it holds; the rest is said in pieces and grams."""
    request = PlanRequest("d", (PlanStop("s1", 50_000, 50),), (PlanVehicle("v", 10_000, 100),), _roads(), iterations=50)
    plan = plan_tours(request)
    assert plan.tours[0].stops[0].pickup_pieces == 10
    assert (plan.unserved[0].pieces, plan.unserved[0].grams) == (40, 40_000)


def test_one_van_for_too_many_stops_leaves_some_out() -> None:
    """No room left is a reason too."""
    stops = tuple(PlanStop(f"s{n}", 9_000, 9) for n in range(1, 9))
    request = PlanRequest("d", stops, (PlanVehicle("v", 30_000, 30),), _roads(), iterations=300)
    plan = plan_tours(request)
    assert len(plan.tours[0].stops) == 3
    assert {one.reason for one in plan.unserved} == {Reason.NO_ROOM}
    assert find_faults(request, plan) == []


def test_legs_follow_open_roads_and_say_when_they_are_an_estimate() -> None:
    """The quickest way with the places passed; off the skeleton a straight line that says so."""
    roads = _roads()
    leg = roads.leg("d", "s2")
    assert leg is not None
    assert (leg.via, leg.source, leg.metres) == (("d", "s1", "s2"), LegSource.ROAD, 7_200)
    lonely = [*POINTS, RoadPoint("hut", 119.05, 28.05)]
    away = measure_roads(lonely, ROADS, ["d", "hut"], terrain_permille=1800).leg("d", "hut")
    assert away is not None
    assert away.source is LegSource.ESTIMATE
    assert 7_000 < away.metres < 18_000
    assert _roads(frozenset({0, 1})).leg("d", "s1") is None


def test_the_solver_is_not_worse_than_habit() -> None:
    """On a county that habit can serve, PyVRP drives no further than nearest neighbour with 2-opt."""
    stops = tuple(PlanStop(f"s{n}", 4_000, 4, service_seconds=120) for n in range(1, 9))
    request = PlanRequest("d", stops, (PlanVehicle("v", 100_000, 100),), _roads(), iterations=500)
    habit = sum(tour_metres(request, tour) for tour in nearest_neighbour_tours(request))
    plan = plan_tours(request)
    assert len(plan.tours[0].stops) == 8
    assert plan.metres <= habit


def test_the_check_notices_a_broken_plan() -> None:
    """The independent look is not blind: overload, early arrival and a lost stop are found."""
    stops = (PlanStop("s1", 5_000, 5), PlanStop("s2", 5_000, 5))
    request = PlanRequest("d", stops, (PlanVehicle("v", 20_000, 20),), _roads(), iterations=50)
    plan = plan_tours(request)
    small = replace(request, vehicles=(PlanVehicle("v", 6_000, 6),))
    assert any("overloaded" in fault for fault in find_faults(small, plan))
    tour = plan.tours[0]
    hasty = replace(plan, tours=(replace(tour, stops=(replace(tour.stops[0], arrives_at_seconds=0), *tour.stops[1:])),))
    assert find_faults(request, hasty)
    lost = replace(plan, tours=(replace(tour, stops=tour.stops[:1]),))
    assert any("do not add up" in fault for fault in find_faults(request, lost))
