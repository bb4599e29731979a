"""NATS: hints from sync code, and connections for async code."""

import asyncio
import atexit
import json
import logging
import threading
from collections.abc import Mapping
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoServersError, StaleConnectionError, UnexpectedEOF

from millstream.kernel.settings import conf

CLOSE_SECONDS = 2.0
LAST_WORDS_SECONDS = 1.0
MOST_WAITING = 1_000

log = logging.getLogger(__name__)


class _Line:
    """What a connection says of itself: once that it is away, once that it is back."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._away = False

    async def wrong(self, error: Exception) -> None:
        """Anything that went wrong; attempts to connect again are many, and told once."""
        if not isinstance(error, OSError | TimeoutError | UnexpectedEOF | StaleConnectionError | NoServersError):
            log.warning("NATS: %s: %s", self._name, error)
        elif not self._away:
            self._away = True
            log.warning("NATS is away, %s goes on trying: %s", self._name, error)

    async def back(self) -> None:
        """The connection stands again."""
        if self._away:
            log.warning("NATS is back: %s", self._name)
        self._away = False


async def connect(name: str) -> Client:
    """A connection that goes on trying for ever; what is published meanwhile may be lost."""
    line = _Line(name)
    client = await nats.connect(
        conf().nats_url,
        name=name,
        connect_timeout=2,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        error_cb=line.wrong,
        reconnected_cb=line.back,
    )
    await line.back()
    return client


async def connect_until(stop: asyncio.Event, name: str) -> Client | None:
    """A connection as `connect` makes it; None when the stop comes first, for NATS may be away for long."""
    connecting = asyncio.create_task(connect(name))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return connecting.result() if connecting.done() else None
    finally:
        for task in (connecting, stopping):
            task.cancel()
        await asyncio.gather(connecting, stopping, return_exceptions=True)


class _Hinter:
    """A thread with its own loop and connection, so that sync code can publish without waiting."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._waiting: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nats-hints", daemon=True)
        self._thread.start()

    def publish(self, subject: str, payload: bytes) -> None:
        self._loop.call_soon_threadsafe(self._begin, subject, payload)

    def _begin(self, subject: str, payload: bytes) -> None:
        """Publish beside; when NATS has been away for so many hints, this one is lost."""
        if len(self._waiting) < MOST_WAITING:
            task = self._loop.create_task(self._publish(subject, payload))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _publish(self, subject: str, payload: bytes) -> None:
        try:
            async with self._connecting:
                if self._client is None or self._client.is_closed:
                    self._client = await connect("hints")
            await self._client.publish(subject, payload)
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("hint on %s was lost: %s", subject, error)

    def close(self) -> None:
        """Send what is on its way if NATS answers within a second, stop trying if it does not, and end the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        try:
            closing.result(CLOSE_SECONDS)
        except TimeoutError:
            log.debug("hints that were on their way are lost")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    async def _close(self) -> None:
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=LAST_WORDS_SECONDS)
        if self._client is not None and self._client.is_connected:
            await self._client.flush()
        # What waits for a connection would wait for ever; the client's own attempts are among these tasks.
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if self._client is not None:
            await self._client.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


_hinter: _Hinter | None = None
_starting = threading.Lock()


def publish_hint(subject: str, payload: Mapping[str, Any]) -> None:
    """Publish on core NATS from sync code and return at once; the message may be lost, so nothing may need it."""
    global _hinter  # noqa: PLW0603 - one thread a process, started at first use
    with _starting:
        if _hinter is None:
            _hinter = _Hinter()
            atexit.register(close_hints)
    _hinter.publish(subject, json.dumps(payload, ensure_ascii=False, default=str).encode())


def close_hints() -> None:
    """Give the line of the hints up; the next hint opens a new one. Does nothing when there is none."""
    global _hinter
    with _starting:
        hinter, _hinter = _hinter, None
    atexit.unregister(close_hints)
    if hinter is not None:
        hinter.close()
