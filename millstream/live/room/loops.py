"""The loops of a room server: ticks of talk and trade, looks at the rows, presence, keeping what was said."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from millstream.live.room import bounds
from millstream.live.room.admission import KEEPERS
from millstream.live.room.rows import RowsAway
from millstream.live.room.socket import CLOSE_BAD_FRAMES, CLOSE_NORMAL, CLOSE_SLOW
from millstream.live.room.state import Room
from millstream.live.room.wire import suggest_frame

if TYPE_CHECKING:
    from millstream.live.room.hub import Hub

log = logging.getLogger(__name__)

SUGGESTED_SLOW_SECONDS = 10


class Loops:
    """Runs for as long as the hub does."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.rows_away = False
        self._tasks: list[asyncio.Task[None]] = []
        self._looking = asyncio.Lock()
        self._look_again = False

    def start(self) -> None:
        """Start all loops; they run until `stop`."""
        for name, loop in (
            ("nerve", self.hub.nerve.run()),
            ("ticks", self._tick_for_ever()),
            ("looks", self._look_for_ever()),
            ("presence", self._tell_presence_for_ever()),
            ("saves", self._save_for_ever()),
        ):
            self._tasks.append(asyncio.create_task(loop, name=f"room-{name}"))

    async def stop(self) -> None:
        """End all loops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.TICK_SECONDS)
            for room in list(self.hub.rooms.values()):
                try:
                    await self.tick(room)
                except Exception:
                    log.exception("room %s: a tick failed", room.id)
            await self._forget_idle(time.monotonic())

    async def tick(self, room: Room) -> None:
        """Send what is due of a room, and look after its sockets when talk is due."""
        at = time.monotonic()
        self.hub.send_trade(room)
        if at < room.next_tick:
            return
        room.next_tick = at + bounds.tick_seconds(len(room.sockets)) - bounds.TICK_SECONDS / 2
        self.hub.speech.tell_likes(room)
        frame = room.next_talk_frame(at, heartbeat=bounds.HEARTBEAT_SECONDS)
        if frame is not None:
            await self._send_slice_by_slice(room, frame)
        if room.guard.suggests_slow_mode(at):
            suggestion = suggest_frame(SUGGESTED_SLOW_SECONDS)
            for socket in room.sockets:
                if socket.entry.role in KEEPERS:
                    socket.offer(suggestion)
        self.look_after(room, at)

    @staticmethod
    async def _send_slice_by_slice(room: Room, frame: str) -> None:
        """Offer talk to all; after every 500 sockets whatever else waits has its turn, trade above all."""
        sockets = list(room.sockets)
        for start in range(0, len(sockets), bounds.SENT_AT_ONCE):
            for socket in sockets[start : start + bounds.SENT_AT_ONCE]:
                socket.offer(frame)
            if start + bounds.SENT_AT_ONCE < len(sockets):
                await asyncio.sleep(0)

    def look_after(self, room: Room, at: float) -> None:
        """Close who stopped reading or never spoke, ask silent ones for a sign, pay the owed trade to who caught up."""
        for socket in list(room.sockets):
            silent = at - socket.heard_at
            if socket.is_stuck(at):
                socket.close(CLOSE_SLOW)
            elif not socket.spoke and silent > bounds.HELLO_SECONDS:
                log.info("a socket from %s never spoke", socket.entry.network)
                socket.close(CLOSE_BAD_FRAMES)
            elif silent > bounds.GONE_SECONDS and socket.answers_pings:
                socket.close(CLOSE_NORMAL)
            elif silent > bounds.PING_SECONDS and socket.answers_pings:
                socket.ping(at)
            if socket.behind and socket.is_drained():
                socket.behind = False
                self.hub.catch_up(room, socket, socket.last)
                socket.last = room.last

    async def _forget_idle(self, at: float) -> None:
        for room in list(self.hub.rooms.values()):
            if not room.sockets and at - room.idle_since > bounds.IDLE_ROOM_SECONDS:
                del self.hub.rooms[room.id]
                await self.hub.nerve.leave(room.id)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("a look at the rows failed")

    async def look(self) -> None:
        """Fetch what is missing of every room's trade and order; seed the rooms that have no seed yet.

        Whoever asks while a look is under way has another one after it: what it asks for may have come too late.
        """
        self._look_again = True
        if self._looking.locked():
            return
        async with self._looking:
            while self._look_again:
                self._look_again = False
                await self._look()

    async def _look(self) -> None:
        hub = self.hub
        try:
            for room in [room for room in hub.rooms.values() if not room.seeded]:
                await hub.seed_late(room)
            seeded = [room for room in hub.rooms.values() if room.seeded]
            news = await hub.rows.news({room.id: room.last for room in seeded})
            order = await hub.rows.order({room.id: room.guard.seed.version for room in seeded})
        except RowsAway as away:
            if not self.rows_away:
                log.warning("rooms go on without the database: %s", away)
            self.rows_away = True
            return
        if self.rows_away:
            log.warning("the database is back")
        self.rows_away = False
        for room_id, items in news.items():
            concerned = hub.rooms.get(room_id)
            if concerned is not None:
                concerned.hear_trade(items)
                hub.send_trade(concerned)
        for room_id, (seed, places) in order.items():
            concerned = hub.rooms.get(room_id)
            if concerned is not None:
                concerned.places = places
                if seed is not None:
                    hub.greet_again(concerned, concerned.keep_order(seed))
                    hub.tell_standings(concerned)

    async def _tell_presence_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.PRESENCE_SECONDS)
            for room in list(self.hub.rooms.values()):
                try:
                    await self.hub.nerve.tell(room.id, "presence", {"p": self.hub.process, "n": room.viewers_here()})
                except Exception:
                    log.exception("room %s: its presence could not be told", room.id)

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.SAVE_SECONDS)
            try:
                await self.hub.speech.save()
            except Exception:
                log.exception("what was said waits to be kept")
