"""The sketch map of a run: the road skeleton, the stops in order, the way over the real roads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from millstream.kernel.texts import localised
from millstream.kernel.web.town_map import MOST_NODES, MapNode, TownMap, draw_town_map
from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import NodeRecord, RoadRecord, RunRecord


def draw_run(run: RunRecord, names: Mapping[Any, Any]) -> TownMap:
    """Draw one run. The route follows the places that each leg passes, as the plan measured them."""
    nodes, roads = api.road_map()
    route = _route(run)
    passed = set(route)
    # A sketch holds 400 places; the run's own come first.
    shown = sorted(nodes, key=lambda node: node.key not in passed)[:MOST_NODES]
    order = {stop.node_key: stop for stop in run.stops}
    drawn = [
        MapNode(
            key=node.key,
            x=node.longitude,
            y=node.latitude,
            label=localised(names[order[node.key].station_id].name if node.key in order else node.name),
            kind="stop" if node.key in order else _kind(node.kind),
            order=order[node.key].position if node.key in order else None,
        )
        for node in shown
    ]
    keys = {node.key for node in shown}
    return draw_town_map(
        drawn,
        roads=[(road.a, road.b) for road in roads if road.a in keys and road.b in keys],
        route=route,
        title=_("The way of run %(code)s") % {"code": for_people(run.code)},
    )


def _route(run: RunRecord) -> list[str]:
    legs: Any = run.plan.get("legs", [])
    route: list[str] = []
    for leg in legs:
        via = list(leg["via"])
        route += via[1:] if route and route[-1] == via[0] else via
    return route


def draw_roads(nodes: Sequence[NodeRecord], roads: Sequence[RoadRecord]) -> TownMap:
    """Draw the skeleton without a route; closed roads are left out."""
    shown = nodes[:MOST_NODES]
    keys = {node.key for node in shown}
    return draw_town_map(
        [MapNode(node.key, node.longitude, node.latitude, localised(node.name), _kind(node.kind)) for node in shown],
        roads=[(road.a, road.b) for road in roads if not road.is_closed and road.a in keys and road.b in keys],
        title=_("The roads of the county"),
    )


def _kind(kind: str) -> str:
    """What the map calls a point: it draws a junction like a village."""
    return "village" if kind == "junction" else kind
