"""What logistics tells the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class ParcelPacked(Fact):
    """The maker says that the parcel is ready to go."""

    kind: ClassVar[str] = "logistics.parcel_packed"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    seller: UUID
    weight_grams: int


@dataclass(frozen=True, slots=True)
class ParcelTakenIn(Fact):
    """A station has the parcel now; ``misrouted`` when it was meant for another one."""

    kind: ClassVar[str] = "logistics.parcel_taken_in"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    station: UUID
    misrouted: bool


@dataclass(frozen=True, slots=True)
class HandoverAccepted(Fact):
    """Both sides agreed on what changed hands."""

    kind: ClassVar[str] = "logistics.handover_accepted"
    subject_field: ClassVar[str] = "handover"

    handover: UUID
    giver_kind: str
    giver: UUID
    taker_kind: str
    taker: UUID
    parcels: tuple[UUID, ...]
    missing: int
    extra: int
    damaged: int


@dataclass(frozen=True, slots=True)
class RunReleased(Fact):
    """A planned run is on; the stations on it can expect the van."""

    kind: ClassVar[str] = "logistics.run_released"
    subject_field: ClassVar[str] = "run"

    run: UUID
    centre: UUID
    driver: UUID
    stations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ParcelHandedToCarrier(Fact):
    """The carrier has the parcel now, under its own number."""

    kind: ClassVar[str] = "logistics.parcel_handed_to_carrier"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    carrier: UUID
    carrier_number: str


@dataclass(frozen=True, slots=True)
class ParcelTracked(Fact):
    """The carrier said where the parcel is."""

    kind: ClassVar[str] = "logistics.parcel_tracked"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    status: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ParcelDelivered(Fact):
    """The recipient has the parcel; recorded once per parcel."""

    kind: ClassVar[str] = "logistics.parcel_delivered"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveredByOperator(Fact):
    """In demo mode the operator called the parcel delivered before the carrier did."""

    kind: ClassVar[str] = "logistics.delivered_by_operator"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    operator: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ParcelCalledBack(Fact):
    """The parcel is with its maker again: the order was called off in time, or it came back undelivered."""

    kind: ClassVar[str] = "logistics.parcel_called_back"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID


@dataclass(frozen=True, slots=True)
class ParcelLost(Fact):
    """Nobody has the parcel any more: it was written off; recorded once per parcel."""

    kind: ClassVar[str] = "logistics.parcel_lost"
    subject_field: ClassVar[str] = "parcel"

    parcel: UUID
    order: UUID
    case: UUID


@dataclass(frozen=True, slots=True)
class CaseOpened(Fact):
    """Something went wrong and has an owner now."""

    kind: ClassVar[str] = "logistics.case_opened"
    subject_field: ClassVar[str] = "case"

    case: UUID
    case_kind: str
    owner: UUID
    parcel: UUID | None
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CaseResolved(Fact):
    """A case was settled."""

    kind: ClassVar[str] = "logistics.case_resolved"
    subject_field: ClassVar[str] = "case"

    case: UUID
    resolution: str
    by: UUID
