"""Parcels, scans and custody as they are handed in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from millstream.logistics.types.kinds import (
    EventKind,
    HandoverId,
    HandoverState,
    Holder,
    ParcelId,
    ParcelState,
    ScanOutcome,
    ScanPurpose,
    TrackStatus,
)


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
    value_minor: int
    currency: str
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
    destination_station_id: UUID | None = None
    going_back: bool = False


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
