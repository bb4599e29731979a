"""Real recordings, as the recorder writes them: real pictures and sound through the plane's packager."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av

from millstream.media.plane import boxes
from millstream.media.plane.aac import read_asc
from millstream.media.plane.h264 import read_avcc
from millstream.media.plane.packager import Packager, Part, Segment
from millstream.media.plane.samples import TICKS_PER_SECOND, Sample, Track, Tracks

AT_MS = 1_795_000_000_000


@dataclass(frozen=True, slots=True)
class Shot:
    """Real samples of a file, with their tracks."""

    tracks: Tracks
    samples: list[Sample]


def shot(source: Path) -> Shot:
    """The samples of a video file, as a publisher sends them."""
    samples: list[Sample] = []
    with av.open(str(source)) as container:
        video, audio = container.streams.video[0], next(iter(container.streams.audio), None)
        tracks = Tracks(
            read_avcc(bytes(video.codec_context.extradata or b"")),
            read_asc(bytes(audio.codec_context.extradata or b"")) if audio is not None else None,
        )
        for packet in container.demux(video, *container.streams.audio[:1]):
            sample = _sample(packet, is_video=packet.stream == video)
            if sample is not None:
                samples.append(sample)
    first = min(sample.dts_ticks for sample in samples)
    moved = [replace(sample, dts_ticks=sample.dts_ticks - first) for sample in samples]
    return Shot(tracks, sorted(moved, key=lambda sample: sample.dts_ticks))


def _sample(packet: Any, *, is_video: bool) -> Sample | None:
    if packet.dts is None or packet.pts is None or not packet.size:
        return None
    dts = round(packet.dts * packet.time_base * TICKS_PER_SECOND)
    shown = round(packet.pts * packet.time_base * TICKS_PER_SECOND)
    track = Track.VIDEO if is_video else Track.AUDIO
    return Sample(track, dts, shown - dts if is_video else 0, packet.is_keyframe or not is_video, bytes(packet))


@dataclass
class Recorded:
    """A folder with recording files, and where their segments lie."""

    folder: Path
    segments: list[tuple[str, Segment, int, int]]
    ends_at_ms: int


def record(folder: Path, shots: list[Shot], *, at_ms: int = AT_MS, hole_ms: int = 0, gap_ms: int = 0) -> Recorded:
    """Record shots one after the other, a file each where the tracks differ.

    Between shots `gap_ms` pass on the wall that are not in the media (a redial), and `hole_ms` that are in both (a
    recorder that paused).
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed: list[Segment] = []
    packager = Packager(lambda segment, _part: _note(listed, segment, _part), lambda _segment: None)
    walls: dict[int, int] = {}
    wall, start, tracks = at_ms, 0, None
    for taken in shots:
        if tracks is None or not tracks.same_decoder(taken.tracks):
            packager.begin(taken.tracks)
            tracks = taken.tracks
        before = len(listed)
        for sample in taken.samples:
            moved = Sample(sample.track, sample.dts_ticks + start, sample.cts_ticks, sample.key, sample.data)
            packager.push(moved)
        packager.flush()
        base = start
        for segment in listed[before:]:
            walls[segment.sequence] = wall + round((_start_of(segment) - base) * 1000 / TICKS_PER_SECOND)
        wall += round((packager.end_ticks - base) * 1000 / TICKS_PER_SECOND) + gap_ms + hole_ms
        start = packager.end_ticks + hole_ms * TICKS_PER_SECOND // 1000
    return Recorded(folder, _write(folder, listed, walls), wall)


def _note(listed: list[Segment], segment: Segment, _part: Part) -> None:
    if segment not in listed:
        listed.append(segment)


def _start_of(segment: Segment) -> int:
    return segment.start_ticks


def _write(folder: Path, listed: list[Segment], walls: dict[int, int]) -> list[tuple[str, Segment, int, int]]:
    written = []
    files: dict[str, bytearray] = {}
    for segment in listed:
        name = f"rec-{segment.init.number:06d}.mp4"
        data = files.setdefault(name, bytearray(segment.init.data))
        marker = boxes.SegmentMarker(segment.sequence, walls[segment.sequence], 0, segment.independent)
        data += boxes.write_marker(marker)
        written.append((name, segment, len(data), walls[segment.sequence]))
        data += b"".join(part.data for part in segment.parts)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return written
