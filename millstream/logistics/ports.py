"""What logistics needs of a carrier, whoever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from millstream.logistics.types import TrackEvent


class CarrierAwayError(Exception):
    """The carrier did not answer, or answered with a fault of its own; the same question may be asked again."""


class CarrierRefusedError(Exception):
    """The carrier understood and said no; asking again will not help."""


@dataclass(frozen=True, slots=True)
class BookAsk:
    """A parcel for which a number is wanted. ``key`` is the idempotency key: the same key books once."""

    key: UUID
    parcel_code: str
    weight_grams: int
    value_minor: int
    currency: str
    sender_name: str
    recipient_name: str
    recipient_phone: str
    recipient_lines: str


@dataclass(frozen=True, slots=True)
class Booked:
    """The carrier's number and its own sort code for the label."""

    number: str
    sort_code: str


@dataclass(frozen=True, slots=True)
class ManifestAsk:
    """The frozen list that is handed over; ``key`` is the handover: the same one is received once."""

    key: UUID
    hash: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarrierReceipt:
    """What the carrier really received, and the number of its receipt."""

    receipt: str
    received: frozenset[str]


class CarrierAdapter(Protocol):
    """One outside carrier. Calls raise ``CarrierAwayError`` or ``CarrierRefusedError``; none is in a transaction."""

    def validate(self, ask: BookAsk) -> tuple[str, ...]:
        """What stands against carrying this, in the carrier's words; empty when nothing does."""
        ...

    def book(self, ask: BookAsk) -> Booked:
        """A number for a parcel; the same key gives the same number."""
        ...

    def label(self, number: str) -> bytes:
        """The carrier's own label as PDF."""
        ...

    def cancel(self, number: str) -> None:
        """Give a number back that was not used."""
        ...

    def track(self, numbers: Sequence[str]) -> tuple[TrackEvent, ...]:
        """All events that the carrier knows for these numbers, in any order, with the ids that its webhooks carry."""
        ...

    def manifest(self, ask: ManifestAsk) -> CarrierReceipt:
        """Hand the list over; the answer is the carrier's signature."""
        ...


_plugged: list[CarrierAdapter] = []


def plug_carrier(adapter: CarrierAdapter) -> None:
    """Say which carrier the centres hand over to."""
    _plugged[:] = [adapter]


def carrier() -> CarrierAdapter:
    """The plugged carrier."""
    assert _plugged, "no carrier is plugged in: site plugs one with plug_carrier"
    return _plugged[0]
