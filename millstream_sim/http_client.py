"""A small HTTP/1.1 client on asyncio: kept-alive connections, bounded in number, for webhooks at a high rate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

MAX_CONNECTIONS = 32
MAX_ANSWER_BYTES = 1024 * 1024


class NoAnswer(Exception):
    """The other side gave no whole answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Answer] | None = None
        self._reset()

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

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
        if self._size > MAX_ANSWER_BYTES:
            self._fail("the answer is too long")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(Answer(self._parser.get_status_code(), b"".join(self._body)))
        if not self._parser.should_keep_alive() and self.transport is not None:
            self.transport.close()
        self._reset()

    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return self.transport is not None and not self.transport.is_closing()

    def _fail(self, why: str) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(NoAnswer(why))
        if self.transport is not None:
            self.transport.close()


class HttpClient:
    """Sends requests over kept-alive connections; never more than `MAX_CONNECTIONS` at once."""

    def __init__(self) -> None:
        self._free: dict[tuple[str, int], list[_Connection]] = {}
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout_seconds: float = 10.0,
    ) -> Answer:
        """Send one request and return its answer; raise `NoAnswer` when there is none in time."""
        parts = urlsplit(url)
        host, port = parts.hostname or "127.0.0.1", parts.port or 80
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"{method} {target} HTTP/1.1",
            f"host: {parts.netloc}",
            f"content-length: {len(body)}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        message = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        async with self._slots:
            try:
                async with asyncio.timeout(timeout_seconds):
                    return await self._exchange(host, port, message)
            except (TimeoutError, OSError) as error:
                raise NoAnswer(f"{method} {url}: {error!r}") from error

    async def _exchange(self, host: str, port: int, message: bytes) -> Answer:
        free = self._free.setdefault((host, port), [])
        loop = asyncio.get_running_loop()
        connection = None
        while free and connection is None:
            candidate = free.pop()
            if candidate.transport is not None and not candidate.transport.is_closing():
                connection = candidate
        if connection is None:
            _, connection = await loop.create_connection(_Connection, host, port)
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
            free.append(connection)
        return answer

    def close(self) -> None:
        """Close every idle connection."""
        for free in self._free.values():
            for connection in free:
                if connection.transport is not None:
                    connection.transport.close()
        self._free.clear()
