"""What happens to a consignment and when: decided by its number alone, so that nothing need be remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NORMAL, DUPLICATE, REORDERED, LOST, FAILED = (
    "normal",
    "duplicate",
    "reordered",
    "lost",
    "failed",
)
MODES = (NORMAL, DUPLICATE, REORDERED, LOST, FAILED)
CITIES = ("杭州", "上海", "北京", "广州", "成都", "武汉")
DELIVERED_WAY = ("picked_up", "in_transit", "out_for_delivery", "delivered")
FAILED_WAY = ("picked_up", "in_transit", "out_for_delivery", "failed", "returned")
CHECK_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a consignment."""

    event_id: str
    number: str
    sequence: int
    status: str
    place: str
    at: float

    def told(self) -> dict[str, Any]:
        """The event as it is written to the shop."""
        return {
            "event_id": self.event_id,
            "number": self.number,
            "sequence": self.sequence,
            "status": self.status,
            "place": self.place,
            "at": datetime.fromtimestamp(self.at, UTC).isoformat(),
        }


def make_number(serial: int) -> str:
    """Return a number in the postal form S10: two letters, eight digits, a check digit, a country."""
    digits = f"{serial % 10**8:08}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, CHECK_WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"SX{digits}{check}CN"


def sort_code(lines: str) -> str:
    """Return a three-part sort code: hub, branch, courier, from the address alone."""
    drawn = hashlib.sha256(lines.encode()).digest()
    return f"{500 + drawn[0] % 400}-{drawn[1] % 90 + 10}-{drawn[2] % 40 + 1:02}"


def journey(number: str, *, started: float, step: float, mode: str) -> Sequence[Event]:
    """Return all events a consignment will have; the first one step after it was received."""
    way = FAILED_WAY if mode == FAILED else DELIVERED_WAY
    drawn = hashlib.sha256(number.encode()).digest()
    city = CITIES[drawn[0] % len(CITIES)]
    return tuple(
        Event(
            event_id=f"{number}-{sequence}",
            number=number,
            sequence=sequence,
            status=status,
            place="" if status == "returned" else city,
            at=started + step * sequence,
        )
        for sequence, status in enumerate(way, start=1)
    )


def pushes(events: Sequence[Event], mode: str) -> Sequence[tuple[float, Event]]:
    """Return what is pushed when: twice, in the wrong order, or not at all, as the mode has it.

    Reordered: every second event waits until the one after it has gone out.
    """
    if mode == LOST:
        return ()
    if mode == DUPLICATE:
        return tuple((event.at, event) for event in events for _ in range(2))
    if mode != REORDERED:
        return tuple((event.at, event) for event in events)
    order: list[tuple[float, Event]] = []
    for index in range(0, len(events), 2):
        pair = events[index : index + 2]
        order += [(pair[-1].at, event) for event in reversed(pair)]
    return tuple(order)
