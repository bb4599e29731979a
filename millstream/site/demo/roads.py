"""Seeding the county: roads, the centre, the stations and the vans of logistics."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from millstream.kernel.texts import both
from millstream.logistics.api import (
    CentreSpec,
    EdgeSpec,
    NodeSpec,
    StationSpec,
    VehicleSpec,
    add_centre,
    add_roads,
    add_station,
    add_vehicle,
)
from millstream.logistics.types import NodeKind
from millstream.site.demo.county import CARRIER, CENTRE, COUNTY, DRIVERS, ROADS, TOWNS
from millstream.site.demo.people import actor_id, place_id, station_slug

CENTRE_NODE: Final = "centre"
VILLAGE_METRES: Final = 5200
VILLAGE_SECONDS: Final = 720
VAN_GRAMS: Final = 800_000
VAN_PIECES: Final = 160


def town_node(number: int) -> str:
    """The key of a town's point on the skeleton; towns count from 1."""
    return f"town-{number}"


def seed_roads() -> None:
    """The skeleton: centre, towns with their stations, villages, and the roads between them."""
    nodes = [NodeSpec(CENTRE_NODE, NodeKind.CENTRE, CENTRE[1], COUNTY.longitude, COUNTY.latitude, place_id(COUNTY))]
    for number, town in enumerate(TOWNS, 1):
        spot = town.spot
        nodes.append(
            NodeSpec(town_node(number), NodeKind.STATION, spot.name, spot.longitude, spot.latitude, place_id(spot))
        )
        nodes += [
            NodeSpec(
                f"village-{village.code}",
                NodeKind.VILLAGE,
                village.name,
                village.longitude,
                village.latitude,
                place_id(village),
            )
            for village in town.villages
        ]
    add_roads(nodes, list(_edges()))


def _edges() -> Iterator[EdgeSpec]:
    for here, there, kilometres, minutes in ROADS:
        ends = [CENTRE_NODE if end == "centre" else town_node(int(end)) for end in (here, there)]
        yield EdgeSpec(ends[0], ends[1], int(kilometres * 1000), minutes * 60)
    for number, town in enumerate(TOWNS, 1):
        keys = [f"village-{village.code}" for village in town.villages]
        for place, key in enumerate(keys):
            yield EdgeSpec(town_node(number), key, VILLAGE_METRES + 400 * place, VILLAGE_SECONDS + 60 * place)
        for first, second in pairwise(keys[:2]):
            yield EdgeSpec(first, second, VILLAGE_METRES * 2, VILLAGE_SECONDS * 2, closed_in_wet_season=True)


def seed_sites() -> None:
    """The centre with its carrier, six stations, two vans."""
    centre = actor_id(CENTRE[0])
    add_centre(CentreSpec(centre, CENTRE_NODE, "QX", actor_id(CARRIER[0])))
    for number in range(1, len(TOWNS) + 1):
        add_station(StationSpec(actor_id(station_slug(number)), town_node(number), f"{number:02d}", centre))
    for number, (slug, _) in enumerate(DRIVERS, 1):
        name = both(f"Van {number}", f"{number}号车")
        add_vehicle(VehicleSpec(centre, actor_id(slug), f"浙Q{number:05d}", name, VAN_GRAMS, VAN_PIECES))
