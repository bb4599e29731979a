"""What viewers say and like in this process: checked, shown, told to the other processes, and kept."""

import asyncio
import logging
import re
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from millstream.kernel.ids import new_id
from millstream.live.room import bounds
from millstream.live.room.guard import STAFF, TalkRefused
from millstream.live.room.nerve import Nerve
from millstream.live.room.pace import Pace
from millstream.live.room.rows import Rows, RowsAway
from millstream.live.room.socket import Socket
from millstream.live.room.state import Room
from millstream.live.room.wire import Message, Say, is_too_long

log = logging.getLogger(__name__)

_MENTION: Final = re.compile(r"#(\d{1,3})(?!\w)")

type Errand = Callable[[Coroutine[Any, Any, None]], None]


def mentions_in(text: str, places: Sequence[str]) -> list[str]:
    """The variants that `#n` in a text means: the n-th of the rundown; unknown numbers mean nothing."""
    numbers = dict.fromkeys(int(found) for found in _MENTION.findall(text))
    named = [places[number - 1] for number in numbers if 0 < number <= len(places)]
    return named[: bounds.MOST_MENTIONS]


class Speech:
    """The talk of all rooms of this process."""

    def __init__(self, process: str, rows: Rows, nerve: Nerve, errand: Errand) -> None:
        self._process = process
        self._rows = rows
        self._nerve = nerve
        self._errand = errand
        self._unsaved: deque[tuple[Room, Message]] = deque(maxlen=bounds.UNSAVED_MESSAGES)
        self._liked: dict[UUID, int] = {}
        self._saving = asyncio.Lock()
        self._pace = Pace()

    def say(self, room: Room, socket: Socket, said: Say) -> None:
        """Take what a viewer says, for this process and the others; raises `TalkRefused`."""
        entry, text, at = socket.entry, said.text, time.monotonic()
        visitor = str(entry.visitor)
        if is_too_long(text):
            raise TalkRefused("live.too_long", most=bounds.LONGEST_TALK)
        if not room.may_talk():
            raise TalkRefused("live.talk_closed")
        refused = room.guard.standing(entry, time.time())
        if refused is not None:  # before the pace: whoever may not talk hears why, not that they talk too fast
            raise refused
        wait = self._pace.say(visitor, entry.network, role=entry.role, verified=entry.verified)
        if wait:
            raise TalkRefused("live.too_fast", retry_after=wait)
        room.guard.check(entry, text, at, time.time())
        if room.repeats(visitor, text, at):
            raise TalkRefused("live.repeated")
        message = {
            "id": str(new_id()),
            "visitor": visitor,
            "name": entry.name,
            "role": entry.role,
            "text": text,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            # An answer to a line that is gone is an ordinary line.
            "reply": said.reply if said.reply and room.message(said.reply) else "",
            "mentions": mentions_in(text, room.places),
            "actor": str(entry.actor or ""),
            "network": entry.mark if entry.role not in STAFF else "",
        }
        room.hear_message(message)
        if room.show is not None:
            self._unsaved.append((room, message))
        self._errand(self._nerve.tell(room.id, "talk", {"p": self._process, "message": message}))

    def like(self, room: Room, socket: Socket) -> None:
        """Count a like; too many are left out without a word."""
        if self._pace.like(str(socket.entry.visitor), socket.entry.network):
            room.likes += 1
            room.likes_here += 1

    def tell_likes(self, room: Room) -> None:
        """Tell the other processes what was liked here since the last tick, and keep it."""
        if not room.likes_here:
            return
        self._errand(self._nerve.tell(room.id, "likes", {"p": self._process, "likes": room.likes_here}))
        if room.show is not None:
            self._liked[room.show] = self._liked.get(room.show, 0) + room.likes_here
        room.likes_here = 0

    async def save(self) -> None:
        """Keep what was said and liked; what cannot be kept now waits, and the oldest of too much is dropped.

        Whoever stops waiting for it stops nothing: what was taken out to be kept is kept, also when a server ends.
        """
        await asyncio.shield(self._save())

    async def _save(self) -> None:
        async with self._saving:
            await self._save_what_waits()

    async def _save_what_waits(self) -> None:
        unsaved = list(self._unsaved)
        messages = [
            (room.show, message)
            for room, message in unsaved
            if room.show is not None and not room.is_gone(message["id"])
        ]
        likes, self._liked = self._liked, {}
        self._unsaved.clear()
        if not messages and not likes:
            return
        try:
            await self._rows.save(messages, likes)
        except RowsAway:
            self._unsaved.extendleft(reversed(unsaved))
            for show, count in likes.items():
                self._liked[show] = self._liked.get(show, 0) + count
        except Exception:
            log.exception("%d messages of talk were not kept", len(messages))
