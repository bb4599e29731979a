"""Typed ids and the small closed lists."""

from __future__ import annotations

from dataclasses import dataclass
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
