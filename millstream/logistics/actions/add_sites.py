"""Tell logistics about roads, centres, stations and vans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from millstream.logistics.models import Centre, RoadEdge, RoadNode, Station, Vehicle
from millstream.logistics.types import NodeKind


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A point of the skeleton; ``key`` is its stable name."""

    key: str
    kind: NodeKind
    name: Mapping[str, str]
    longitude: float
    latitude: float
    place_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EdgeSpec:
    """A road between two keys, both ways."""

    a: str
    b: str
    metres: int
    seconds: int
    closed_in_wet_season: bool = False


@dataclass(frozen=True, slots=True)
class CentreSpec:
    """An operation centre: its actor, where it stands, its short code, and the carrier it hands over to."""

    actor: UUID
    node: str
    code: str
    carrier: UUID | None


@dataclass(frozen=True, slots=True)
class StationSpec:
    """A village station: its actor, where it stands, its route code on labels, the centre that serves it."""

    actor: UUID
    node: str
    route_code: str
    centre: UUID
    service_seconds: int = 300


@dataclass(frozen=True, slots=True)
class VehicleSpec:
    """A van and who drives it; the shift starts at a minute of the day."""

    centre: UUID
    driver: UUID
    plate: str
    name: Mapping[str, str]
    capacity_grams: int
    capacity_pieces: int
    shift_start_minute: int = 450
    shift_seconds: int = 9 * 3600


@transaction.atomic
def add_roads(nodes: Sequence[NodeSpec], edges: Sequence[EdgeSpec]) -> None:
    """Add points and roads; those that exist are brought up to date, so seeding twice changes nothing."""
    for spec in nodes:
        RoadNode.objects.update_or_create(
            key=spec.key,
            defaults={
                "kind": spec.kind.value,
                "name": dict(spec.name),
                "longitude": spec.longitude,
                "latitude": spec.latitude,
                "place_id": spec.place_id,
            },
        )
    ids = dict(
        RoadNode.objects.filter(key__in={key for edge in edges for key in (edge.a, edge.b)}).values_list("key", "id")
    )
    for edge in edges:
        a, b = sorted((ids[edge.a], ids[edge.b]))
        RoadEdge.objects.update_or_create(
            a_id=a,
            b_id=b,
            defaults={
                "metres": edge.metres,
                "seconds": edge.seconds,
                "closed_in_wet_season": edge.closed_in_wet_season,
            },
        )


@transaction.atomic
def add_centre(spec: CentreSpec) -> None:
    """Make an actor an operation centre."""
    node = RoadNode.objects.get(key=spec.node)
    Centre.objects.update_or_create(
        actor_id=spec.actor, defaults={"node": node, "code": spec.code, "carrier_id": spec.carrier}
    )


@transaction.atomic
def add_station(spec: StationSpec) -> None:
    """Make an actor a village station of a centre."""
    Station.objects.update_or_create(
        actor_id=spec.actor,
        defaults={
            "node": RoadNode.objects.get(key=spec.node),
            "centre": Centre.objects.get(actor_id=spec.centre),
            "route_code": spec.route_code,
            "service_seconds": spec.service_seconds,
        },
    )


@transaction.atomic
def add_vehicle(spec: VehicleSpec) -> UUID:
    """Put a van into service; its id."""
    vehicle, _ = Vehicle.objects.update_or_create(
        plate=spec.plate,
        defaults={
            "centre_id": spec.centre,
            "driver_id": spec.driver,
            "name": dict(spec.name),
            "capacity_grams": spec.capacity_grams,
            "capacity_pieces": spec.capacity_pieces,
            "shift_start_minute": spec.shift_start_minute,
            "shift_seconds": spec.shift_seconds,
        },
    )
    vehicle_id: UUID = vehicle.id
    return vehicle_id


@transaction.atomic
def close_road(a: str, b: str, *, closed: bool) -> int:
    """Close or open one road, after a landslide or when it is cleared; how many roads that was."""
    ids = sorted(RoadNode.objects.filter(key__in=(a, b)).values_list("id", flat=True))
    return RoadEdge.objects.filter(a_id__in=ids, b_id__in=ids).update(is_closed=closed)


@transaction.atomic
def set_season(centre: UUID, *, wet: bool) -> None:
    """Say whether the wet season's roads are closed."""
    Centre.objects.filter(actor_id=centre).update(wet_season=wet)
