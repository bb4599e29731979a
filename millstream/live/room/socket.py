"""One viewer's socket, whatever serves it: takes ready frames, never waits, costs nobody else anything when slow."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from millstream.live.room.admission import Entry
from millstream.live.room.bounds import FLOOD_FRAMES, FLOOD_SECONDS, QUEUED_FRAMES, SLOW_SECONDS

type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CLOSE_NORMAL: Final = 1000
CLOSE_RESTART: Final = 1012
CLOSE_SLOW: Final = 1013
CLOSE_BAD_FRAMES: Final = 1008
CLOSE_TOO_BIG: Final = 1009
CLOSE_OUR_FAULT: Final = 1011
CLOSE_NO_ROOM: Final = 4404
CLOSE_WAIT_SECONDS: Final = 1.0


class Socket(ABC):
    """What a room needs of a viewer's socket. `last` is the trade that it has, or is owed from when `behind`."""

    answers_pings = False
    __slots__ = (
        *("bad_frames", "behind", "closing", "entry", "greeted", "heard_at", "last", "spoke", "talks"),
        *("_frames_heard", "_frames_since"),
    )

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.last = 0
        self.greeted = False
        self.behind = False
        self.bad_frames = 0
        self.closing: int | None = None
        self.heard_at = time.monotonic()
        self.spoke = False
        self.talks: bool | None = None
        self._frames_heard = 0
        self._frames_since = self.heard_at

    def hear(self, at: float) -> None:
        """Note a frame of any kind; more of them than any page sends close the socket."""
        self.heard_at = at
        if at - self._frames_since > FLOOD_SECONDS:
            self._frames_heard, self._frames_since = 0, at
        self._frames_heard += 1
        if self._frames_heard > FLOOD_FRAMES:
            self.close(CLOSE_BAD_FRAMES)

    @abstractmethod
    def offer(self, frame: str, *, trade: bool = False) -> None:
        """Send a frame soon; a viewer who does not keep up misses talk and is owed trade (`behind`)."""

    @abstractmethod
    def answer(self, frame: str) -> None:
        """Send what the viewer asked for; never skipped. Whoever lets too much of it pile up is closed (`CLOSE_SLOW`).

        A page that was closed comes back and asks again under the same key, so every ask has its answer.
        """

    @abstractmethod
    def is_drained(self) -> bool:
        """Whether everything offered was written."""

    @abstractmethod
    def is_stuck(self, at: float) -> bool:
        """Whether the viewer has not read for too long; `at` is on the monotonic clock."""

    @abstractmethod
    def close(self, code: int) -> None:
        """Let the socket end soon, with this code; the first code stays."""

    def ping(self, at: float) -> None:  # noqa: B027 - a server that cannot ask does not
        """Ask whether the viewer is still there, where the server can."""


class QueuedSocket(Socket):
    """A socket of an ASGI server: queues frames and writes them one after the other."""

    __slots__ = ("_frames", "_send", "_wake", "_writing_since", "ended")

    def __init__(self, entry: Entry, send: Send) -> None:
        super().__init__(entry)
        self.ended = asyncio.Event()
        self._send = send
        self._frames: deque[str] = deque()
        self._wake = asyncio.Event()
        self._writing_since: float | None = None

    def offer(self, frame: str, *, trade: bool = False) -> None:
        """Queue a frame; when the queue is full, talk is skipped and trade is owed until the queue is empty."""
        if len(self._frames) >= QUEUED_FRAMES:
            self.behind = self.behind or trade
            return
        self._queue(frame)

    def answer(self, frame: str) -> None:
        """Queue a frame even when the queue is full, unless it has as many again."""
        if len(self._frames) >= 2 * QUEUED_FRAMES:
            self.close(CLOSE_SLOW)
        else:
            self._queue(frame)

    def _queue(self, frame: str) -> None:
        self._frames.append(frame)
        self._wake.set()

    def is_drained(self) -> bool:
        """Whether everything offered was written."""
        return not self._frames and self._writing_since is None

    def is_stuck(self, at: float) -> bool:
        """Whether one frame has been waiting for the network for too long."""
        return self._writing_since is not None and at - self._writing_since > SLOW_SECONDS

    def close(self, code: int) -> None:
        """Let the socket end soon, with this code; the first code stays."""
        if self.closing is None:
            self.closing = code
        self.ended.set()

    async def write(self) -> None:
        """Write frames as they come, until cancelled; a dead connection ends the socket."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._frames:
                    self._writing_since = time.monotonic()
                    await self._send({"type": "websocket.send", "text": str(self._frames.popleft())})
                    self._writing_since = None
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - each server says in its own way that the peer is gone
            # There is nobody left to tell.
            self.close(CLOSE_NORMAL)

    async def say_goodbye(self) -> None:
        """Send the close frame if the peer still takes it."""
        try:
            await asyncio.wait_for(
                self._send({"type": "websocket.close", "code": self.closing or CLOSE_NORMAL}), CLOSE_WAIT_SECONDS
            )
        except Exception:  # noqa: BLE001 - each server says in its own way that the peer is gone
            return
