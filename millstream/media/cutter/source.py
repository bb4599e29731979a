"""The stretch of a recording that a window of wall time means, read as if it were a file of its own."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from millstream.media.cutter.snapping import lost_time
from millstream.media.plane.recording import ScannedFile, ScannedSegment, scan
from millstream.media.plane.samples import TICKS_PER_SECOND

TICKS_PER_MS = TICKS_PER_SECOND // 1000
LONGEST_HOLE_TICKS = TICKS_PER_SECOND
LEAST_OVERLAP_MS = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some segments of one recording file, and their clocks: media ticks to wall time and to time without holes."""

    path: Path
    init_length: int
    segments: tuple[ScannedSegment, ...]

    def reader(self) -> io.BufferedReader:
        """The init segment and the bytes of the stretch as one file."""
        first, last = self.segments[0], self.segments[-1]
        ranges = ((0, self.init_length), (first.offset, last.offset + last.length - first.offset))
        return io.BufferedReader(_Ranges(self.path, ranges), buffer_size=1 << 18)

    def clock(self) -> Clock:
        """The clock of the stretch."""
        spans = [(segment.parts[0].starts_ticks, segment.parts[-1].ends_ticks) for segment in self.segments]
        walls = [float(segment.marker.starts_at_ms) for segment in self.segments]
        ends = [spans[0][0], *(end for _, end in spans[:-1])]
        borders = [start - max(0, start - end) / 2 for (start, _), end in zip(spans, ends, strict=True)]
        return Clock([start for start, _ in spans], borders, lost_time(spans, LONGEST_HOLE_TICKS), walls, spans[-1][1])


@dataclass(frozen=True, slots=True)
class Clock:
    """Turns media ticks of a file into wall milliseconds and into ticks without holes.

    Sound may begin a little before the pictures of its segment, so the border between two lies in the hole's middle.
    """

    starts: Sequence[int]
    borders: Sequence[float]
    shifts: Sequence[int]
    walls_ms: Sequence[float]
    end_ticks: int

    def _place(self, ticks: float) -> int:
        return max(0, bisect_right(self.borders, ticks) - 1)

    def wall_ms(self, ticks: float) -> float:
        """When the picture of these ticks was taken, in milliseconds since 1970."""
        place = self._place(ticks)
        return self.walls_ms[place] + (ticks - self.starts[place]) / TICKS_PER_MS

    def ticks(self, wall_ms: float) -> float:
        """The ticks of the picture that was taken at a moment."""
        place = max(0, bisect_right(self.walls_ms, wall_ms) - 1)
        return self.starts[place] + (wall_ms - self.walls_ms[place]) * TICKS_PER_MS

    def lost(self, ticks: float) -> int:
        """How many ticks are missing before these."""
        return self.shifts[self._place(ticks)]

    def joined(self, ticks: float) -> float:
        """The ticks on a clock on which nothing is missing."""
        return ticks - self.lost(ticks)


class _Ranges(io.RawIOBase):
    """Ranges of a file, one after the other, as one file."""

    def __init__(self, path: Path, ranges: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._ranges = ranges
        self._size = sum(length for _, length in ranges)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed says any buffer
        place = self._position
        for start, length in self._ranges:
            if place < length:
                self._file.seek(start + place)
                piece = self._file.read(min(len(buffer), length - place))
                buffer[: len(piece)] = piece
                self._position += len(piece)
                return len(piece)
            place -= length
        return 0

    def close(self) -> None:
        self._file.close()
        super().close()


def stretches(folder: Path, from_ms: float, to_ms: float) -> list[Stretch]:
    """What was recorded between two moments, one stretch per file, in order; a second of a file does not count.

    A stretch begins with a segment that starts with a key frame, so it may begin earlier than asked.
    """
    found = []
    for path in sorted(folder.glob("rec-*.mp4")):
        try:
            scanned = scan(path)
        except ValueError:
            continue  # not a recording of ours, or nothing in it yet
        stretch = _stretch(path, scanned, from_ms, to_ms)
        if stretch is not None:
            found.append(stretch)
    longest = max((_overlap_ms(stretch.segments, from_ms, to_ms) for stretch in found), default=0)
    least = min(longest, LEAST_OVERLAP_MS)
    return [stretch for stretch in found if _overlap_ms(stretch.segments, from_ms, to_ms) >= least]


def _stretch(path: Path, scanned: ScannedFile, from_ms: float, to_ms: float) -> Stretch | None:
    places = [
        place
        for place, segment in enumerate(scanned.segments)
        if segment.marker.starts_at_ms < to_ms and _ends_at_ms(segment) > from_ms
    ]
    if not places:
        return None
    # One more at the end: there is the key frame before which the cut stops, and the last of the sound.
    first, last = places[0], min(places[-1] + 1, len(scanned.segments) - 1)
    while first > 0 and not scanned.segments[first].marker.independent:
        first -= 1
    return Stretch(path, scanned.init_length, tuple(scanned.segments[first : last + 1]))


def _ends_at_ms(segment: ScannedSegment) -> float:
    span = segment.parts[-1].ends_ticks - segment.parts[0].starts_ticks
    return segment.marker.starts_at_ms + span / TICKS_PER_MS


def _overlap_ms(segments: Sequence[ScannedSegment], from_ms: float, to_ms: float) -> float:
    return sum(
        max(0.0, min(_ends_at_ms(segment), to_ms) - max(segment.marker.starts_at_ms, from_ms)) for segment in segments
    )


def recorded_until_ms(folder: Path) -> float | None:
    """Up to which moment the newest file of a recording goes; None when nothing is recorded."""
    ends = []
    for path in sorted(folder.glob("rec-*.mp4")):
        try:
            ends += [_ends_at_ms(segment) for segment in scan(path).segments[-1:]]
        except ValueError:
            continue
    return max(ends, default=None)
