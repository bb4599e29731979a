"""The sketch map of a run: the road skeleton, the stops in order, the way over the real roads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from millstream.kernel.texts import localised
from millstream.kernel.web.town_map import MapNode, TownMap, draw_town_map
from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import RunRecord


def draw_run(run: RunRecord, names: Mapping[Any, Any]) -> TownMap:
    """Draw one run. The route follows the places that each leg passes, as the plan measured them."""
    nodes, roads = api.road_map()
    order = {stop.node_key: stop for stop in run.stops}
    drawn = [
        MapNode(
            key=node.key,
            x=node.longitude,
            y=node.latitude,
            label=localised(names[order[node.key].station_id].name if node.key in order else node.name),
            kind="stop" if node.key in order else (node.kind if node.kind != "junction" else "village"),
            order=order[node.key].position if node.key in order else None,
        )
        for node in nodes
    ]
    return draw_town_map(
        drawn,
        roads=[(road.a, road.b) for road in roads],
        route=_route(run),
        title=_("The way of run %(code)s") % {"code": for_people(run.code)},
    )


def _route(run: RunRecord) -> list[str]:
    legs: Any = run.plan.get("legs", [])
    route: list[str] = []
    for leg in legs:
        via = list(leg["via"])
        route += via[1:] if route and route[-1] == via[0] else via
    return route
