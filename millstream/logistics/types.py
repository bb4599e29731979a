"""What logistics hands in and out: typed ids, the small closed lists, and frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

ParcelId = NewType("ParcelId", UUID)
BagId = NewType("BagId", UUID)
RunId = NewType("RunId", UUID)
StopId = NewType("StopId", UUID)
HandoverId = NewType("HandoverId", UUID)
ManifestId = NewType("ManifestId", UUID)
CaseId = NewType("CaseId", UUID)
ScanId = NewType("ScanId", UUID)


class HolderKind(StrEnum):
    """Who can hold a parcel. A case holds what is lost: nobody else does."""

    MAKER = "maker"
    STATION = "station"
    CENTRE = "centre"
    RUN = "run"
    CARRIER = "carrier"
    RECIPIENT = "recipient"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Holder:
    """Exactly one of these holds a parcel or a bag at any moment; ``id`` is an actor, a run or a case."""

    kind: HolderKind
    id: UUID


class ParcelState(StrEnum):
    """Where a parcel stands on its way up to the city or down to a village."""

    ANNOUNCED = "announced"
    PACKED = "packed"
    AT_STATION = "at_station"
    BAGGED = "bagged"
    ON_RUN = "on_run"
    AT_CENTRE = "at_centre"
    CHECKED = "checked"
    WITH_CARRIER = "with_carrier"
    FOR_COLLECTION = "for_collection"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    LOST = "lost"


class EventKind(StrEnum):
    """One line of a parcel's or bag's custody; the codes are fixed, new ones are only added."""

    ANNOUNCE = "ANNOUNCE"
    PACK = "PACK"
    TAKE_IN = "TAKE_IN"
    BAG_ADD = "BAG_ADD"
    BAG_REMOVE = "BAG_REMOVE"
    BAG_OPEN = "BAG_OPEN"
    SEAL = "SEAL"
    SEAL_BROKEN = "SEAL_BROKEN"
    UNSEAL = "UNSEAL"
    ACCEPT = "ACCEPT"
    CHECK = "CHECK"
    LABEL = "LABEL"
    HANDOVER_OUT = "HANDOVER_OUT"
    TRACK = "TRACK"
    DELIVER = "DELIVER"
    COLLECT = "COLLECT"
    REROUTE = "REROUTE"
    RETURN = "RETURN"
    CANCEL = "CANCEL"
    CASE_OPEN = "CASE_OPEN"
    CASE_CLOSE = "CASE_CLOSE"


class BagState(StrEnum):
    """Only an open bag takes or gives parcels; a broken one is counted piece by piece."""

    OPEN = "open"
    SEALED = "sealed"
    BROKEN = "broken"
    EMPTIED = "emptied"


class RunState(StrEnum):
    """One vehicle's tour, from plan to nothing left on the vehicle."""

    PLANNED = "planned"
    RELEASED = "released"
    DEPARTED = "departed"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class StopState(StrEnum):
    """One halt of a run."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    DONE = "done"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a driver left a stop undone."""

    STATION_CLOSED = "station_closed"
    ROAD_CLOSED = "road_closed"
    VEHICLE_FULL = "vehicle_full"
    OUT_OF_TIME = "out_of_time"


class HandoverState(StrEnum):
    """A handover is offered by the giver; until the taker accepts, the giver holds and is liable."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_DIFFERENCES = "accepted_with_differences"
    WITHDRAWN = "withdrawn"


class ItemOutcome(StrEnum):
    """What became of one thing in a handover."""

    EXPECTED = "expected"
    OK = "ok"
    MISSING = "missing"
    EXTRA = "extra"
    DAMAGED = "damaged"


class CaseKind(StrEnum):
    """What went wrong; every case has an owner, a value and a deadline."""

    UNKNOWN_LABEL = "unknown_label"
    MISROUTED = "misrouted"
    DOUBLE_CUSTODY = "double_custody"
    MISSING = "missing"
    EXTRA = "extra"
    DAMAGED = "damaged"
    SEAL_BROKEN = "seal_broken"
    CARRIER_REFUSED = "carrier_refused"
    RETURNED = "returned"


class Resolution(StrEnum):
    """How a case ends."""

    FOUND = "found"
    CARRY_ON = "carry_on"
    SEND_BACK = "send_back"
    WRITTEN_OFF = "written_off"
    NOT_OURS = "not_ours"


class ScanPurpose(StrEnum):
    """What the hand that scans is doing."""

    TAKE_IN = "take_in"
    BAG = "bag"
    HANDOVER = "handover"
    CHECK = "check"
    HAND_OUT = "hand_out"


class ScanOutcome(StrEnum):
    """Every physical scan is kept with what came of it."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"


class BookingState(StrEnum):
    """A carrier's number for a parcel: wanted until the carrier answered."""

    WANTED = "wanted"
    BOOKED = "booked"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class TrackStatus(StrEnum):
    """What a carrier can say about a parcel, in our words."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"


class NodeKind(StrEnum):
    """A point of the road skeleton."""

    CENTRE = "centre"
    STATION = "station"
    VILLAGE = "village"
    JUNCTION = "junction"


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line of what is in the parcel: the title in each language and how many."""

    title: Mapping[str, str]
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelAsk:
    """A paid order that must be carried. ``destination_station`` is set when a station hands it out."""

    parcel_id: UUID
    order_id: UUID
    order_code: str
    seller: UUID
    station_actor: UUID
    address_id: UUID | None
    weight_grams: int
    contents: tuple[ContentLine, ...]
    buyer: UUID
    value_minor: int = 0
    currency: str = "CNY"
    destination_station: UUID | None = None


@dataclass(frozen=True, slots=True)
class ParcelRecord:
    """A parcel as its pages and the API show it; no personal data."""

    id: ParcelId
    code: str
    order_id: UUID
    order_code: str
    seller_id: UUID
    buyer_id: UUID
    station_id: UUID
    centre_id: UUID
    state: ParcelState
    holder: Holder
    weight_grams: int
    contents: tuple[ContentLine, ...]
    misrouted: bool
    bag_id: UUID | None
    carrier_number: str
    opened_at: datetime
    packed_at: datetime | None
    delivered_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of a parcel as buyer and maker see it: a code to word, where, and when."""

    parcel_id: ParcelId
    number: int
    kind: EventKind
    holder: Holder
    holder_name: Mapping[str, str]
    note: str
    at: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class ScanAsk:
    """One press of the trigger. ``id`` comes from the device so that a replay is recognised."""

    id: UUID
    text: str
    purpose: ScanPurpose
    acting: UUID
    user_id: UUID | None = None
    device: str = ""
    device_at: datetime | None = None
    bag_id: UUID | None = None
    handover_id: UUID | None = None
    damaged: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class ScanDone:
    """What came of a scan; a refusal is data here, because the scan itself is kept."""

    id: UUID
    outcome: ScanOutcome
    label: str
    parcel_id: UUID | None
    bag_id: UUID | None
    refusal_code: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HandoverDone:
    """How a handover ended; a second accept is told this first result."""

    id: HandoverId
    state: HandoverState
    ok: int
    missing: int
    extra: int
    damaged: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class TrackEvent:
    """One event of a carrier about one of our parcels; ``number`` counts per parcel from 1."""

    event_id: str
    carrier_number: str
    number: int
    status: TrackStatus
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustodyDifference:
    """A line of ``check_custody``: what does not agree and both sides of it."""

    subject: str
    code: str
    what: str
    row: str
    fold: str


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
