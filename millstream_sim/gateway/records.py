"""The gateway's rows in memory, and how they are rebuilt from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from millstream_sim.gateway.rules import Choice, State, fee_minor

MAX_SESSIONS = 500_000


@dataclass(slots=True)
class Refund:
    """Money given back to the payer."""

    id: str
    session: str
    amount_minor: int
    currency: str
    at: float


@dataclass(slots=True)
class Session:
    """One attempt to pay one amount."""

    id: str
    amount_minor: int
    currency: str
    reference: str
    description: str
    return_url: str
    language: str
    hold_expires_at: float
    opened_at: float
    state: State = "open"
    choice: Choice | None = None
    settles_at: float = 0.0
    capture: str = ""
    settled_at: float = 0.0
    refunds: dict[str, Refund] = field(default_factory=dict)

    @property
    def refunded_minor(self) -> int:
        """How much has gone back."""
        return sum(refund.amount_minor for refund in self.refunds.values())

    def terms(self) -> tuple[Any, ...]:
        """What may not differ when the same session is asked for again."""
        return (self.amount_minor, self.currency, self.reference)

    def public(self) -> dict[str, Any]:
        """What the shop is told about it."""
        captured = self.state == "captured"
        return {
            "session": self.id,
            "state": self.state,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reference": self.reference,
            "capture": self.capture,
            "captured_at": self.settled_at if captured else None,
            "fee_minor": fee_minor(self.amount_minor) if captured else 0,
            "refunded_minor": self.refunded_minor,
        }


@dataclass(slots=True)
class Event:
    """A message to the shop that has to arrive."""

    id: str
    body: str
    due_at: float
    copies: int = 1


@dataclass(slots=True)
class Books:
    """Every session, refund and undelivered event."""

    sessions: dict[str, Session] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def apply(self, record: Mapping[str, Any]) -> None:
        """Apply one journal record; the same function serves the running gateway and the rebuilding one."""
        kind, values = (
            record["r"],
            {name: value for name, value in record.items() if name != "r"},
        )
        if kind == "session":
            self.sessions[values["id"]] = Session(**values)
        elif kind == "choice":
            session = self.sessions[values["session"]]
            session.choice, session.settles_at, session.state = (
                values["choice"],
                values["settles_at"],
                values["state"],
            )
        elif kind == "settled":
            session = self.sessions[values["session"]]
            session.state, session.capture, session.settled_at = (
                values["state"],
                values["capture"],
                values["at"],
            )
        elif kind == "event":
            self.events[values["id"]] = Event(**values)
        elif kind in ("delivered", "given_up"):
            self.events.pop(values["event"], None)
        elif kind == "refund":
            refund = Refund(**values)
            self.sessions[refund.session].refunds[refund.id] = refund
        else:
            raise AssertionError(f"unknown journal record {kind}")

    @classmethod
    def rebuilt(cls, records: Iterable[Mapping[str, Any]]) -> Books:
        """Fold the journal into books."""
        books = cls()
        for record in records:
            books.apply(record)
        return books

    def unsettled(self) -> list[Session]:
        """Sessions whose payer chose and whose outcome is still to come."""
        return [session for session in self.sessions.values() if session.choice and session.state == "pending"]
