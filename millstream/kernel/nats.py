"""NATS: hints from sync code, and connections for async code."""

import asyncio
import json
import logging
import threading
from collections.abc import Mapping
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from millstream.kernel.settings import conf

log = logging.getLogger(__name__)


async def connect(name: str) -> Client:
    """A connection that goes on trying for ever; what is published meanwhile may be lost."""
    return await nats.connect(
        conf().nats_url,
        name=name,
        connect_timeout=2,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        error_cb=_say_error,
    )


async def _say_error(error: Exception) -> None:
    log.warning("NATS: %s", error)


class _Hinter:
    """A thread with its own loop and connection, so that sync code can publish without waiting."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        threading.Thread(target=self._loop.run_forever, name="nats-hints", daemon=True).start()

    def publish(self, subject: str, payload: bytes) -> None:
        asyncio.run_coroutine_threadsafe(self._publish(subject, payload), self._loop)

    async def _publish(self, subject: str, payload: bytes) -> None:
        try:
            async with self._connecting:
                if self._client is None or self._client.is_closed:
                    self._client = await connect("hints")
            await self._client.publish(subject, payload)
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("hint on %s was lost: %s", subject, error)


_hinter: _Hinter | None = None
_starting = threading.Lock()


def publish_hint(subject: str, payload: Mapping[str, Any]) -> None:
    """Publish on core NATS from sync code and return at once; the message may be lost, so nothing may need it."""
    global _hinter  # noqa: PLW0603 - one thread a process, started at first use
    with _starting:
        if _hinter is None:
            _hinter = _Hinter()
    _hinter.publish(subject, json.dumps(payload, ensure_ascii=False, default=str).encode())
