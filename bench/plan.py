"""How good and how fast a day's plan is: a synthetic valley county, PyVRP beside nearest neighbour with 2-opt.

Run: .cache/venv/bin/python bench/plan.py [--stations 167] [--seconds 10] [--vehicles 12] [--seed 7]
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence

from millstream.logistics.planner import (
    PlanRequest,
    PlanStop,
    PlanVehicle,
    RoadPoint,
    RoadSegment,
    find_faults,
    measure_roads,
    plan_tours,
)
from millstream.logistics.planner.baseline import nearest_neighbour_tours, tour_metres

VALLEYS = 9
DEGREES_PER_KM = 0.009


def draw_county(stations: int, seed: int) -> tuple[list[RoadPoint], list[RoadSegment]]:
    """Valleys are trees: a ring of towns round the centre, villages up the valleys, a few passes between them."""
    draw = random.Random(seed)
    points = [RoadPoint("centre", 119.0, 28.0)]
    segments: list[RoadSegment] = []
    tips: list[RoadPoint] = []
    for number in range(stations):
        valley = number % VALLEYS
        root = tips[valley] if len(tips) > valley else points[0]
        start = points[0] if draw.random() < 0.1 else root
        kilometres = draw.uniform(1.5, 6)
        bend = (valley / VALLEYS + draw.uniform(-0.04, 0.04)) * 6.283
        east, north = kilometres * DEGREES_PER_KM * _cos(bend), kilometres * DEGREES_PER_KM * _sin(bend)
        point = RoadPoint(f"s{number}", start.longitude + east, start.latitude + north)
        points.append(point)
        metres = round(kilometres * 1000 * draw.uniform(1.2, 1.9))
        segments.append(RoadSegment(start.key, point.key, metres, round(metres / draw.uniform(6, 12))))
        if len(tips) > valley:
            tips[valley] = point if draw.random() < 0.7 else tips[valley]
        else:
            tips.append(point)
    for _ in range(stations // 12):
        a, b = draw.sample(points, 2)
        metres = draw.randint(5_000, 16_000)
        segments.append(RoadSegment(a.key, b.key, metres, round(metres / 7)))
    return points, segments


def _cos(angle: float) -> float:
    return (1 - (angle - 3.1416) ** 2 / 9.87) * 2 - 1


def _sin(angle: float) -> float:
    return _cos((angle + 4.712) % 6.283)


def draw_stops(keys: Sequence[str], draw: random.Random) -> tuple[PlanStop, ...]:
    """What is to be fetched and brought at each station on one day."""
    return tuple(
        PlanStop(
            key,
            pickup_grams=pieces * draw.randint(800, 3_000),
            pickup_pieces=pieces,
            delivery_grams=(down := draw.randint(0, 25)) * draw.randint(300, 1_500),
            delivery_pieces=down,
            service_seconds=draw.choice((180, 240, 300)),
        )
        for key in keys
        if (pieces := draw.randint(1, 12))
    )


def main() -> None:
    """Print both plans side by side."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--stations", type=int, default=167)
    options.add_argument("--vehicles", type=int, default=12)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    points, segments = draw_county(chosen.stations, chosen.seed)
    began = time.perf_counter()
    roads = measure_roads(points, segments, [point.key for point in points], terrain_permille=1450)
    measured = time.perf_counter() - began
    stops = draw_stops([point.key for point in points[1:]], random.Random(chosen.seed + 1))
    vans = tuple(PlanVehicle(f"van {n:02}", 1_500_000, 600) for n in range(chosen.vehicles))
    request = PlanRequest("centre", stops, vans, roads, seed=1, iterations=10**9, time_limit_seconds=chosen.seconds)
    print(f"{chosen.stations} stations, {chosen.vehicles} vans, seed {chosen.seed}; roads measured in {measured:.2f} s")
    began = time.perf_counter()
    habit = [tour for tour in nearest_neighbour_tours(request) if tour]
    took = time.perf_counter() - began
    kilometres = sum(tour_metres(request, tour) for tour in habit) / 1000
    served = sum(len(tour) for tour in habit)
    print(f"nearest neighbour + 2-opt: {kilometres:8.1f} km, {len(habit):2} tours, {served} served, {took:5.1f} s")
    began = time.perf_counter()
    plan = plan_tours(request)
    took = time.perf_counter() - began
    served = sum(len(tour.stops) for tour in plan.tours)
    planned, tours = plan.metres / 1000, len(plan.tours)
    print(f"PyVRP:                     {planned:8.1f} km, {tours:2} tours, {served} served, {took:5.1f} s")
    faults = find_faults(request, plan)
    print(f"faults found by the independent check: {len(faults)}", *faults[:5], sep="\n  ")
    saved = 100 * (1 - planned / kilometres) if kilometres else 0.0
    print(f"saved: {saved:.1f} % of the kilometres")
    told = {"stations": chosen.stations, "km": planned, "km_by_hand": kilometres, "faults": len(faults)}
    print(
        json.dumps(
            {"bench": "plan", **told, "served": served, "seconds": round(took, 1), "saved_percent": round(saved, 1)}
        )
    )


if __name__ == "__main__":
    main()
