"""All rooms of this process: brings what happens to every socket, and what viewers say to every process."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any, Final
from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.kernel.limits import RateLimit
from millstream.live.room import bounds
from millstream.live.room.nerve import Nerve
from millstream.live.room.rows import Rows, RowsAway
from millstream.live.room.socket import CLOSE_NO_ROOM, CLOSE_RESTART, CLOSE_SLOW, Socket
from millstream.live.room.state import Room
from millstream.live.room.wire import (
    Message,
    is_too_long,
    read_message,
    trade_frame,
    welcome_frame,
)

log = logging.getLogger(__name__)

MOST_LIKES_AT_ONCE: Final = 10_000


class RoomClosed(Exception):
    """There is no such room, or this process takes no more sockets; `code` closes the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class TalkRefused(Exception):
    """A message is not taken; `code` is a refusal's code and `facts` fill its wording."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Hub:
    """Rooms by id, and the loops that keep them up to date. Belongs to one event loop."""

    def __init__(self, limits: bounds.SocketLimits) -> None:
        self.process = new_id().hex
        self.rooms: dict[UUID, Room] = {}
        self.limits = limits
        self.rows = Rows()
        self.nerve = Nerve(self._hear, self._remember)
        self.rows_away = False
        self._by_visitor: Counter[UUID] = Counter()
        self._by_network: Counter[str] = Counter()
        self._unsaved: deque[tuple[UUID, Message]] = deque(maxlen=bounds.UNSAVED_MESSAGES)
        self._say_visitor = RateLimit("live.say", per_minute=bounds.SAY_PER_MINUTE, burst=bounds.SAY_BURST)
        self._say_network = RateLimit(
            "live.say_network", per_minute=bounds.SAY_PER_MINUTE_NETWORK, burst=bounds.SAY_BURST_NETWORK
        )
        self._likes = RateLimit("live.likes", per_minute=bounds.LIKES_PER_MINUTE, burst=bounds.LIKES_BURST)
        self._loops: list[asyncio.Task[None]] = []
        self._errands: set[asyncio.Task[None]] = set()
        self._liked: dict[UUID, int] = {}
        self._seeding: dict[UUID, asyncio.Task[None]] = {}
        self._looking = asyncio.Lock()

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the loops; they run until `stop`."""
        for name, loop in (
            ("nerve", self.nerve.run()),
            ("ticks", self._tick_for_ever()),
            ("looks", self._look_for_ever()),
            ("presence", self._tell_presence_for_ever()),
            ("saves", self._save_for_ever()),
        ):
            self._loops.append(asyncio.create_task(loop, name=f"room-{name}"))

    async def stop(self) -> None:
        """Close every socket (they come back to another process), keep what was said, end the loops."""
        for room in self.rooms.values():
            for socket in list(room.sockets):
                socket.close(CLOSE_RESTART)
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._save()
        await self.nerve.close()
        self.rows.close()

    # -- sockets ------------------------------------------------------------------------------------------------

    async def enter(self, socket: Socket) -> Room:
        """Bring a socket into its room and greet it; raises `RoomClosed`."""
        entry = socket.entry
        if (
            self._by_visitor[entry.visitor] >= self.limits.per_visitor
            or self._by_network[entry.network] >= self.limits.per_network
            or self._by_visitor.total() >= self.limits.in_all
        ):
            raise RoomClosed(CLOSE_SLOW)
        self._by_visitor[entry.visitor] += 1
        self._by_network[entry.network] += 1
        try:
            room = await self._open(entry.room, vouched=entry.vouched)
        except BaseException:
            self._uncount(socket)
            raise
        room.sockets.add(socket)
        socket.last = room.last
        socket.offer(self._welcome(room, socket))
        socket.greeted = True
        return room

    def leave(self, room: Room, socket: Socket) -> None:
        """Take a socket out of its room."""
        room.sockets.discard(socket)
        if not room.sockets:
            room.idle_since = self._at()
        self._uncount(socket)

    def _uncount(self, socket: Socket) -> None:
        _less(self._by_visitor, socket.entry.visitor)
        _less(self._by_network, socket.entry.network)

    def catch_up(self, room: Room, socket: Socket, last: int) -> None:
        """Send the trade after `last` when it is at hand; else the viewer asks over HTTP, as `welcome` told it to."""
        missing = room.trade_since(last)
        if missing:
            socket.offer(trade_frame(missing, last, room.last), trade=True)

    async def _open(self, room_id: UUID, *, vouched: bool) -> Room:
        """The room in memory, seeded from the rows, or without them if they are away and the page vouches for it."""
        room = self.rooms.get(room_id)
        if room is not None and room.seeded:
            return room
        fresh = room is None
        room = self.rooms.setdefault(room_id, Room(room_id, opened_at=self._at()))
        if fresh:
            await self.nerve.join(room_id)
        try:
            await asyncio.wait_for(asyncio.shield(self._seed_once(room)), bounds.SEED_SECONDS)
        except (RowsAway, TimeoutError):
            if not vouched:
                raise RoomClosed(CLOSE_SLOW) from None
            await self._ask_peers(room)
        return room

    def _seed_once(self, room: Room) -> asyncio.Task[None]:
        """The one reading of this room's rows, however many sockets come at once (after a restart all of them do)."""
        task = self._seeding.get(room.id)
        if task is None:
            task = self._seeding[room.id] = asyncio.create_task(self._seed(room))
            task.add_done_callback(lambda done: self._seeded(room.id, done))
        return task

    def _seeded(self, room_id: UUID, done: asyncio.Task[None]) -> None:
        self._seeding.pop(room_id, None)
        if not done.cancelled():
            done.exception()  # whoever waited has it; it is nobody's surprise when nobody did

    async def _seed(self, room: Room) -> None:
        seed = await self.rows.seed(room.id)
        if seed is None:
            self.rooms.pop(room.id, None)
            await self.nerve.leave(room.id)
            raise RoomClosed(CLOSE_NO_ROOM)
        if not room.seeded:
            room.seed(seed)

    async def _ask_peers(self, room: Room) -> None:
        told = [read_message(message) for message in await self.nerve.ask_history(room.id)]
        room.hear_history(message for message in told[: bounds.HISTORY] if message is not None)

    def _welcome(self, room: Room, socket: Socket) -> str:
        muted = room.muted_until(str(socket.entry.visitor), time.time()) is not None
        return welcome_frame(
            room=str(room.id),
            viewers=room.viewers(self._at()),
            last=room.last,
            name=socket.entry.name,
            role=socket.entry.role,
            may_talk=room.may_talk() and not muted,
            talk=room.recent(),
            likes=room.likes,
        )

    # -- talk ---------------------------------------------------------------------------------------------------

    def say(self, room: Room, socket: Socket, text: str) -> None:
        """Take what a viewer says, for this process and the others; raises `TalkRefused`."""
        entry = socket.entry
        visitor = str(entry.visitor)
        if is_too_long(text):
            raise TalkRefused("live.too_long", most=bounds.LONGEST_TALK)
        if not room.may_talk():
            raise TalkRefused("live.talk_closed")
        until = room.muted_until(visitor, time.time())
        if until is not None:
            raise TalkRefused("live.muted", minutes=ceil((until - time.time()) / 60))
        wait = self._say_visitor.take(visitor) or self._say_network.take(entry.network)
        if wait:
            raise TalkRefused("live.too_fast", retry_after=wait)
        if room.repeats(visitor, text, self._at()):
            raise TalkRefused("live.repeated")
        message = {
            "id": str(new_id()),
            "visitor": visitor,
            "name": entry.name,
            "role": entry.role,
            "text": text,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        room.hear_message(message)
        self._keep(room, message)
        self._errand(self.nerve.tell(room.id, "talk", {"p": self.process, "message": message}))

    def _keep(self, room: Room, message: Message) -> None:
        if room.show is not None:
            self._unsaved.append((room.show, message))

    def like(self, room: Room, socket: Socket) -> None:
        """Count a like; too many are left out without a word."""
        if not self._likes.take(str(socket.entry.visitor)):
            room.likes += 1
            room.likes_here += 1

    # -- what other processes tell ----------------------------------------------------------------------------

    def _hear(self, room_id: UUID, topic: str, told: Any) -> None:
        """Take a murmur or hint about a room; anything strange is left out."""
        room = self.rooms.get(room_id)
        if room is None or not isinstance(told, dict) or told.get("p") == self.process:
            return
        match topic, told:
            case "talk", {"message": message}:
                heard = read_message(message)
                if heard is not None:
                    room.hear_message(heard)
            case "likes", {"likes": int(likes)} if 0 < likes <= MOST_LIKES_AT_ONCE:
                room.likes += likes
            case "presence", {"p": str(process), "n": int(viewers)} if viewers >= 0:
                room.hear_presence(process, viewers, self._at())
            case "moderate", {"deleted": str(message_id)}:
                room.delete_message(message_id)
            case "moderate", {"muted": str(visitor), "until": float(until)}:
                room.mutes[visitor] = until
            case "trade", {"items": list(items)} if room.follows(items):
                room.hear_trade(items)
                self._send_trade(room)
            case "trade", _:
                self._errand(self._look())
            case _:
                log.warning("room %s: strange murmur about %s", room_id, topic)

    def _remember(self, room_id: UUID) -> list[Mapping[str, Any]] | None:
        room = self.rooms.get(room_id)
        return room.history() if room is not None else None

    # -- loops --------------------------------------------------------------------------------------------------

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.TICK_SECONDS)
            at = self._at()
            for room in list(self.rooms.values()):
                self._send_trade(room)
                if at >= room.next_tick:
                    room.next_tick = at + bounds.tick_seconds(len(room.sockets)) - bounds.TICK_SECONDS / 2
                    self._send_talk(room, at)
                self._look_after_slow(room, at)
            await self._forget_idle(at)

    def _send_talk(self, room: Room, at: float) -> None:
        if room.likes_here:
            likes = {"p": self.process, "likes": room.likes_here}
            self._errand(self.nerve.tell(room.id, "likes", likes))
            if room.show is not None:
                self._liked[room.show] = self._liked.get(room.show, 0) + room.likes_here
            room.likes_here = 0
        frame = room.next_talk_frame(at, heartbeat=bounds.HEARTBEAT_SECONDS)
        if frame is not None:
            for socket in room.sockets:
                socket.offer(frame)

    def _send_trade(self, room: Room) -> None:
        frame = room.next_trade_frame(self._at())
        if frame is not None:
            for socket in room.sockets:
                socket.offer(frame, trade=True)
                if not socket.behind:
                    socket.last = room.last

    def _look_after_slow(self, room: Room, at: float) -> None:
        """Close whoever stopped reading; pay the owed trade to whoever caught up."""
        for socket in list(room.sockets):
            if socket.is_stuck(at):
                socket.close(CLOSE_SLOW)
            elif socket.behind and socket.is_drained():
                socket.behind = False
                self.catch_up(room, socket, socket.last)
                socket.last = room.last

    async def _forget_idle(self, at: float) -> None:
        for room in list(self.rooms.values()):
            if not room.sockets and at - room.idle_since > bounds.IDLE_ROOM_SECONDS:
                del self.rooms[room.id]
                await self.nerve.leave(room.id)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """Fetch what is missing of every room's trade, in one statement; seed the rooms that have no seed yet."""
        if self._looking.locked():
            return
        async with self._looking:
            try:
                for room in [room for room in self.rooms.values() if not room.seeded]:
                    await self._seed_late(room)
                news = await self.rows.news({room.id: room.last for room in self.rooms.values() if room.seeded})
            except RowsAway as away:
                if not self.rows_away:
                    log.warning("rooms go on without the database: %s", away)
                self.rows_away = True
                return
            if self.rows_away:
                log.warning("the database is back")
            self.rows_away = False
            for room_id, items in news.items():
                concerned = self.rooms.get(room_id)
                if concerned is not None:
                    concerned.hear_trade(items)
                    self._send_trade(concerned)

    async def _seed_late(self, room: Room) -> None:
        """Seed a room that was opened without the database; its viewers get what they missed."""
        try:
            await self._seed_once(room)
        except RoomClosed as closed:
            for socket in list(room.sockets):
                socket.close(closed.code)
            return
        for socket in room.sockets:
            socket.offer(self._welcome(room, socket))
            self.catch_up(room, socket, socket.last)
            socket.last = room.last

    async def _tell_presence_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.PRESENCE_SECONDS)
            for room in list(self.rooms.values()):
                await self.nerve.tell(room.id, "presence", {"p": self.process, "n": room.viewers_here()})

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(bounds.SAVE_SECONDS)
            await self._save()

    async def _save(self) -> None:
        """Keep what was said and liked; what cannot be kept now waits, and the oldest of too much is dropped."""
        messages = list(self._unsaved)
        likes, self._liked = self._liked, {}
        self._unsaved.clear()
        if not messages and not likes:
            return
        try:
            await self.rows.save(messages, likes)
        except RowsAway:
            self._unsaved.extendleft(reversed(messages))
            for show, count in likes.items():
                self._liked[show] = self._liked.get(show, 0) + count
        except Exception:
            log.exception("%d messages of talk were not kept", len(messages))

    def _errand(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    @staticmethod
    def _at() -> float:
        return time.monotonic()


def _less[K](counter: Counter[K], key: K) -> None:
    """Count one less, and forget a key that counts nothing."""
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
