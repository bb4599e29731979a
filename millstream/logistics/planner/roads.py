"""Distances and times between all places of a plan: the road skeleton first, a straight line where it ends."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_METRES: Final = 6_371_000
PERMILLE: Final = 1000
ESTIMATED_METRES_PER_SECOND: Final = 30_000 / 3600
MOST_POINTS: Final = 5_000


class LegSource(StrEnum):
    """Where the length of a leg comes from; shown beside every leg."""

    ROAD = "road"
    ESTIMATE = "estimate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RoadPoint:
    """A place with its position in degrees."""

    key: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class RoadSegment:
    """A road between two places, both ways."""

    a: str
    b: str
    metres: int
    seconds: int
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Leg:
    """The way from one place to another: length, time, source, and the places passed (both ends included)."""

    metres: int
    seconds: int
    source: LegSource
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadMatrix:
    """All ways between the places that a plan is about; a pair without one cannot be driven.

    ``ways`` holds, for each start on a road, seconds, metres and the place before for every place reached. Legs with
    the places they pass are traced when somebody asks.
    """

    keys: tuple[str, ...]
    ways: Mapping[str, Mapping[str, tuple[int, int, str]]]
    points: Mapping[str, RoadPoint]
    on_road: frozenset[str]
    terrain_permille: int

    def measure(self, a: str, b: str) -> tuple[int, int] | None:
        """Metres and seconds from a to b, or None when every road is closed."""
        if a == b:
            return 0, 0
        if a in self.on_road and b in self.on_road:
            found = self.ways[a].get(b)
            return None if found is None else (found[1], found[0])
        return _estimate(self.points[a], self.points[b], self.terrain_permille)

    def leg(self, a: str, b: str) -> Leg | None:
        """The way from a to b with its source and the places it passes, or None when every road is closed."""
        measured = self.measure(a, b)
        if measured is None:
            return None
        if a == b:
            return Leg(0, 0, LegSource.NONE, (a,))
        if a not in self.on_road or b not in self.on_road:
            return Leg(*measured, LegSource.ESTIMATE, (a, b))
        via = [b]
        while via[-1] != a:
            via.append(self.ways[a][via[-1]][2])
        return Leg(*measured, LegSource.ROAD, tuple(reversed(via)))


type _Ways = dict[str, list[tuple[str, int, int]]]


def measure_roads(
    points: Sequence[RoadPoint], segments: Sequence[RoadSegment], keys: Sequence[str], *, terrain_permille: int
) -> RoadMatrix:
    """The quickest ways between ``keys`` over open roads.

    A place that is on no road at all is reached by a straight line times ``terrain_permille``/1000 at 30 km/h, and
    such a leg says that it is an estimate. A place whose roads are all closed is not reached.
    """
    assert len(points) <= MOST_POINTS, "too many points for one county"
    known = {point.key: point for point in points}
    ways: _Ways = {key: [] for key in known}
    on_road: set[str] = set()
    for segment in segments:
        on_road.update((segment.a, segment.b))
        if segment.is_open:
            ways[segment.a].append((segment.b, segment.metres, segment.seconds))
            ways[segment.b].append((segment.a, segment.metres, segment.seconds))
    found = {start: _quickest(ways, start) for start in keys if start in on_road}
    return RoadMatrix(tuple(keys), found, known, frozenset(on_road), terrain_permille)


def straight_metres(a: RoadPoint, b: RoadPoint) -> float:
    """The great-circle distance (haversine)."""
    north = radians(b.latitude - a.latitude)
    east = radians(b.longitude - a.longitude)
    bow = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(min(1.0, bow)))


def _estimate(a: RoadPoint, b: RoadPoint, terrain_permille: int) -> tuple[int, int]:
    metres = max(1, round(straight_metres(a, b) * terrain_permille / PERMILLE))
    return metres, max(1, round(metres / ESTIMATED_METRES_PER_SECOND))


def _quickest(ways: _Ways, start: str) -> dict[str, tuple[int, int, str]]:
    """Dijkstra by time, then length: for every reached place seconds, metres and the place before it."""
    done: dict[str, tuple[int, int, str]] = {}
    queue: list[tuple[int, int, str, str]] = [(0, 0, start, start)]
    while queue:
        seconds, metres, here, before = heapq.heappop(queue)
        if here in done:
            continue
        done[here] = (seconds, metres, before)
        for there, length, time in ways[here]:
            if there not in done:
                heapq.heappush(queue, (seconds + time, metres + length, there, here))
    return done
