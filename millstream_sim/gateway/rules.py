"""What the gateway decides: pure functions over a session, a choice and the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Choice = Literal["approve", "decline", "slow", "duplicate", "reordered", "late", "lost"]
State = Literal["open", "pending", "captured", "declined", "expired"]

CHOICES: tuple[Choice, ...] = get_args(Choice)
FEE_PERMILLE = 6
SESSION_SECONDS = 24 * 3600
LATE_SECONDS = 5.0
REORDERED_SECONDS = 1.0
DUPLICATES = 3
RETRY_SECONDS = (
    1.0,
    2.0,
    4.0,
    8.0,
    15.0,
    30.0,
    60.0,
    60.0,
    120.0,
    300.0,
    600.0,
    1800.0,
    3600.0,
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending of an event to the shop: how many seconds after the event, and how many copies at once."""

    kind: str
    after_seconds: float
    copies: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from the payer's choice: the state now, when it settles into which state, what is told."""

    state_now: State
    settles_at: float
    settles_as: Literal["captured", "declined"]
    deliveries: tuple[Delivery, ...]


def fee_minor(amount_minor: int) -> int:
    """Return the gateway's fee: 6 permille, half a unit rounded up."""
    return (amount_minor * FEE_PERMILLE + 500) // 1000


def plan_choice(choice: Choice, *, now: float, hold_expires_at: float, slow_seconds: float) -> Plan:
    """Say what happens to the session, and when, after the payer chose."""
    told = Delivery("payment.captured", 0.0, 1)
    if choice == "decline":
        return Plan("declined", now, "declined", (Delivery("payment.declined", 0.0, 1),))
    if choice == "slow":
        return Plan("pending", now + slow_seconds, "captured", (told,))
    if choice == "late":
        return Plan("pending", max(now, hold_expires_at) + LATE_SECONDS, "captured", (told,))
    if choice == "duplicate":
        return Plan(
            "captured",
            now,
            "captured",
            (Delivery("payment.captured", 0.0, DUPLICATES),),
        )
    if choice == "reordered":
        return Plan(
            "captured",
            now,
            "captured",
            (told, Delivery("payment.pending", REORDERED_SECONDS, 1)),
        )
    if choice == "lost":
        return Plan("captured", now, "captured", ())
    return Plan("captured", now, "captured", (told,))


def may_choose(state: State, *, now: float, opened_at: float) -> bool:
    """Say whether the payer still has a choice."""
    return state == "open" and now < opened_at + SESSION_SECONDS


def retry_after(attempt: int) -> float | None:
    """Return the seconds to wait after failed attempt number `attempt` (from 0), None to give up."""
    return RETRY_SECONDS[attempt] if attempt < len(RETRY_SECONDS) else None
