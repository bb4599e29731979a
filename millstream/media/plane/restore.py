# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""What an earlier process left of a stream: its numbers, its last segments, and where its recording goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import UUID

from millstream.media.plane.aac import read_asc
from millstream.media.plane.h264 import read_avcc
from millstream.media.plane.identity import Playback, StreamId, read_playback
from millstream.media.plane.packager import Init, Part, Segment
from millstream.media.plane.playlist import ListedSegment, RecordedSegment
from millstream.media.plane.recorder import STATE_FILE
from millstream.media.plane.recording import ScannedFile, ScannedSegment, scan
from millstream.media.plane.samples import Tracks
from millstream.media.plane.window import LISTED_SEGMENTS

MAX_STATE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SavedState:
    """The numbers of a stream that must go on rising after a restart."""

    stream: str
    playback: str
    ended: bool
    next_sequence: int
    next_init: int
    discontinuities: int
    end_ticks: int
    source: str
    shard: int = 0

    def to_bytes(self) -> bytes:
        """As stored in the stream's folder."""
        return json.dumps(asdict(self)).encode()


def read_state(folder: Path) -> SavedState | None:
    """The saved state of a stream's folder, None when there is none that can be read."""
    path = folder / STATE_FILE
    try:
        if path.stat().st_size > MAX_STATE_BYTES:
            return None
        state = SavedState(**json.loads(path.read_bytes()))
        UUID(state.stream)
        read_playback(state.playback)
    except (OSError, ValueError, TypeError):
        return None
    return state


@dataclass(frozen=True, slots=True)
class Remains:
    """Everything needed to go on with a stream."""

    stream: StreamId
    playback: Playback
    next_sequence: int
    next_init: int
    discontinuities: int
    end_ticks: int
    kept: list[ListedSegment]
    kept_discontinuities: int
    recorded: list[RecordedSegment]
    file: str | None
    file_length: int
    last_init: Init | None
    source: str
    ended: bool


def read_remains(folder: Path, state: SavedState) -> Remains:
    """Rebuild the live window and the index from the recording's files; blocking, for a thread."""
    files: list[ScannedFile] = []
    for path in sorted(folder.glob("rec-*.mp4")):
        try:
            files.append(scan(path))
        except (OSError, ValueError):
            continue
    recorded = [entry for file in files for entry in file.recorded()]
    newest = recorded[-1].sequence if recorded else -1
    # The show was over, or nothing was recorded at its end: a new window, after a gap that the numbers show.
    apart = Remains(
        stream=StreamId(UUID(state.stream)),
        playback=Playback(state.playback),
        next_sequence=state.next_sequence + 1,
        next_init=max([state.next_init, *(_number(file) + 1 for file in files)]),
        discontinuities=state.discontinuities + 1,
        end_ticks=state.end_ticks,
        kept=[],
        kept_discontinuities=state.discontinuities + 1,
        recorded=recorded,
        file=None,
        file_length=0,
        last_init=None,
        source=state.source,
        ended=state.ended,
    )
    if state.ended or newest < 0 or newest + 1 < state.next_sequence:
        return apart
    return _joined(apart, folder, files)


def _joined(apart: Remains, folder: Path, files: list[ScannedFile]) -> Remains:
    """Go on exactly where the recording stops."""
    kept = _kept(folder, files)
    last = files[-1]
    last_segment = next(file for file in reversed(files) if file.segments).segments[-1]
    return replace(
        apart,
        next_sequence=last_segment.marker.sequence + 1,
        discontinuities=last_segment.marker.discontinuity_sequence,
        end_ticks=max(last_segment.parts[-1].tail_ticks, apart.end_ticks),
        kept=kept,
        kept_discontinuities=_discontinuities(files, kept),
        # A file that holds no segment yet is left behind: the next publisher opens one of its own.
        file=last.name if last.segments else None,
        file_length=last.whole_length,
        last_init=kept[-1].segment.init,
    )


def _number(file: ScannedFile) -> int:
    return int(file.name[4:10])


def _discontinuities(files: list[ScannedFile], kept: list[ListedSegment]) -> int:
    first = kept[0].segment.sequence
    markers = (segment.marker for file in files for segment in file.segments)
    return next(marker.discontinuity_sequence for marker in markers if marker.sequence == first)


def _kept(folder: Path, files: list[ScannedFile]) -> list[ListedSegment]:
    newest = [(file, segment) for file in files for segment in file.segments][-LISTED_SEGMENTS:]
    # Only an unbroken run of numbers may stand in one playlist.
    run = 1
    while run < len(newest) and newest[-run - 1][1].marker.sequence == newest[-run][1].marker.sequence - 1:
        run += 1
    inits: dict[str, Init] = {}
    kept: list[ListedSegment] = []
    before: ScannedSegment | None = None
    for file, scanned in newest[-run:]:
        if file.name not in inits:
            data = _read(folder / file.name, 0, file.init_length)
            inits[file.name] = Init(_number(file), read_init(data), data)
        jumped = before is not None and (before.marker.discontinuity_sequence != scanned.marker.discontinuity_sequence)
        kept.append(_restored(folder / file.name, scanned, inits[file.name], discontinuity=jumped))
        before = scanned
    return kept


def _restored(path: Path, scanned: ScannedSegment, init: Init, *, discontinuity: bool) -> ListedSegment:
    marker = scanned.marker
    parts: list[Part] = []
    starts = [part.starts_ticks for part in scanned.parts[1:]] + [scanned.parts[-1].ends_ticks]
    for index, (part, following) in enumerate(zip(scanned.parts, starts, strict=True)):
        duration = max(following - part.starts_ticks, 1)
        data = _read(path, part.offset, part.length)
        parts.append(Part(marker.sequence, index, duration, part.independent, part.independent, data))
    start = scanned.parts[0].starts_ticks
    segment = Segment(marker.sequence, init, start, discontinuity, marker.independent, parts, closed=True)
    return ListedSegment(segment, marker.starts_at_ms)


def _read(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)


def read_init(data: bytes) -> Tracks:
    """The tracks of one of our own init segments; raises ValueError on anything else."""
    video = audio = None
    at = data.find(b"avcC")
    if at > 4:
        video = read_avcc(data[at + 4 : at - 4 + int.from_bytes(data[at - 4 : at])])
    at = data.find(b"esds")
    if at > 4:
        # Our own esds: 4 bytes of version, 5 of ES descriptor, 2 + 13 of decoder configuration, then tag and length.
        start = at + 8 + 2 + 3 + 2 + 13
        audio = read_asc(data[start + 2 : start + 2 + data[start + 1]])
    if video is None and audio is None:
        raise ValueError("no track in the init segment")
    return Tracks(video, audio)
