"""A small HTTP/1.1 client for one gateway on asyncio: kept-alive connections, bounded in number.

At three hundred payments a second a general client costs more than the till. Plain HTTP only: a gateway on the
internet needs an adapter with a client that speaks TLS.
"""

import asyncio
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httptools

MOST_CONNECTIONS: Final = 32
MOST_ANSWER_BYTES: Final = 4 * 1024 * 1024


class NoAnswer(Exception):
    """There was no whole answer in time; nothing is known about what the other side did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Answer] | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._fail("the connection closed")

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(str(error))

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MOST_ANSWER_BYTES:
            self._fail("the answer is too long")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), b"".join(self._body))
        keep = self._parser.should_keep_alive()
        self._begin()
        if not keep and self.transport is not None:
            self.transport.close()
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(answer)

    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return self.transport is not None and not self.transport.is_closing()

    def _fail(self, why: str) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(NoAnswer(why))
        if self.transport is not None:
            self.transport.close()


class _Pool:
    """The idle connections of one event loop, and how many may be busy."""

    def __init__(self) -> None:
        self.idle: list[_Connection] = []
        self.slots = asyncio.Semaphore(MOST_CONNECTIONS)


class HttpClient:
    """Speaks with one origin from any number of event loops; each loop has its own connections."""

    def __init__(self, origin: str) -> None:
        parts = urlsplit(origin)
        assert parts.scheme == "http", f"{origin}: this client speaks plain HTTP"
        self._host, self._port, self._name = parts.hostname or "", parts.port or 80, parts.netloc
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = weakref.WeakKeyDictionary()

    async def send(
        self, method: str, target: str, *, headers: Mapping[str, str], body: bytes = b"", timeout_seconds: float = 5.0
    ) -> Answer:
        """Send one request and return its answer; raises `NoAnswer` when there is none in time.

        A kept-alive connection may have been closed by the other side: then one more is opened. So requests
        must mean the same when they come twice.
        """
        lines = [f"{method} {target} HTTP/1.1", f"host: {self._name}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        message = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = _Pool()
        try:
            async with asyncio.timeout(timeout_seconds), pool.slots:
                return await self._exchange(loop, pool, message)
        except (TimeoutError, OSError) as error:
            raise NoAnswer(f"{method} {target}: {error!r}") from error

    async def _exchange(self, loop: asyncio.AbstractEventLoop, pool: _Pool, message: bytes) -> Answer:
        while pool.idle:
            connection = pool.idle.pop()
            if connection.transport is None or connection.transport.is_closing():
                continue
            try:
                return await self._ask(loop, pool, connection, message)
            except NoAnswer:
                break
        _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return await self._ask(loop, pool, connection, message)

    async def _ask(
        self, loop: asyncio.AbstractEventLoop, pool: _Pool, connection: _Connection, message: bytes
    ) -> Answer:
        assert connection.transport is not None
        connection.waiting = loop.create_future()
        connection.transport.write(message)
        try:
            answer = await connection.waiting
        except BaseException:
            if connection.transport is not None:
                connection.transport.close()
            raise
        if connection.is_open():
            pool.idle.append(connection)
        return answer
