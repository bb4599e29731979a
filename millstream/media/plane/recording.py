# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""A recording on disk: scanned back from the file itself, so that a killed process loses nothing it wrote."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from pathlib import Path

from millstream.media.plane import boxes
from millstream.media.plane.playlist import RecordedSegment
from millstream.media.plane.samples import TICKS_PER_SECOND

MAX_INIT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class ScannedPart:
    """Where one part lies in the file and what it says of itself."""

    offset: int
    length: int
    starts_ticks: int
    ends_ticks: int
    tail_ticks: int
    independent: bool


@dataclass(frozen=True, slots=True)
class ScannedSegment:
    """One segment read back: its marker and its whole parts."""

    marker: boxes.SegmentMarker
    offset: int
    parts: list[ScannedPart] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Bytes of all its parts."""
        return sum(part.length for part in self.parts)


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A recording file read back up to its last whole part."""

    name: str
    init_length: int
    whole_length: int
    segments: list[ScannedSegment]

    def recorded(self) -> list[RecordedSegment]:
        """The segments as a replay lists them."""
        listed: list[RecordedSegment] = []
        for segment in self.segments:
            span = segment_ticks(segment)
            listed.append(
                RecordedSegment(
                    file=self.name,
                    init_length=self.init_length,
                    sequence=segment.marker.sequence,
                    offset=segment.offset,
                    length=segment.length,
                    starts_at_ms=segment.marker.starts_at_ms,
                    duration_ms=round(span * 1000 / TICKS_PER_SECOND, 3),
                    key=segment.marker.independent,
                )
            )
        return listed


def segment_ticks(segment: ScannedSegment) -> int:
    """How long the segment is, from its first part's start to its last part's end."""
    return max(segment.parts[-1].ends_ticks - segment.parts[0].starts_ticks, 1)


def scan(path: Path) -> ScannedFile:
    """Read the index of a recording back; a truncated tail is left out. Raises ValueError when it is none of ours."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise ValueError("the recording is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _scan(path.name, data)


def _scan(name: str, data: mmap.mmap) -> ScannedFile:
    segments: list[ScannedSegment] = []
    init_length = whole = 0
    timescales: dict[int, int] = {}
    moof: tuple[int, bytes] | None = None
    pos = 0
    while (found := _next_box(data, pos)) is not None:
        kind, end = found
        if kind == b"moov":
            timescales = _timescales(data[pos:end])
            init_length = whole = end
        elif kind == b"uuid":
            marker = boxes.read_marker(data[pos + 8 : end])
            if marker is not None:
                segments.append(ScannedSegment(marker, end))
        elif kind == b"moof":
            moof = (pos, data[pos:end])
        elif kind == b"mdat" and moof is not None and segments:
            segments[-1].parts.append(_part(moof, end, timescales))
            whole, moof = end, None
        pos = end
    if not init_length:
        raise ValueError("the recording has no init segment")
    return ScannedFile(name, init_length, whole, [segment for segment in segments if segment.parts])


def _next_box(data: mmap.mmap, pos: int) -> tuple[bytes, int] | None:
    size = int.from_bytes(data[pos : pos + 4])
    if pos + 8 > len(data) or size < 8 or pos + size > len(data):
        return None
    return data[pos + 4 : pos + 8], pos + size


def _part(moof: tuple[int, bytes], end: int, timescales: dict[int, int]) -> ScannedPart:
    spans = boxes.read_moof(moof[1])
    if not spans or any(span.track_id not in timescales for span in spans):
        raise ValueError("a fragment of an unknown track")
    lead = min(spans, key=lambda span: span.track_id)
    scale = timescales[lead.track_id]
    start = lead.start * TICKS_PER_SECOND // scale
    stop = (lead.start + lead.duration) * TICKS_PER_SECOND // scale
    tails = [(span.start + span.duration) * TICKS_PER_SECOND // timescales[span.track_id] for span in spans]
    return ScannedPart(moof[0], end - moof[0], start, stop, max(tails), lead.key)


def _timescales(moov: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    for kind, start, end in boxes.walk(moov, 8):
        if kind != b"trak":
            continue
        track_id = scale = 0
        for inner, first, last in boxes.walk(moov, start + 8, end):
            if inner == b"tkhd":
                track_id = int.from_bytes(moov[first + 20 : first + 24])
            elif inner == b"mdia":
                for name, begin, _ in boxes.walk(moov, first + 8, last):
                    if name == b"mdhd":
                        scale = int.from_bytes(moov[begin + 20 : begin + 24])
        found[track_id] = scale or TICKS_PER_SECOND
    return found


def scan_folder(folder: Path) -> list[RecordedSegment]:
    """All segments of a stream's recording, in order; files that are not ours are passed over."""
    listed: list[RecordedSegment] = []
    for path in sorted(folder.glob("rec-*.mp4")):
        try:
            listed += scan(path).recorded()
        except ValueError:
            continue
    return listed
