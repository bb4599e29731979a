"""The live window of one stream: the newest segments in memory, and those who wait for the next part."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from millstream.media.plane.packager import Init, Part, Segment
from millstream.media.plane.playlist import LOW_LATENCY, PLAIN, ListedSegment, Listing, following_part, live_playlist
from millstream.media.plane.sound import sound_init, sound_of

LISTED_SEGMENTS = 8
KEPT_SEGMENTS = 14
KEPT_INITS = 8
KEPT_SOUNDS = 400


class Bell:
    """Wakes all who wait, at once; the number of sleepers is bounded by who calls."""

    def __init__(self) -> None:
        self._sleepers: set[asyncio.Future[bool]] = set()

    def __len__(self) -> int:
        return len(self._sleepers)

    def ring(self) -> None:
        """Wake everyone who waits now."""
        sleepers, self._sleepers = self._sleepers, set()
        for sleeper in sleepers:
            _settle(sleeper, True)

    async def wait(self, seconds: float) -> bool:
        """Sleep until the next ring, True, or until the time is over, False."""
        loop = asyncio.get_running_loop()
        sleeper: asyncio.Future[bool] = loop.create_future()
        self._sleepers.add(sleeper)
        timer = loop.call_later(seconds, _settle, sleeper, False)
        try:
            return await sleeper
        finally:
            timer.cancel()
            self._sleepers.discard(sleeper)


def _settle(sleeper: asyncio.Future[bool], rung: bool) -> None:  # noqa: FBT001 - call_later hands it over so
    if not sleeper.done():
        sleeper.set_result(rung)


class LiveWindow:
    """Segments, their init segments and the playlist; the playlist's bytes are made once per part."""

    def __init__(self) -> None:
        self.bell = Bell()
        self.discontinuity_sequence = 0
        self.ended = False
        self._kept: deque[ListedSegment] = deque()
        self._listed_from = 0
        self._inits: dict[int, Init] = {}
        self._texts: dict[str, bytes] = {}
        self._sounds: dict[tuple[int, int], bytes] = {}
        self._listings = {
            "index": LOW_LATENCY,
            "plain": PLAIN,
            "audio": Listing(prefix="audio-", silent=lambda part: not self._sound(part)),
        }

    @property
    def newest(self) -> Segment | None:
        """The segment that grows, or the last closed one."""
        return self._kept[-1].segment if self._kept else None

    @property
    def playable(self) -> bool:
        """True from the first whole segment on."""
        return bool(self._kept) and self._kept[0].segment.closed

    @property
    def listed(self) -> list[ListedSegment]:
        """What the playlist shows."""
        return list(self._kept)[self._listed_from :]

    def restore(self, kept: Iterable[ListedSegment], discontinuity_sequence: int) -> None:
        """Take up the closed segments that a recording still holds, after a restart of the process."""
        assert not self._kept
        self.discontinuity_sequence = discontinuity_sequence
        for entry in kept:
            assert entry.segment.closed
            self._keep(entry)
        self.changed()

    def add_part(self, segment: Segment, starts_at_ms: int) -> None:
        """Show a part that was just added to the segment."""
        if self.newest is not segment:
            self._keep(ListedSegment(segment, starts_at_ms))
        self.changed()

    def _keep(self, entry: ListedSegment) -> None:
        self._kept.append(entry)
        self._inits[entry.segment.init.number] = entry.segment.init
        while len(self._inits) > KEPT_INITS:
            del self._inits[min(self._inits)]
        if len(self._kept) - self._listed_from > LISTED_SEGMENTS:
            self._listed_from += 1
            # The tag before the first listed segment is not shown; it is counted when that segment leaves or leads.
            if self._kept[self._listed_from].segment.discontinuity:
                self.discontinuity_sequence += 1
        while len(self._kept) > KEPT_SEGMENTS:
            self._kept.popleft()
            self._listed_from -= 1

    def changed(self) -> None:
        """Forget the playlist's bytes and wake everyone."""
        self._texts.clear()
        self.bell.ring()

    def end(self) -> None:
        """Close the playlist."""
        self.ended = True
        self.changed()

    def reopen(self) -> None:
        """A publisher came back after the end."""
        self.ended = False
        self.changed()

    def playlist(self, name: str = "index") -> bytes | None:
        """The playlist of that name now, or None while there is no part; made once for all who ask."""
        if name not in self._texts and self._kept:
            text = live_playlist(
                self.listed,
                discontinuity_sequence=self.discontinuity_sequence,
                ended=self.ended,
                listing=self._listings[name],
            )
            self._texts[name] = text.encode()
        return self._texts.get(name)

    @property
    def has_sound(self) -> bool:
        """True when some listed segment carries a sound track."""
        return any(entry.segment.init.tracks.audio is not None for entry in self.listed)

    def sound_init(self, number: int) -> bytes | None:
        """The init segment of the sound alone; of a picture without sound, that of the nearest sound."""
        known = [self._inits[key] for key in sorted(self._inits, key=lambda key: abs(key - number))]
        found = (sound_init(init.data) for init in known if init.tracks.audio is not None)
        return next(found, None) if number in self._inits else None

    def sound_part(self, sequence: int, index: int) -> bytes | None:
        """The sound of a part that is still kept; None when there is none in it."""
        part = self.part(sequence, index)
        return (self._sound(part) or None) if part is not None else None

    def sound_segment(self, sequence: int) -> bytes | None:
        """The sound of a closed segment; None when there is none in it."""
        segment = self.segment(sequence)
        if segment is None or not segment.closed:
            return None
        return b"".join(self._sound(part) for part in segment.parts) or None

    def _sound(self, part: Part) -> bytes:
        place = (part.sequence, part.index)
        if place not in self._sounds:
            self._sounds[place] = sound_of(part.data)
            while len(self._sounds) > KEPT_SOUNDS:
                del self._sounds[next(iter(self._sounds))]
        return self._sounds[place]

    def following(self) -> tuple[int, int] | None:
        """Number of the part that comes next, None before the first part."""
        return following_part(self.newest) if self.newest is not None else None

    def has(self, sequence: int, index: int | None) -> bool:
        """True when that part (or for None the whole segment) is there or past."""
        following = self.following()
        if following is None:
            return False
        if index is None:
            return following[0] > sequence
        return following > (sequence, index) or following[0] > sequence

    def init(self, number: int) -> Init | None:
        """An init segment that is still in use."""
        return self._inits.get(number)

    def segment(self, sequence: int) -> Segment | None:
        """A segment that is still kept."""
        if not self._kept:
            return None
        place = sequence - self._kept[0].segment.sequence
        if 0 <= place < len(self._kept) and self._kept[place].segment.sequence == sequence:
            return self._kept[place].segment
        return next((entry.segment for entry in self._kept if entry.segment.sequence == sequence), None)

    def part(self, sequence: int, index: int) -> Part | None:
        """A part that is still kept."""
        segment = self.segment(sequence)
        return segment.parts[index] if segment is not None and index < len(segment.parts) else None

    async def until(self, there: Callable[[], bool], seconds: float) -> bool:
        """Wait until the condition holds, checked at every change; False when the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not there():
            left = deadline - loop.time()
            if left <= 0 or not await self.bell.wait(left):
                return there()
        return True
