"""A room server's line to the other processes: core NATS, lossy, never waited for."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from millstream.kernel.nats import connect
from millstream.live.room.bounds import LOOK_SECONDS

log = logging.getLogger(__name__)

type Hear = Callable[[UUID, str, Any], None]
type Answer = Callable[[UUID], list[Mapping[str, Any]] | None]

HISTORY_WAIT_SECONDS = 0.4


def subject(room: UUID, topic: str) -> str:
    """Where the processes of a room talk about a topic."""
    return f"room.{room}.{topic}"


class Nerve:
    """Publishes and hears murmurs of rooms; while NATS is away it stays silent and goes on trying."""

    def __init__(self, hear: Hear, answer: Answer) -> None:
        self._hear = hear
        self._answer = answer
        self._client: Client | None = None
        self._subscriptions: dict[UUID, Subscription] = {}
        self._rooms: set[UUID] = set()
        self._subscribing = asyncio.Lock()

    async def run(self) -> None:
        """Connect and stay connected, for ever; the client itself reconnects and subscribes again."""
        while True:
            try:
                self._client = await connect("room-server")
                for room in list(self._rooms):
                    await self._subscribe(room)
                return
            except (NatsError, OSError, TimeoutError) as away:
                log.warning("room server waits for NATS: %s: %s", type(away).__name__, away)
                await asyncio.sleep(LOOK_SECONDS)

    async def join(self, room: UUID) -> None:
        """Hear what other processes say about this room from now on."""
        self._rooms.add(room)
        if self._client is not None:
            await self._guarded(self._subscribe(room))

    async def leave(self, room: UUID) -> None:
        """Hear no more about this room."""
        self._rooms.discard(room)
        async with self._subscribing:
            subscription = None if room in self._rooms else self._subscriptions.pop(room, None)
        if subscription is not None:
            await self._guarded(subscription.unsubscribe())

    async def tell(self, room: UUID, topic: str, told: Mapping[str, Any]) -> None:
        """Tell the other processes; silently lost when there is no line."""
        if self._client is None or not self._client.is_connected:
            return
        await self._guarded(self._client.publish(subject(room, topic), json.dumps(told, ensure_ascii=False).encode()))

    async def ask_history(self, room: UUID) -> list[Any]:
        """What another process remembers of the talk; empty when nobody answers in time."""
        if self._client is None or not self._client.is_connected:
            return []
        try:
            reply = await self._client.request(subject(room, "history"), b"{}", timeout=HISTORY_WAIT_SECONDS)
            told = json.loads(reply.data)
        except (NatsError, TimeoutError, ValueError):
            return []
        return told if isinstance(told, list) else []

    async def close(self) -> None:
        """Give the line up."""
        if self._client is not None and not self._client.is_closed:
            await self._guarded(self._client.close())

    async def _subscribe(self, room: UUID) -> None:
        """Hear a room once, though two may ask at the same time; a murmur heard twice would count twice."""
        assert self._client is not None
        async with self._subscribing:
            if room in self._rooms and room not in self._subscriptions:
                self._subscriptions[room] = await self._client.subscribe(f"room.{room}.*", cb=self._on_message)

    async def _on_message(self, message: Msg) -> None:
        try:
            _, room_text, topic = message.subject.split(".")
            room = UUID(room_text)
            told = json.loads(message.data)
        except ValueError:
            log.warning("strange message on %s", message.subject)
            return
        if topic == "history":
            remembered = self._answer(room)
            if message.reply and remembered:
                await self._guarded(message.respond(json.dumps(remembered, ensure_ascii=False).encode()))
            return
        self._hear(room, topic, told)

    async def _guarded(self, doing: Awaitable[Any]) -> None:
        try:
            await doing
        except (NatsError, OSError, TimeoutError) as away:
            log.warning("a murmur was lost: %s", away)
