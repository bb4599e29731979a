"""What a plan is asked and what it answers: frozen, in grams, pieces, metres and seconds of the day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from millstream.logistics.planner.roads import Leg, RoadMatrix


class Reason(StrEnum):
    """Why something is left out of a plan."""

    NO_ROAD = "no_road"
    TOO_FAR = "too_far"
    OVER_CAPACITY = "over_capacity"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class PlanStop:
    """A place to visit once: what goes down to it, what comes up from it, how long the van stands."""

    key: str
    pickup_grams: int = 0
    pickup_pieces: int = 0
    delivery_grams: int = 0
    delivery_pieces: int = 0
    service_seconds: int = 300
    opens_at_seconds: int = 0
    closes_at_seconds: int = 24 * 3600


@dataclass(frozen=True, slots=True)
class PlanVehicle:
    """A van with what it takes at once and its driver's hours."""

    key: str
    capacity_grams: int
    capacity_pieces: int
    shift_start_seconds: int = 8 * 3600
    shift_seconds: int = 9 * 3600


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """All that a plan depends on. The same request gives the same plan while ``iterations`` ends the search."""

    depot: str
    stops: tuple[PlanStop, ...]
    vehicles: tuple[PlanVehicle, ...]
    roads: RoadMatrix
    seed: int = 1
    iterations: int = 3_000
    time_limit_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One halt with times in seconds of the day, and what is on the van when it leaves."""

    key: str
    arrives_at_seconds: int
    leaves_at_seconds: int
    pickup_grams: int
    pickup_pieces: int
    delivery_grams: int
    delivery_pieces: int
    load_grams: int
    load_pieces: int
    leg: Leg


@dataclass(frozen=True, slots=True)
class PlannedTour:
    """One van's tour from the depot and back."""

    vehicle: str
    starts_at_seconds: int
    ends_at_seconds: int
    metres: int
    load_grams: int
    load_pieces: int
    stops: tuple[PlannedStop, ...]
    way_back: Leg


@dataclass(frozen=True, slots=True)
class Unserved:
    """What a plan leaves out, and why; part of a stop's load when a van cannot hold it all."""

    key: str
    reason: Reason
    grams: int
    pieces: int


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The tours and what they leave out."""

    tours: tuple[PlannedTour, ...]
    unserved: tuple[Unserved, ...]

    @property
    def metres(self) -> int:
        """The length of all tours."""
        return sum(tour.metres for tour in self.tours)
