"""The sandbox gateway: signed requests and signed messages in the manner of Standard Webhooks."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from millstream.kernel.settings import conf
from millstream.orders.adapters.http_client import Answer, HttpClient, NoAnswer
from millstream.orders.ports import GatewayRefused, GatewayUnreachable
from millstream.orders.types import SANDBOX, Notice, SessionTerms

TOLERANCE_SECONDS: Final = 300
OK: Final = 200
UNKNOWN: Final = 404
SERVER_ERROR: Final = 500
_KINDS: Final = {
    "payment.captured": "captured",
    "payment.declined": "declined",
    "payment.pending": "pending",
    "refund.done": "refunded",
}


class SandboxGateway:
    """Implements `PaymentGateway` against `millstream_sim`."""

    name = SANDBOX

    def __init__(self, *, origin: str, request_key: bytes, webhook_key: bytes) -> None:
        self._origin = origin
        self._request_key = request_key
        self._webhook_key = webhook_key
        self._client = HttpClient(origin)

    @classmethod
    def of_installation(cls) -> Self:
        """The sandbox that this installation's settings name."""
        place = conf()
        return cls(
            origin=place.sim_origin,
            request_key=place.gateway_request_key,
            webhook_key=place.gateway_webhook_key,
        )

    def pay_url(self, payment_id: UUID) -> str:
        """The payer's page of a session."""
        return f"{self._origin}/gateway/pay/{payment_id}"

    async def open_session(self, terms: SessionTerms) -> None:
        """Open the session of a payment, once."""
        asked = {
            "session": str(terms.payment_id),
            "amount_minor": terms.amount_minor,
            "currency": terms.currency,
            "reference": terms.order_code,
            "description": terms.description[:200] or terms.order_code,
            "return_url": terms.return_url,
            "language": terms.language,
            "hold_expires_at": terms.expires_at.timestamp(),
        }
        _accept(await self._send("POST", "/gateway/sessions", asked))

    async def ask_session(self, payment_id: UUID) -> Notice | None:
        """Ask what became of a session; None when the gateway does not know it."""
        answer = await self._send("GET", f"/gateway/sessions/{payment_id}", None)
        if answer.status == UNKNOWN:
            return None
        told = _accept(answer)
        return Notice(
            event_id=f"asked:{payment_id}:{told['state']}",
            kind=told["state"],
            session=told["session"],
            amount_minor=told["amount_minor"],
            currency=told["currency"],
            fee_minor=told["fee_minor"],
            capture=told["capture"],
            raw=answer.body.decode(),
        )

    async def refund(self, *, refund_id: UUID, payment_id: UUID, amount_minor: int, currency: str) -> None:
        """Give money back, once per refund id."""
        asked = {
            "refund": str(refund_id),
            "session": str(payment_id),
            "amount_minor": amount_minor,
            "currency": currency,
        }
        _accept(await self._send("POST", "/gateway/refunds", asked))

    async def statement(self, day: str) -> str:
        """The settlement statement of a day (UTC, ISO date) as CSV."""
        answer = await self._send("GET", f"/gateway/statement?date={day}", None)
        if answer.status != OK:
            raise GatewayRefused(answer.body.decode(errors="replace"))
        return answer.body.decode()

    async def _send(self, method: str, target: str, asked: Mapping[str, Any] | None) -> Answer:
        body = json.dumps(asked, separators=(",", ":")).encode() if asked is not None else b""
        stamp = int(time.time())
        message_id = f"{method} {target}"
        headers = {
            "request-id": message_id,
            "request-timestamp": str(stamp),
            "request-signature": signature(self._request_key, message_id, stamp, body),
            "content-type": "application/json",
        }
        try:
            answer = await self._client.send(method, target, headers=headers, body=body)
        except NoAnswer as error:
            raise GatewayUnreachable(str(error)) from error
        if answer.status >= SERVER_ERROR:
            raise GatewayUnreachable(f"{method} {target}: {answer.status}")
        return answer

    def read_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice | None:
        """Return what a signed message tells; None when the signature is not the gateway's or is too old."""
        message_id = headers.get("webhook-id", "")
        stamp = headers.get("webhook-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or abs(int(stamp) - now.timestamp()) > TOLERANCE_SECONDS:
            return None
        wanted = signature(self._webhook_key, message_id, int(stamp), body)
        if not hmac.compare_digest(wanted, headers.get("webhook-signature", "")):
            return None
        return _notice(message_id, body)


def signature(key: bytes, message_id: str, stamp: int, body: bytes) -> str:
    """Sign as Standard Webhooks does: base64 HMAC-SHA256 over `id.timestamp.body`, the raw bytes."""
    mac = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(mac).decode("ascii")


def _notice(message_id: str, body: bytes) -> Notice:
    told = json.loads(body)
    return Notice(
        event_id=message_id,
        kind=_KINDS.get(told["kind"], told["kind"]),
        session=told["session"],
        amount_minor=told["amount_minor"],
        currency=told["currency"],
        fee_minor=told.get("fee_minor", 0),
        capture=told.get("capture", ""),
        refund=told.get("refund", ""),
        raw=body.decode(),
    )


def _accept(answer: Answer) -> dict[str, Any]:
    if answer.status != OK:
        raise GatewayRefused(answer.body.decode(errors="replace")[:200])
    told: dict[str, Any] = json.loads(answer.body)
    return told
