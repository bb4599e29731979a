"""Bags, handovers, cases, runs and places as they are handed in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from millstream.logistics.types.kinds import (
    BagId,
    BagState,
    CaseId,
    CaseKind,
    HandoverId,
    HandoverState,
    Holder,
    ItemOutcome,
    Resolution,
    RunId,
    RunState,
    StopId,
    StopState,
)


@dataclass(frozen=True, slots=True)
class BagRecord:
    """A bag as its pages show it."""

    id: BagId
    code: str
    origin_id: UUID
    destination_id: UUID
    state: BagState
    seal: str
    holder: Holder
    opened_at: datetime
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferAsk:
    """What a giver wants to hand over. ``code`` stands for the giver when somebody else holds the device."""

    giver: Holder
    taker: Holder
    acting: UUID
    parcel_ids: tuple[UUID, ...] = ()
    bag_ids: tuple[UUID, ...] = ()
    run_id: UUID | None = None
    stop_id: UUID | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class HandoverItemRecord:
    """One line of a handover."""

    label: str
    is_bag: bool
    pieces: int
    weight_grams: int
    expected: bool
    scanned: bool
    damaged: bool
    outcome: ItemOutcome
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoverRecord:
    """A handover as both its sides see it."""

    id: HandoverId
    code: str
    state: HandoverState
    giver: Holder
    taker: Holder
    run_id: UUID | None
    stop_id: UUID | None
    centre_id: UUID
    manifest_hash: str
    pieces: int
    weight_grams: int
    offered_at: datetime
    offered_how: str
    accepted_at: datetime | None
    accepted_how: str
    receipt: str
    ok: int
    missing: int
    extra: int
    damaged: int
    items: tuple[HandoverItemRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """An exception case as the differences desk shows it."""

    id: CaseId
    kind: CaseKind
    label: str
    parcel_id: UUID | None
    bag_id: UUID | None
    handover_id: UUID | None
    site_id: UUID
    owner_id: UUID
    liable: Holder | None
    value_minor: int
    currency: str
    opened_at: datetime
    deadline_at: datetime
    resolved_at: datetime | None
    resolution: str
    note: str
    ways: tuple[Resolution, ...]


@dataclass(frozen=True, slots=True)
class StopRecord:
    """One halt of a run as its list shows it."""

    id: StopId
    position: int
    station_id: UUID
    node_key: str
    state: StopState
    station_code: str
    arrives_at: datetime
    leaves_at: datetime
    pickup_pieces: int
    pickup_grams: int
    delivery_pieces: int
    delivery_grams: int
    skip_reason: str
    arrived_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run with its stops; ``plan`` is the frozen result it was made from."""

    id: RunId
    code: str
    centre_id: UUID
    driver_id: UUID
    vehicle_name: Mapping[str, str]
    plate: str
    day: date
    state: RunState
    driver_code: str
    starts_at: datetime
    ends_at: datetime
    plan: Mapping[str, object]
    stops: tuple[StopRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A place that carries: a station or a centre, the centre it belongs to, its road point and its code."""

    actor_id: UUID
    kind: str
    centre_id: UUID
    node_key: str
    code: str


@dataclass(frozen=True, slots=True)
class VehicleRecord:
    """A van in service."""

    id: UUID
    driver_id: UUID
    name: Mapping[str, str]
    plate: str
    capacity_grams: int
    capacity_pieces: int
    shift_start_minute: int
    shift_seconds: int
    is_out: bool


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A point of the road skeleton."""

    key: str
    kind: str
    name: Mapping[str, str]
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class RoadRecord:
    """A road of the skeleton."""

    a: str
    b: str
    metres: int
    seconds: int
    is_closed: bool
    closed_in_wet_season: bool
