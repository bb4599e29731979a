"""The signed interface for shops: validate, book, label, cancel, track, manifests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from millstream_sim.carrier.depot import Conflict, Consignment, Depot, NotPossible
from millstream_sim.http_server import Handler, Request, Response
from millstream_sim.signing import is_signed

HEAVIEST_GRAMS = 50_000
MOST_NUMBERS = 500
SHIPMENT_FIELDS = (
    "reference",
    "weight_grams",
    "value_minor",
    "currency",
    "sender",
    "recipient",
)


class Malformed(Exception):
    """The request does not say what it must."""


def wire_routes(depot: Depot) -> dict[tuple[str, str], Handler]:
    """Return the signed routes."""
    return {
        ("POST", "/carrier/validate"): _signed(depot, _validate),
        ("POST", "/carrier/consignments"): _signed(depot, _book),
        ("GET", "/carrier/consignments/{number}"): _signed(depot, _show),
        ("GET", "/carrier/consignments/{number}/label"): _signed(depot, _label),
        ("POST", "/carrier/consignments/{number}/cancel"): _signed(depot, _cancel),
        ("POST", "/carrier/track"): _signed(depot, _track),
        ("POST", "/carrier/manifests"): _signed(depot, _receive),
    }


def _signed(depot: Depot, answer: Callable[[Depot, Request], Response]) -> Handler:
    """Wrap a route: only a signed request gets through, and none while the carrier plays dead."""

    def handler(request: Request) -> Response:
        if depot.is_down:
            return _json({"error": "down"}, 503)
        if not is_signed(
            "request",
            depot.state.settings.carrier_key,
            headers=request.headers,
            body=request.body,
            now=depot.state.now(),
            message_id=f"{request.method} {request.path}",
        ):
            return _json({"error": "not_signed"}, 401)
        try:
            return answer(depot, request)
        except Malformed as error:
            return _json({"error": f"malformed: {error}"}, 400)
        except Conflict:
            return _json({"error": "other_terms"}, 409)
        except NotPossible as error:
            return _json({"error": str(error)}, 422)

    return handler


def _problems(shipment: dict[str, Any]) -> list[str]:
    """Say what stands against carrying this."""
    found = []
    if not 0 < shipment["weight_grams"] <= HEAVIEST_GRAMS:
        found.append("too_heavy")
    if not shipment["recipient"].get("lines"):
        found.append("no_address")
    return found


def _validate(_depot: Depot, request: Request) -> Response:
    return _json({"problems": _problems(_shipment(_read(request)))})


def _book(depot: Depot, request: Request) -> Response:
    asked = _read(request)
    shipment = _shipment(asked)
    problems = _problems(shipment)
    if problems:
        raise NotPossible(",".join(problems))
    return _json(_shown(depot.book(_text(asked, "key"), shipment)))


def _show(depot: Depot, request: Request) -> Response:
    return _json(_shown(_known(depot, request.values["number"])))


def _label(depot: Depot, request: Request) -> Response:
    one = _known(depot, request.values["number"])
    drawn = draw_label(one.number, one.sort_code)
    return _json({"pdf": base64.b64encode(drawn).decode("ascii")})


def _cancel(depot: Depot, request: Request) -> Response:
    depot.cancel(request.values["number"])
    return _json({"cancelled": True})


def _track(depot: Depot, request: Request) -> Response:
    events = depot.happened(_numbers(_read(request)))
    return _json({"events": [event.told() for event in events]})


def _receive(depot: Depot, request: Request) -> Response:
    asked = _read(request)
    record = depot.receive(_text(asked, "key"), _text(asked, "hash"), _numbers(asked))
    return _json({"receipt": record["receipt"], "received": record["received"]})


def draw_label(number: str, sort_code: str) -> bytes:
    """Draw a label of 100 by 150 mm as a PDF of one page with the two codes."""
    text = f"BT /F1 22 Tf 20 380 Td ({sort_code}) Tj 0 -40 Td ({number}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 283 425]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for index, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % index + part + b"endobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def _known(depot: Depot, number: str) -> Consignment:
    one = depot.books.consignments.get(number)
    if one is None:
        raise NotPossible("unknown_number")
    return one


def _shown(one: Consignment) -> dict[str, Any]:
    return {
        "number": one.number,
        "sort_code": one.sort_code,
        "received": one.received,
        "cancelled": one.cancelled,
    }


def _read(request: Request) -> dict[str, Any]:
    try:
        read = json.loads(request.body)
    except ValueError as error:
        raise Malformed("body") from error
    if not isinstance(read, dict):
        raise Malformed("body")
    return read


def _shipment(asked: dict[str, Any]) -> dict[str, Any]:
    """Take the shipment's fields, whose kinds are checked where they are used."""
    shipment = {name: asked.get(name) for name in SHIPMENT_FIELDS}
    weight = shipment["weight_grams"]
    if not isinstance(weight, int) or isinstance(weight, bool):
        raise Malformed("weight_grams")
    if not isinstance(shipment["recipient"], dict):
        raise Malformed("recipient")
    return shipment


def _text(asked: dict[str, Any], name: str, limit: int = 80) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise Malformed(name)
    return value


def _numbers(asked: dict[str, Any]) -> list[str]:
    value = asked.get("numbers")
    if not isinstance(value, list) or len(value) > MOST_NUMBERS:
        raise Malformed("numbers")
    if not all(isinstance(one, str) for one in value):
        raise Malformed("numbers")
    return value


def _json(values: dict[str, Any], status: int = 200) -> Response:
    return Response(status, json.dumps(values, ensure_ascii=False).encode())
