"""What all RTMP lines share: who may stand at the door without publishing, who publishes, what was refused and why."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from typing import Protocol

from millstream.media.plane.hub import Gatekeeper, Hub
from millstream.media.plane.refusing import Reason
from millstream.media.plane.rtmp import RtmpSession

CLOSE_SECONDS = 2.0
MAX_IDLE = 256
MAX_IDLE_PER_ADDRESS = 24

log = logging.getLogger("millstream.media.rtmp")


class Line(Protocol):
    """One connection at the door."""

    @property
    def peer(self) -> str:
        """Its address."""

    @property
    def is_deciding(self) -> bool:
        """True while the web process is asked about it."""

    def abort(self, reason: Reason) -> None:
        """Cut it now."""


class RtmpServer:
    """All RTMP connections.

    Lines that publish nothing are bounded, in all and by address. When they are too many the oldest of them that says
    nothing goes, so that a newcomer with a key still gets in while somebody opens lines by the thousand.
    """

    def __init__(self, hub: Hub, gate: Gatekeeper, *, max_publishers: int, keeps_pace: bool = True) -> None:
        self.hub, self.gate, self.max_publishers = hub, gate, max_publishers
        self.keeps_pace = keeps_pace
        self.sessions: set[RtmpSession] = set()
        self.received_bytes = 0
        self.refused: Counter[Reason] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()
        self._idle: dict[Line, None] = {}
        self._boot = secrets.token_hex(4)
        self._numbers = 0

    def __call__(self) -> RtmpSession:
        """A protocol for a new connection."""
        self._numbers += 1
        return RtmpSession(self, f"{self._boot}-{self._numbers}")

    @property
    def publishers(self) -> int:
        """How many lines publish."""
        return sum(1 for session in self.sessions if session.publishes)

    @property
    def idle(self) -> int:
        """How many lines publish nothing."""
        return len(self._idle)

    @property
    def is_full(self) -> bool:
        """True when nobody more may publish here."""
        return self.publishers >= self.max_publishers

    def stand(self, line: Line) -> bool:
        """Let a line stand at the door, if need be in the place of the oldest idle one; False when there is none."""
        beside = [each for each in self._idle if each.peer == line.peer]
        for crowd, most in ((beside, MAX_IDLE_PER_ADDRESS), (list(self._idle), MAX_IDLE)):
            if len(crowd) >= most:
                oldest = next((each for each in crowd if not each.is_deciding), None)
                if oldest is None:
                    self.refused[Reason.FULL] += 1
                    return False
                self.leave(oldest)
                oldest.abort(Reason.FULL)
        self._idle[line] = None
        return True

    def leave(self, line: Line) -> None:
        """The line publishes now, or is gone."""
        self._idle.pop(line, None)

    def spawn(self, task: asyncio.Task[None]) -> None:
        """Keep a task until it is done."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """Close all connections and wait for what they still have to say."""
        for session in list(self.sessions):
            session.abort(Reason.STOPPING)
        for line in list(self._idle):
            line.abort(Reason.STOPPING)
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=CLOSE_SECONDS)
