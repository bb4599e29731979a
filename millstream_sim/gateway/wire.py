"""The signed interface for shops: sessions, queries, refunds and the settlement statement."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from millstream_sim.gateway.counter import Conflict, Gateway, NotPossible
from millstream_sim.http_server import Handler, Request, Response
from millstream_sim.signing import is_signed

STATEMENT_COLUMNS = (
    "kind",
    "id",
    "session",
    "reference",
    "amount_minor",
    "fee_minor",
    "net_minor",
    "currency",
    "at",
)
MAX_AMOUNT_MINOR = 10**12


class Malformed(Exception):
    """The request does not say what it must."""


def wire_routes(gateway: Gateway) -> dict[tuple[str, str], Handler]:
    """Return the signed routes."""
    return {
        ("POST", "/gateway/sessions"): _signed(gateway, _open_session),
        ("GET", "/gateway/sessions/{session}"): _signed(gateway, _show_session),
        ("POST", "/gateway/refunds"): _signed(gateway, _refund),
        ("GET", "/gateway/statement"): _signed(gateway, _statement),
    }


def _signed(gateway: Gateway, answer: Callable[[Gateway, Request], Response]) -> Handler:
    """Wrap a route: only a request signed with the shop's key gets through; refusals have a status and a code."""

    def handler(request: Request) -> Response:
        if not is_signed(
            "request",
            gateway.state.settings.gateway_request_key,
            headers=request.headers,
            body=request.body,
            now=gateway.state.now(),
            message_id=f"{request.method} {request.target}",
        ):
            return _refused(401, "not_signed")
        try:
            return answer(gateway, request)
        except Malformed as error:
            return _refused(400, f"malformed: {error}")
        except Conflict:
            return _refused(409, "other_terms")
        except NotPossible as error:
            return _refused(422, str(error))

    return handler


def _open_session(gateway: Gateway, request: Request) -> Response:
    asked = _read_json(request)
    terms = {
        "id": _text(asked, "session", 64),
        "amount_minor": _amount(asked),
        "currency": _text(asked, "currency", 3),
        "reference": _text(asked, "reference", 64),
        "description": _text(asked, "description", 200),
        "return_url": _text(asked, "return_url", 500),
        "language": _text(asked, "language", 16),
        "hold_expires_at": float(asked.get("hold_expires_at", 0)),
    }
    return _json(gateway.open_session(terms).public())


def _show_session(gateway: Gateway, request: Request) -> Response:
    session = gateway.books.sessions.get(request.values["session"])
    return _refused(404, "unknown_session") if session is None else _json(session.public())


def _refund(gateway: Gateway, request: Request) -> Response:
    asked = _read_json(request)
    refund = gateway.refund(
        refund_id=_text(asked, "refund", 64),
        session_id=_text(asked, "session", 64),
        amount_minor=_amount(asked),
        currency=_text(asked, "currency", 3),
    )
    return _json({"refund": refund.id, "state": "done", "at": refund.at})


def _statement(gateway: Gateway, request: Request) -> Response:
    try:
        day = datetime.fromisoformat(request.query.get("date", "")).replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed("date") from error
    lines = gateway.statement_lines(since=day.timestamp(), until=(day + timedelta(days=1)).timestamp())
    out = io.StringIO()
    writer = csv.DictWriter(out, STATEMENT_COLUMNS)
    writer.writeheader()
    for line in lines:
        writer.writerow({**line, "at": datetime.fromtimestamp(line["at"], UTC).isoformat()})
    return Response(200, out.getvalue().encode(), "text/csv; charset=utf-8")


def _read_json(request: Request) -> dict[str, Any]:
    try:
        read = json.loads(request.body)
    except ValueError as error:
        raise Malformed("body") from error
    if not isinstance(read, dict):
        raise Malformed("body")
    return read


def _text(asked: dict[str, Any], name: str, limit: int) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value or len(value) > limit:
        raise Malformed(name)
    return value


def _amount(asked: dict[str, Any]) -> int:
    value = asked.get("amount_minor")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_AMOUNT_MINOR:
        raise Malformed("amount_minor")
    return value


def _json(values: dict[str, Any]) -> Response:
    return Response(200, json.dumps(values, separators=(",", ":")).encode())


def _refused(status: int, error: str) -> Response:
    return Response(status, json.dumps({"error": error}).encode())
