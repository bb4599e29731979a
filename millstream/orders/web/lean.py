"""The two hot routes as bare ASGI: a purchase by a program, and a message of the gateway.

Both are answered before Django's middleware; `docs/decisions/orders-lean-routes.md` has the figures. What middleware
would do for them is done here: limits by visitor and network, a bounded body, refusals in the asker's language.
Everything else, and a purchase by somebody signed in or with an access key, goes on to Django.
"""

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal, TooMany
from millstream.kernel.settings import conf
from millstream.kernel.web.middleware import VISITOR_COOKIE, visitor_from_cookie
from millstream.kernel.web.peers import network_of
from millstream.kernel.wording import say
from millstream.orders.actions.open_session import open_session
from millstream.orders.links import order_path, pay_path
from millstream.orders.ports import gateway_port
from millstream.orders.refusals import GatewayAway, KeyMissing, Malformed
from millstream.orders.till.till import till
from millstream.orders.types import OrderPlaced, OrderState, OrderWish
from millstream.orders.web.wishes import read_asked, visitor_of_key, wish_of

log = logging.getLogger(__name__)

BUY_PATH: Final = "/api/v1/buy"
HOOK_PATH: Final = "/hooks/gateway/sandbox"
MOST_BODY_BYTES: Final = 64 * 1024
NOT_SIGNED_PER_MINUTE: Final = 60

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]
type Headers = dict[str, str]


def lean(pages: App) -> App:
    """Answer the hot routes here and hand everything else to `pages`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            if scope["path"] == BUY_PATH:
                headers = _headers(scope)
                if _is_guest(headers):
                    await _buy(scope, headers, receive, send)
                    return
            elif scope["path"] == HOOK_PATH:
                await _hook(scope, _headers(scope), receive, send)
                return
        await pages(scope, receive, send)

    return application


def _is_guest(headers: Headers) -> bool:
    """Whether nobody can be signed in: neither by a session nor by an access key."""
    return "authorization" not in headers and f"{settings.SESSION_COOKIE_NAME}=" not in headers.get("cookie", "")


async def _buy(scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
    language = language_of(headers)
    try:
        body = await _read(receive)
        visitor = visitor_from_cookie(cookie_of(headers, VISITOR_COOKIE))
        limit_buys(visitor, _network(scope))
        status, answer = await buy(
            read_json(body), key=headers.get("idempotency-key", ""), visitor=visitor, language=language
        )
    except Refusal as refusal:
        status, answer = refused(refusal, language)
        await _answer(send, status, answer, retry_after=refusal.facts.get("retry_after"))
        return
    await _answer(send, status, answer)


async def buy(
    told: dict[str, Any], *, key: str, visitor: UUID | None, language: str, buyer_id: UUID | None = None
) -> tuple[int, dict[str, Any]]:
    """Place one order through the till and open its payment; the status and the JSON of the answer."""
    if not key:
        raise KeyMissing(shortest=16, longest=200)
    buyer = visitor or visitor_of_key(key)
    # Only who leaves out the contact needs a look at the database before the till.
    asked = (
        read_asked(told, visitor=None) if told.get("contact") else await sync_to_async(read_asked)(told, visitor=buyer)
    )
    wish = wish_of(asked, key=key, visitor=buyer, language=language, buyer_id=buyer_id)
    placed = await till.submit_async(wish)
    return (200 if placed.existed else 201), {**told_of(placed), "pay_url": await _pay_url(placed, wish)}


async def _pay_url(placed: OrderPlaced, wish: OrderWish) -> str:
    """The gateway's page; ours when the gateway does not answer: the order stands and can be paid a little later."""
    own = conf().public_origin + pay_path(placed.order_id)
    if placed.state is not OrderState.PLACED:
        return own
    try:
        return await open_session(placed)
    except GatewayAway:
        return own


def told_of(placed: OrderPlaced) -> dict[str, Any]:
    """An order as programs read it."""
    return {
        "order": str(placed.order_id),
        "code": placed.code,
        "state": placed.state.value,
        "goods_minor": placed.goods_minor,
        "delivery_minor": placed.delivery_minor,
        "total_minor": placed.total_minor,
        "currency": placed.currency,
        "expires_at": placed.expires_at.isoformat(),
        "order_url": conf().public_origin + order_path(placed.order_id, placed.code),
    }


async def _hook(scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
    try:
        body = await _read(receive)
    except Malformed:
        await _answer(send, 413, {"error": "too_long"})
        return
    try:
        # The process's own clock is right enough to tell an old message from a new one.
        notice = gateway_port().read_webhook(headers, body, now=datetime.now(UTC))
    except (ValueError, KeyError, TypeError):
        await _answer(send, 400, {"error": "malformed"})
        return
    if notice is None:
        say_not_signed(_network(scope))
        await _answer(send, 401, {"error": "not_signed"})
        return
    try:
        verdict = await till.capture_async(notice)
    except Refusal as refusal:
        status, answer = refused(refusal, "en")
        await _answer(send, status, answer)
        return
    except Exception:
        log.exception("a message of the gateway could not be taken; it is asked to send it again")
        await _answer(send, 500, {"error": "internal"})
        return
    await _answer(send, 200, {"verdict": verdict.value})


@lru_cache(maxsize=1)
def _not_signed_limit() -> RateLimit:
    return RateLimit("log of unsigned messages", per_minute=NOT_SIGNED_PER_MINUTE, burst=10)


def say_not_signed(network: str) -> None:
    """Log a message that the gateway did not sign, but not a flood of them."""
    if not _not_signed_limit().take(network):
        log.warning("a message to %s from %s was not signed by the gateway: refused", HOOK_PATH, network)


@lru_cache(maxsize=1)
def _limits(visitor_rate: int, network_rate: int) -> tuple[RateLimit, RateLimit]:
    return (
        RateLimit("buys by visitor", per_minute=visitor_rate, burst=visitor_rate),
        RateLimit("buys by network", per_minute=network_rate, burst=network_rate),
    )


def limit_buys(visitor: UUID | None, network: str) -> None:
    """Count a purchase by visitor and by network; refuses who asks too often."""
    place = conf()
    by_visitor, by_network = _limits(place.visitor_rate, place.network_rate)
    wait = by_network.take(network) or (by_visitor.take(str(visitor)) if visitor else 0)
    if wait:
        raise TooMany(retry_after=wait)


def _network(scope: Scope) -> str:
    """The network that asks."""
    return network_of(str((scope.get("client") or ("unknown", 0))[0]))


def cookie_of(headers: Headers, name: str) -> str | None:
    """A cookie's value."""
    for part in headers.get("cookie", "").split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return None


def language_of(headers: Headers) -> str:
    """The asker's language: by the cookie that the language switch sets, else by what the program accepts."""
    chosen = cookie_of(headers, settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in ("en", "zh-hans") else _accepted(headers.get("accept-language", ""))


@lru_cache(maxsize=1000)
def _accepted(header: str) -> str:
    for code, _ in parse_accept_lang_header(header[:200]):
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return "en"


def read_json(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; refuses anything else."""
    try:
        told = json.loads(body)
    except ValueError:
        raise Malformed(field="body") from None
    if not isinstance(told, dict):
        raise Malformed(field="body")
    return told


def refused(refusal: Refusal, language: str) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of a refusal, as `RefusalMiddleware` says it."""
    with translation.override(language):
        said = say(refusal)
    return said.status, {"code": said.code, "what": said.what, "next": said.next, "facts": refusal.facts}


def _headers(scope: Scope) -> Headers:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Malformed(field="body")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY_BYTES:
            raise Malformed(field="body")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, answer: dict[str, Any], *, retry_after: object = None) -> None:
    body = json.dumps(answer, ensure_ascii=False, default=str, separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
