"""The carrier's books and its drivers: what was booked and received, and the pushing of events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from millstream_sim.carrier.journeys import (
    MODES,
    NORMAL,
    Event,
    journey,
    make_number,
    pushes,
    sort_code,
)
from millstream_sim.http_client import NoAnswer
from millstream_sim.signing import signed_headers
from millstream_sim.state import SimState

log = logging.getLogger("millstream_sim.carrier")

HOOK_PATH = "/hooks/carrier/sandbox"
PUSH_TIMEOUT_SECONDS = 5.0
MOST_TRIES = 8
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


class Conflict(Exception):
    """The key was used for something else."""


class NotPossible(Exception):
    """The carrier cannot do this; the text is a code."""


@dataclass(slots=True)
class Consignment:
    """One booked parcel."""

    number: str
    key: str
    terms: dict[str, Any]
    sort_code: str
    cancelled: bool = False
    started: float = 0.0
    step: float = 0.0
    mode: str = NORMAL

    @property
    def received(self) -> bool:
        """Whether the carrier has it."""
        return self.started > 0

    def events(self) -> Sequence[Event]:
        """All events it will have; none before it was received."""
        if not self.received:
            return ()
        return journey(self.number, started=self.started, step=self.step, mode=self.mode)


@dataclass(slots=True)
class Books:
    """Everything the carrier knows, rebuilt from its journal."""

    consignments: dict[str, Consignment] = field(default_factory=dict)
    by_key: dict[str, Consignment] = field(default_factory=dict)
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    pushed: dict[str, int] = field(default_factory=dict)
    mode: str = NORMAL
    down_until: float = 0.0

    def apply(self, record: dict[str, Any]) -> None:
        """Take one journal record in."""
        getattr(self, f"_{record['t']}")(record)

    def _booked(self, record: dict[str, Any]) -> None:
        one = Consignment(record["number"], record["key"], record["terms"], record["sort_code"])
        self.consignments[one.number] = one
        self.by_key[one.key] = one

    def _cancelled(self, record: dict[str, Any]) -> None:
        self.consignments[record["number"]].cancelled = True

    def _received(self, record: dict[str, Any]) -> None:
        self.manifests[record["key"]] = record
        for number in record["received"]:
            one = self.consignments[number]
            one.started, one.step, one.mode = (
                record["at"],
                record["step"],
                record["mode"],
            )

    def _pushed(self, record: dict[str, Any]) -> None:
        self.pushed[record["event"]] = self.pushed.get(record["event"], 0) + 1

    def _behaviour(self, record: dict[str, Any]) -> None:
        self.mode, self.down_until = record["mode"], record["down_until"]


class Depot:
    """The carrier itself."""

    def __init__(self, state: SimState) -> None:
        self.state = state
        self.books = Books()
        self._journal = state.open_journal("carrier")

    def take_up(self) -> None:
        """Read the journal and go on pushing what a killed process still had to push."""
        for record in self._journal.read():
            self.books.apply(record)
        for one in self.books.consignments.values():
            self._start_pushing(one)

    def _write(self, record: dict[str, Any]) -> None:
        self._journal.append(record)
        self.books.apply(record)

    @property
    def is_down(self) -> bool:
        """Whether the carrier plays dead now."""
        return self.state.now() < self.books.down_until

    def behave(self, mode: str, down_seconds: float) -> None:
        """Choose how the carrier treats what it receives from now on, and for how long it answers nothing."""
        if mode not in MODES:
            raise NotPossible("unknown_mode")
        until = self.state.now() + down_seconds if down_seconds > 0 else 0.0
        self._write({"t": "behaviour", "mode": mode, "down_until": until})

    def book(self, key: str, terms: dict[str, Any]) -> Consignment:
        """Give a number for a parcel; the same key and terms give the same one, other terms are a conflict."""
        known = self.books.by_key.get(key)
        if known is not None:
            if known.terms != terms:
                raise Conflict(key)
            return known
        number = make_number(len(self.books.consignments) + 1)
        code = sort_code(str(terms.get("recipient", {}).get("lines", "")))
        self._write(
            {
                "t": "booked",
                "number": number,
                "key": key,
                "terms": terms,
                "sort_code": code,
            }
        )
        return self.books.consignments[number]

    def cancel(self, number: str) -> None:
        """Take a number back that was not used."""
        one = self.books.consignments.get(number)
        if one is None:
            raise NotPossible("unknown_number")
        if one.received:
            raise NotPossible("already_received")
        if not one.cancelled:
            self._write({"t": "cancelled", "number": number})

    def receive(self, key: str, list_hash: str, numbers: Sequence[str]) -> dict[str, Any]:
        """Receive a manifest once; the receipt names what is known, booked and not received before."""
        known = self.books.manifests.get(key)
        if known is not None:
            if known["hash"] != list_hash:
                raise Conflict(key)
            return known
        good = [number for number in dict.fromkeys(numbers) if self._may_receive(number)]
        record = {
            "t": "received",
            "key": key,
            "hash": list_hash,
            "received": good,
            "receipt": f"SXR{len(self.books.manifests) + 1:07}",
            "at": self.state.now(),
            "step": self.state.settings.carrier_step_seconds,
            "mode": self.books.mode,
        }
        self._write(record)
        for number in good:
            self._start_pushing(self.books.consignments[number])
        return record

    def _may_receive(self, number: str) -> bool:
        one = self.books.consignments.get(number)
        return one is not None and not one.cancelled and not one.received

    def happened(self, numbers: Sequence[str]) -> list[Event]:
        """Return the events so far of these numbers."""
        now = self.state.now()
        found = [self.books.consignments[number] for number in numbers if number in self.books.consignments]
        return [event for one in found for event in one.events() if event.at <= now]

    def _start_pushing(self, one: Consignment) -> None:
        if one.received:
            self.state.spawn(self._push_all(one))

    async def _push_all(self, one: Consignment) -> None:
        """Push what was not pushed yet, each at its time."""
        owed: dict[str, int] = {}
        for due, event in pushes(one.events(), one.mode):
            owed[event.event_id] = owed.get(event.event_id, 0) + 1
            if self.books.pushed.get(event.event_id, 0) >= owed[event.event_id]:
                continue
            await asyncio.sleep(max(0.0, due - self.state.now()))
            if await self._push(event):
                self._write({"t": "pushed", "event": event.event_id})

    async def _push(self, event: Event) -> bool:
        """Push one event until it is taken, up to eight times; what is not taken can still be polled."""
        body = json.dumps(event.told(), ensure_ascii=False).encode()
        url = self.state.settings.web_origin + HOOK_PATH
        wait = FIRST_WAIT_SECONDS
        for _ in range(MOST_TRIES):
            headers = signed_headers(
                "webhook",
                self.state.settings.carrier_key,
                message_id=event.event_id,
                timestamp=int(self.state.now()),
                body=body,
            )
            headers["content-type"] = "application/json"
            try:
                answer = await self.state.client.send(
                    "POST",
                    url,
                    headers=headers,
                    body=body,
                    timeout_seconds=PUSH_TIMEOUT_SECONDS,
                )
                if answer.status // 100 == 2:  # noqa: PLR2004 - any success
                    return True
                log.warning("event %s was answered %s", event.event_id, answer.status)
            except NoAnswer as error:
                log.warning("event %s was not answered: %s", event.event_id, error)
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_SECONDS, wait * 2)
        return False
