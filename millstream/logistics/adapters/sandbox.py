"""The sandbox carrier: a separate HTTP server that behaves like a carrier, asked with signed requests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from millstream.kernel.settings import conf
from millstream.logistics.ports import (
    BookAsk,
    Booked,
    CarrierAwayError,
    CarrierReceipt,
    CarrierRefusedError,
    ManifestAsk,
)
from millstream.logistics.types import TrackEvent, TrackStatus

TIMEOUT_SECONDS: Final = 5.0
MOST_NUMBERS: Final = 200
TOLERANCE_SECONDS: Final = 300
LONGEST_ID: Final = 80
FIRST_SERVER_FAULT: Final = 500
FIRST_REFUSAL: Final = 400


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The ``v1`` signature of Standard Webhooks over id, time and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(key: bytes, *, message_id: str, timestamp: str, body: bytes, given: str, now_seconds: float) -> bool:
    """Whether one of the signatures given fits and the message is not older than five minutes."""
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(now_seconds - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    right = signature(key, message_id, int(timestamp), body)
    return any(hmac.compare_digest(right.encode(), one.encode()) for one in given.split())


def read_event(told: object) -> TrackEvent:
    """An event as the carrier writes it; raises ValueError for anything else."""
    try:
        if not isinstance(told, dict):
            raise TypeError("no object")
        event = TrackEvent(
            event_id=str(told["event_id"]),
            carrier_number=str(told["number"]),
            number=int(told["sequence"]),
            status=TrackStatus(told["status"]),
            place=str(told.get("place", ""))[:120],
            at=datetime.fromisoformat(told["at"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an event: {error}") from None
    if event.at.tzinfo is None or event.number < 1 or not 0 < len(event.event_id) <= LONGEST_ID:
        raise ValueError("not an event: time, sequence or id")
    return event


class SandboxCarrier:
    """Speaks to the simulated carrier of ``millstream_sim`` over HTTP."""

    def __init__(self, origin: str | None = None, key: bytes | None = None) -> None:
        self._origin = origin
        self._key = key

    def validate(self, ask: BookAsk) -> tuple[str, ...]:
        """Ask what stands against carrying this."""
        answer = self._send("POST", "/carrier/validate", self._shipment(ask))
        return tuple(str(problem) for problem in answer["problems"])

    def book(self, ask: BookAsk) -> Booked:
        """Book once under the ask's key."""
        answer = self._send("POST", "/carrier/consignments", self._shipment(ask) | {"key": str(ask.key)})
        return Booked(str(answer["number"]), str(answer["sort_code"]))

    def label(self, number: str) -> bytes:
        """Fetch the carrier's label."""
        answer = self._send("GET", f"/carrier/consignments/{quote(number, safe='')}/label")
        return base64.b64decode(answer["pdf"])

    def cancel(self, number: str) -> None:
        """Give the number back."""
        self._send("POST", f"/carrier/consignments/{quote(number, safe='')}/cancel", {})

    def track(self, numbers: Sequence[str]) -> tuple[TrackEvent, ...]:
        """Ask for the events of up to 200 numbers."""
        assert len(numbers) <= MOST_NUMBERS, "too many numbers in one question"
        answer = self._send("POST", "/carrier/track", {"numbers": list(numbers)})
        return tuple(read_event(one) for one in answer["events"])

    def manifest(self, ask: ManifestAsk) -> CarrierReceipt:
        """Hand over the list and take the receipt."""
        body = {"key": str(ask.key), "hash": ask.hash, "numbers": list(ask.numbers)}
        answer = self._send("POST", "/carrier/manifests", body)
        return CarrierReceipt(str(answer["receipt"]), frozenset(str(number) for number in answer["received"]))

    def _shipment(self, ask: BookAsk) -> dict[str, Any]:
        return {
            "reference": ask.parcel_code,
            "weight_grams": ask.weight_grams,
            "value_minor": ask.value_minor,
            "currency": ask.currency,
            "sender": {"name": ask.sender_name},
            "recipient": {
                "name": ask.recipient_name,
                "phone": ask.recipient_phone,
                "lines": ask.recipient_lines,
            },
        }

    def _send(self, method: str, path: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        origin, key = self._origin or conf().sim_origin, self._key or conf().carrier_key
        body = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        message_id, timestamp = f"{method} {path}", int(time.time())
        headers = {
            "content-type": "application/json",
            "request-id": message_id,
            "request-timestamp": str(timestamp),
            "request-signature": signature(key, message_id, timestamp, body),
        }
        # The client takes 24 MB of a process, and only the worker and the centre's button speak to the carrier.
        import httpx  # noqa: PLC0415

        try:
            answer = httpx.request(method, origin + path, content=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise CarrierAwayError(f"{type(error).__name__}: {error}") from error
        return _read(answer.status_code, answer.content)


def _read(status: int, body: bytes) -> dict[str, Any]:
    if status >= FIRST_SERVER_FAULT:
        raise CarrierAwayError(f"status {status}")
    try:
        told = json.loads(body)
    except ValueError:
        raise CarrierAwayError(f"status {status} without JSON") from None
    if status >= FIRST_REFUSAL or not isinstance(told, dict):
        why = told.get("error", "") if isinstance(told, dict) else ""
        raise CarrierRefusedError(f"status {status}: {why}")
    return told
