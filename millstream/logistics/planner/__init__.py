"""Plans tours: a frozen request in, a frozen result out; no Django, no clock, the same answer for the same seed."""

from millstream.logistics.planner.check import find_faults
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
from millstream.logistics.planner.roads import Leg, LegSource, RoadMatrix, RoadPoint, RoadSegment, measure_roads

__all__ = [
    "Leg",
    "LegSource",
    "PlanRequest",
    "PlanResult",
    "PlanStop",
    "PlanVehicle",
    "PlannedStop",
    "PlannedTour",
    "Reason",
    "RoadMatrix",
    "RoadPoint",
    "RoadSegment",
    "Unserved",
    "find_faults",
    "measure_roads",
    "plan_tours",
]


def plan_tours(request: PlanRequest) -> PlanResult:
    """Plan who drives where and when; impossible stops are answered with reasons, never with an error."""
    # The solver takes 27 MB of every process that has it, so it comes with the first plan.
    from millstream.logistics.planner import solve  # noqa: PLC0415

    return solve.plan_tours(request)
