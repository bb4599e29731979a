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
from millstream.logistics.planner.solve import plan_tours

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
