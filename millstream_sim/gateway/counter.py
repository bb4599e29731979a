"""The gateway itself: opens sessions, takes the payer's choice, settles, tells the shop, refunds."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from typing import Any, Literal

from millstream_sim.gateway import rules
from millstream_sim.gateway.records import MAX_SESSIONS, Books, Event, Refund, Session
from millstream_sim.http_client import NoAnswer
from millstream_sim.signing import signed_headers
from millstream_sim.state import SimState

log = logging.getLogger("millstream_sim.gateway")

WEBHOOK_PATH = "/hooks/gateway/sandbox"
ACCEPTED = 2  # hundred and something


class Conflict(Exception):
    """The same id was used before with other terms."""


class NotPossible(Exception):
    """The request is understood and cannot be done."""


class Gateway:
    """One gateway: its books are what its journal says, and every change is journalled before it is told."""

    def __init__(self, state: SimState) -> None:
        self.state = state
        self._journal = state.open_journal("gateway")
        self.books = Books.rebuilt(self._journal.read())
        self._webhook_url = state.settings.web_origin + WEBHOOK_PATH

    def _write(self, *records: dict[str, Any]) -> None:
        self._journal.append(*records)
        for record in records:
            self.books.apply(record)

    def take_up(self) -> None:
        """Go on with what a killed process left: outcomes still due and events not yet delivered."""
        for session in self.books.unsettled():
            self.state.spawn(self._settle_later(session))
        for event in tuple(self.books.events.values()):
            self.state.spawn(self._deliver(event))

    def open_session(self, terms: dict[str, Any]) -> Session:
        """Open a session, or return the one already open under this id; other terms are a `Conflict`."""
        asked = Session(opened_at=self.state.now(), **terms)
        known = self.books.sessions.get(asked.id)
        if known is not None:
            if known.terms() != asked.terms():
                raise Conflict(asked.id)
            return known
        if len(self.books.sessions) >= MAX_SESSIONS:
            raise NotPossible("this sandbox holds no more sessions: remove its state folder")
        opened = {"r": "session", **terms, "opened_at": asked.opened_at}
        auto = self.state.settings.gateway_auto
        if auto:
            assert auto in rules.CHOICES, f"GATEWAY_AUTO={auto} is no choice"
            self._write(opened)
            self.choose(self.books.sessions[asked.id], auto)
        else:
            self._write(opened)
        return self.books.sessions[asked.id]

    def choose(self, session: Session, choice: rules.Choice) -> None:
        """Do what the payer chose; a second choice changes nothing."""
        now = self.state.now()
        if not rules.may_choose(session.state, now=now, opened_at=session.opened_at):
            return
        plan = rules.plan_choice(
            choice,
            now=now,
            hold_expires_at=session.hold_expires_at,
            slow_seconds=self.state.settings.gateway_slow_seconds,
        )
        chosen = {
            "r": "choice",
            "session": session.id,
            "choice": choice,
            "settles_at": plan.settles_at,
            "state": "pending",
        }
        if plan.state_now == "pending":
            self._write(chosen)
            self.state.spawn(self._settle_later(session))
        else:
            self._settle(session, plan, before=(chosen,))

    async def _settle_later(self, session: Session) -> None:
        await asyncio.sleep(max(0.0, session.settles_at - self.state.now()))
        assert session.choice is not None
        plan = rules.plan_choice(
            session.choice,
            now=session.settles_at,
            hold_expires_at=0.0,
            slow_seconds=0.0,
        )
        self._settle(session, plan, before=())

    def _settle(self, session: Session, plan: rules.Plan, *, before: tuple[dict[str, Any], ...]) -> None:
        """Record the outcome with the events that tell it, in one write; then send them."""
        now = self.state.now()
        capture = str(uuid.uuid7() if hasattr(uuid, "uuid7") else uuid.uuid4()) if plan.settles_as == "captured" else ""
        settled = {
            "r": "settled",
            "session": session.id,
            "state": plan.settles_as,
            "capture": capture,
            "at": now,
        }
        events = [self._event(session, delivery, capture=capture, now=now) for delivery in plan.deliveries]
        self._write(*before, settled, *events)
        for record in events:
            self.state.spawn(self._deliver(self.books.events[record["id"]]))

    def _event(self, session: Session, delivery: rules.Delivery, *, capture: str, now: float) -> dict[str, Any]:
        event_id = f"evt_{uuid.uuid4().hex}"
        captured = delivery.kind == "payment.captured"
        body = {
            "id": event_id,
            "kind": delivery.kind,
            "session": session.id,
            "reference": session.reference,
            "sequence": 1 if delivery.kind == "payment.pending" else 2,
            "amount_minor": session.amount_minor,
            "currency": session.currency,
            "fee_minor": rules.fee_minor(session.amount_minor) if captured else 0,
            "capture": capture if captured else "",
            "at": now,
        }
        return self._event_record(event_id, body, due_at=now + delivery.after_seconds, copies=delivery.copies)

    def _event_record(self, event_id: str, body: dict[str, Any], *, due_at: float, copies: int) -> dict[str, Any]:
        text = json.dumps(body, separators=(",", ":"))
        return {
            "r": "event",
            "id": event_id,
            "body": text,
            "due_at": due_at,
            "copies": copies,
        }

    async def _deliver(self, event: Event) -> None:
        """Send the event until the shop says 2xx or the attempts run out."""
        wait = event.due_at - self.state.now()
        if wait > 0:
            await asyncio.sleep(wait)
        body, attempt = event.body.encode(), 0
        while True:
            answers = await asyncio.gather(*(self._send(event.id, body) for _ in range(event.copies)))
            if all(answers):
                self._write({"r": "delivered", "event": event.id})
                return
            pause = rules.retry_after(attempt)
            if pause is None:
                log.error("event %s was never accepted", event.id)
                self._write({"r": "given_up", "event": event.id})
                return
            attempt += 1
            await asyncio.sleep(pause)

    async def _send(self, event_id: str, body: bytes) -> bool:
        headers = signed_headers(
            "webhook",
            self.state.settings.gateway_webhook_key,
            message_id=event_id,
            timestamp=int(self.state.now()),
            body=body,
        )
        headers["content-type"] = "application/json"
        try:
            answer = await self.state.client.send("POST", self._webhook_url, headers=headers, body=body)
        except NoAnswer as error:
            log.warning("event %s: %s", event_id, error)
            return False
        accepted = answer.status // 100 == ACCEPTED
        if not accepted:
            log.warning("event %s was answered with %s", event_id, answer.status)
        return accepted

    def refund(self, *, refund_id: str, session_id: str, amount_minor: int, currency: str) -> Refund:
        """Give money back once per refund id; never more than was captured."""
        session = self.books.sessions.get(session_id)
        if session is None or session.state != "captured" or session.currency != currency:
            raise NotPossible("nothing was captured in this session")
        known = session.refunds.get(refund_id)
        if known is not None:
            if known.amount_minor != amount_minor:
                raise Conflict(refund_id)
            return known
        if amount_minor <= 0 or session.refunded_minor + amount_minor > session.amount_minor:
            raise NotPossible("more than what is left of the capture")
        now = self.state.now()
        event_id = f"evt_{uuid.uuid4().hex}"
        body = {
            "id": event_id,
            "kind": "refund.done",
            "session": session_id,
            "refund": refund_id,
            "amount_minor": amount_minor,
            "currency": currency,
            "at": now,
        }
        record = {
            "r": "refund",
            "id": refund_id,
            "session": session_id,
            "amount_minor": amount_minor,
            "currency": currency,
            "at": now,
        }
        self._write(record, self._event_record(event_id, body, due_at=now, copies=1))
        self.state.spawn(self._deliver(self.books.events[event_id]))
        return session.refunds[refund_id]

    def statement_lines(self, *, since: float, until: float) -> list[dict[str, Any]]:
        """List captures and refunds in [since, until): what this gateway will pay out for that time."""
        lines: list[dict[str, Any]] = []
        for session in self.books.sessions.values():
            if session.state == "captured" and since <= session.settled_at < until:
                fee = rules.fee_minor(session.amount_minor)
                lines.append(
                    _line(
                        "capture",
                        session.capture,
                        session,
                        session.amount_minor,
                        fee,
                        session.settled_at,
                    )
                )
            lines += [
                _line("refund", refund.id, session, -refund.amount_minor, 0, refund.at)
                for refund in session.refunds.values()
                if since <= refund.at < until
            ]
        return sorted(lines, key=lambda line: (line["at"], line["id"]))


def _line(
    kind: Literal["capture", "refund"],
    line_id: str,
    session: Session,
    amount_minor: int,
    fee: int,
    at: float,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": line_id,
        "session": session.id,
        "reference": session.reference,
        "amount_minor": amount_minor,
        "fee_minor": fee,
        "net_minor": amount_minor - fee,
        "currency": session.currency,
        "at": at,
    }
