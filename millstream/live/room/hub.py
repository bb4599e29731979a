"""All rooms of this process: who comes in, what they are told first, and the trade that goes to every socket."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils import translation

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say as say_refusal
from millstream.live.refusals.talk import REFUSED_TALK
from millstream.live.room import bounds
from millstream.live.room.counter import Counters
from millstream.live.room.guard import TalkRefused
from millstream.live.room.hearing import hear
from millstream.live.room.loops import Loops
from millstream.live.room.nerve import Nerve
from millstream.live.room.rows import Rows, RowsAway
from millstream.live.room.socket import CLOSE_NO_ROOM, CLOSE_RESTART, CLOSE_SLOW, Socket
from millstream.live.room.speech import Speech
from millstream.live.room.state import Room
from millstream.live.room.wire import (
    read_message,
    refused_frame,
    standing_frame,
    trade_frame,
    welcome_frame,
)

log = logging.getLogger(__name__)

APPEALED = frozenset({"live.banned", "live.muted"})


class RoomClosed(Exception):
    """There is no such room, or this process takes no more sockets; `code` closes the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Hub:
    """Rooms by id, and what belongs to all of them. Belongs to one event loop."""

    def __init__(self, limits: bounds.SocketLimits) -> None:
        self.process = new_id().hex
        self.stopping = False
        self.rooms: dict[UUID, Room] = {}
        self.limits = limits
        self.rows = Rows()
        self.nerve = Nerve(self._hear, self._remember)
        self.speech = Speech(self.process, self.rows, self.nerve, self.errand)
        self.counters = Counters(self.errand)
        self.loops = Loops(self)
        self._by_visitor: Counter[UUID] = Counter()
        self._by_network: Counter[str] = Counter()
        self._in_all = 0
        self._errands: set[asyncio.Task[None]] = set()
        self._seeding: dict[UUID, asyncio.Task[None]] = {}

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the loops; they run until `stop`."""
        self.loops.start()

    async def stop(self) -> None:
        """Answer what was asked, close every socket (they come back to another process), keep what was said."""
        self.stopping = True
        self.counters.close()
        if self._errands:
            await asyncio.wait(self._errands, timeout=bounds.STOP_SECONDS)
        for room in self.rooms.values():
            for socket in list(room.sockets):
                socket.close(CLOSE_RESTART)
        await self.loops.stop()
        await self.speech.save()
        await self.nerve.close()
        self.rows.close()

    def errand(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do something beside, and keep hold of it until it is done."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    # -- sockets ------------------------------------------------------------------------------------------------

    async def enter(self, socket: Socket) -> Room:
        """Bring a socket into its room and greet it; raises `RoomClosed`."""
        entry = socket.entry
        if self.stopping:
            raise RoomClosed(CLOSE_RESTART)
        if (
            self._by_visitor[entry.visitor] >= self.limits.per_visitor
            or self._by_network[entry.network] >= self.limits.per_network
            or self._in_all >= self.limits.in_all
        ):
            raise RoomClosed(CLOSE_SLOW)
        self._count(socket, 1)
        try:
            room = await self._open(entry.room, vouched=entry.vouched)
            if self.stopping:  # the server was told to end meanwhile
                raise RoomClosed(CLOSE_RESTART)
        except BaseException:
            self._count(socket, -1)
            raise
        room.let_in(socket)
        socket.last = room.last
        socket.offer(self._welcome(room, socket))
        socket.greeted = True
        return room

    def leave(self, room: Room, socket: Socket) -> None:
        """Take a socket out of its room."""
        room.sockets.discard(socket)
        if not room.sockets:
            room.idle_since = time.monotonic()
        self._count(socket, -1)

    def _count(self, socket: Socket, one: int) -> None:
        self._in_all += one
        _add(self._by_visitor, socket.entry.visitor, one)
        _add(self._by_network, socket.entry.network, one)

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
        room = self.rooms.setdefault(room_id, Room(room_id, opened_at=time.monotonic()))
        room.idle_since = time.monotonic()  # nobody forgets it while somebody waits for it
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

    async def seed_late(self, room: Room) -> None:
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

    async def _ask_peers(self, room: Room) -> None:
        told = [read_message(message) for message in await self.nerve.ask_history(room.id)]
        room.hear_history(message for message in told[: bounds.HISTORY] if message is not None)

    # -- what goes out ------------------------------------------------------------------------------------------

    def send_trade(self, room: Room) -> None:
        """Send what is due of the trade: one frame for all."""
        frame = room.next_trade_frame(time.monotonic())
        if frame is None:
            return
        last = room.last
        for socket in room.sockets:
            socket.offer(frame, trade=True)
            if not socket.behind:
                socket.last = last

    def _welcome(self, room: Room, socket: Socket) -> str:
        standing = self._standing(room, socket)
        socket.talks = bool(standing["may_talk"])
        return welcome_frame(
            room=str(room.id),
            viewers=room.viewers(time.monotonic()),
            last=room.last,
            name=socket.entry.name,
            role=socket.entry.role,
            standing=standing,
            rules=room.guard.rules.told(),
            talk=room.recent(),
            deleted=room.gone(),
            likes=room.likes,
            caption=room.caption,
        )

    def _standing(self, room: Room, socket: Socket) -> dict[str, Any]:
        """Whether a viewer may talk, and if not, why, in its language."""
        if not room.may_talk():
            return {"may_talk": False}
        refused = room.guard.standing(socket.entry, time.time())
        if refused is None:
            return {"may_talk": True}
        code, text, url = worded(REFUSED_TALK[refused.code](**refused.facts), socket.entry.language, room)
        return {"may_talk": False, "code": code, "text": text, **({"url": url} if url else {})}

    def greet_again(self, room: Room, sockets: Iterable[Socket]) -> None:
        """Tell those who joined or left the crew as whom they are here now."""
        for socket in sockets:
            socket.offer(self._welcome(room, socket))

    def tell_standings(self, room: Room) -> None:
        """Tell those who may talk now and could not before, or the other way round."""
        for socket in room.sockets:
            may = room.may_talk() and room.guard.standing(socket.entry, time.time()) is None
            if may is not socket.talks:
                socket.talks = may
                socket.offer(standing_frame(self._standing(room, socket)))

    def refuse(self, room: Room, socket: Socket, refusal: Refusal, key: str = "") -> None:
        """Say no in the viewer's language; under the key of an ask it is the answer that the page waits for."""
        code, text, url = worded(refusal, socket.entry.language, room)
        (socket.answer if key else socket.offer)(refused_frame(code, text, key, url))

    def refuse_talk(self, room: Room, socket: Socket, refused: TalkRefused) -> None:
        """Say no to a message."""
        self.refuse(room, socket, REFUSED_TALK[refused.code](**refused.facts))

    # -- what other processes tell ----------------------------------------------------------------------------

    def _hear(self, room_id: UUID, topic: str, told: Any) -> None:
        """Take a murmur or hint about a room; anything strange is left out."""
        room = self.rooms.get(room_id)
        if room is None or not isinstance(told, dict) or told.get("p") == self.process:
            return
        if topic == "trade":
            items = told.get("items")
            if isinstance(items, list) and room.follows(items):
                room.hear_trade(items)
                self.send_trade(room)
            else:
                self.errand(self.loops.look())
        elif hear(room, topic, told, time.monotonic()):
            self.tell_standings(room)
            self.errand(self.loops.look())

    def _remember(self, room_id: UUID) -> list[Mapping[str, Any]] | None:
        room = self.rooms.get(room_id)
        return room.history() if room is not None else None


def worded(refusal: Refusal, language: str, room: Room) -> tuple[str, str, str]:
    """Code, text and where to go on, in a language."""
    with translation.override(language):
        said = say_refusal(refusal)
    url = f"/rooms/{room.id}/standing/" if refusal.code in APPEALED else ""
    return refusal.code, f"{said.what} {said.next}".strip(), url


def _add[K](counter: Counter[K], key: K, one: int) -> None:
    """Count one more or less, and forget a key that counts nothing."""
    counter[key] += one
    if counter[key] <= 0:
        del counter[key]
