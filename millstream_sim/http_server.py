"""A small HTTP/1.1 server on asyncio and httptools: keep-alive, bounded bodies, routes by method and path."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from inspect import isawaitable
from typing import cast
from urllib.parse import parse_qsl, unquote

import httptools

log = logging.getLogger("millstream_sim.http")

MAX_BODY_BYTES = 256 * 1024
MAX_HEADERS = 64
IDLE_SECONDS = 75.0


@dataclass(slots=True)
class Request:
    """One request as the handlers see it: header names in lower case, path values filled by the route."""

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Request], Response | Awaitable[Response]]
Routes = Mapping[tuple[str, str], Handler]


class Router:
    """Finds the handler of a method and path; `{name}` in a route matches one path segment."""

    def __init__(self, routes: Routes) -> None:
        self._exact: dict[tuple[str, str], Handler] = {}
        self._patterns: dict[tuple[str, int], list[tuple[list[str], Handler]]] = {}
        for (method, path), handler in routes.items():
            if "{" not in path:
                self._exact[method, path] = handler
            else:
                parts = path.split("/")
                self._patterns.setdefault((method, len(parts)), []).append((parts, handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """Return the handler and the values of the path's names, or None."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact, {}
        parts = path.split("/")
        for pattern, handler in self._patterns.get((method, len(parts)), ()):
            values = _match(pattern, parts)
            if values is not None:
                return handler, values
        return None


def _match(pattern: list[str], parts: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for want, have in zip(pattern, parts, strict=True):
        if want.startswith("{"):
            values[want[1:-1]] = unquote(have)
        elif want != have:
            return None
    return values


class HttpProtocol(asyncio.Protocol):
    """One connection; requests on it are answered in the order they came."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._queue: list[tuple[Request, bool]] = []
        self._busy: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._start()

    def _start(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._wait_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting; a handler that runs finishes its effect and its answer is dropped."""
        self._transport = None
        if self._idle is not None:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; answer nonsense with 400."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._refuse(400)

    def on_url(self, url: bytes) -> None:
        """Gather the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Gather a header; too many close the connection."""
        if len(self._headers) >= MAX_HEADERS:
            self._refuse(431)
            return
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        """Gather the body up to its bound."""
        self._size += len(body)
        if self._size > MAX_BODY_BYTES:
            self._refuse(413)
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Queue the finished request."""
        target = self._url.decode("latin-1")
        path, _, query = target.partition("?")
        request = Request(
            method=self._parser.get_method().decode("ascii"),
            path=path,
            target=target,
            query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
            headers=self._headers,
            body=b"".join(self._body),
        )
        self._queue.append((request, self._parser.should_keep_alive()))
        self._start()
        if self._busy is None:
            self._busy = asyncio.get_running_loop().create_task(self._answer_queue())

    async def _answer_queue(self) -> None:
        try:
            while self._queue:
                request, keep_alive = self._queue.pop(0)
                response = await self._answer(request)
                self._write(response, keep_alive=keep_alive)
        finally:
            self._busy = None
            self._wait_idle()

    async def _answer(self, request: Request) -> Response:
        found = self._router.find(request.method, request.path)
        if found is None:
            return Response(404, b'{"error":"not_found"}')
        handler, request.values = found
        try:
            outcome = handler(request)
            return await outcome if isawaitable(outcome) else outcome
        except Exception:
            log.exception("handler of %s %s failed", request.method, request.path)
            return Response(500, b'{"error":"internal"}')

    def _write(self, response: Response, *, keep_alive: bool) -> None:
        if self._transport is None:
            return
        head = (
            f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
            f"content-type: {response.content_type}\r\ncontent-length: {len(response.body)}\r\n"
            f"connection: {'keep-alive' if keep_alive else 'close'}\r\n"
        )
        extra = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        self._transport.write(f"{head}{extra}\r\n".encode("latin-1") + response.body)
        if not keep_alive:
            self._transport.close()

    def _refuse(self, status: int) -> None:
        self._write(Response(status, b'{"error":"bad_request"}'), keep_alive=False)

    def _wait_idle(self) -> None:
        if self._transport is not None and self._idle is None:
            self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._transport.close)
