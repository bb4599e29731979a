"""How many watch each room, as all processes tell it: for pages of a process that has no socket into the room."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from millstream.kernel.nats import connect
from millstream.live.room.bounds import LOOK_SECONDS, PRESENCE_EXPIRES_SECONDS

log = logging.getLogger(__name__)

MOST_ROOMS = 2_000


class Audience:
    """Hears the presence murmurs of every room; belongs to one event loop, read from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told: dict[UUID, dict[str, tuple[int, float]]] = {}
        self._client: Client | None = None

    async def run(self) -> None:
        """Connect and subscribe; without NATS go on trying, and know nothing meanwhile."""
        while True:
            try:
                self._client = await connect("audience")
                await self._client.subscribe("room.*.presence", cb=self._on_message)
            except (NatsError, OSError, TimeoutError):
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    async def close(self) -> None:
        """Give the line up."""
        if self._client is not None and not self._client.is_closed:
            await self._client.close()

    def viewers(self, room: UUID) -> int:
        """How many watch a room in all processes; those not heard of for seven seconds are forgotten."""
        now = self._monotonic()
        told = self._told.get(room, {})
        return sum(count for count, at in told.values() if now - at < PRESENCE_EXPIRES_SECONDS)

    async def _on_message(self, message: Msg) -> None:
        self.hear(message.subject, message.data)

    def hear(self, subject: str, body: bytes) -> None:
        """Take one murmur; anything strange is left out."""
        try:
            room = UUID(subject.split(".")[1])
            told = json.loads(body)
        except (ValueError, IndexError):
            log.warning("strange message on %s", subject)
            return
        match told:
            case {"p": str(process), "n": int(viewers)} if viewers >= 0:
                now = self._monotonic()
                known = self._told.pop(room, {})
                fresh = {name: (n, at) for name, (n, at) in known.items() if now - at < PRESENCE_EXPIRES_SECONDS}
                # Replaced, never changed in place: another thread may be counting.
                self._told[room] = {**fresh, process: (viewers, now)}
                while len(self._told) > MOST_ROOMS:
                    del self._told[next(iter(self._told))]
            case _:
                log.warning("room %s: strange murmur about presence", room)
