"""A cut by copying packets: nothing is encoded again, so it costs what reading the bytes costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from millstream.media.cutter.snapping import snap
from millstream.media.cutter.source import TICKS_PER_MS, Clock, Stretch
from millstream.media.plane.samples import TICKS_PER_SECOND

PROGRESS_EVERY_PACKETS = 2_000
ROUNDING_TICKS = 45
NO_TIME = -(2**62)

type Tell = Callable[[int], None]
type Packet = Any


class NothingThere(Exception):
    """The stretch has no picture that a cut could begin with."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut: wall times of its first and behind its last picture, its length and its picture's size."""

    starts_at_ms: float
    ends_at_ms: float
    duration_ms: int
    width: int
    height: int


def copy_cut(
    stretch: Stretch, out: Path, *, from_ms: float, to_ms: float, most_ms: float | None, tell: Tell, whole: bool = False
) -> Cut:
    """Copy the packets of a window into a faststart MP4 of its own that begins at zero with a key frame.

    `whole` takes everything from the first key frame to the end of the stretch.
    """
    clock = stretch.clock()
    start_ticks, end_ticks = _bounds(stretch, clock, from_ms, to_ms, most_ms, whole=whole)
    base = clock.joined(start_ticks)
    last = base
    with stretch.reader() as reader, av.open(reader, "r", format="mp4") as source:
        sent = source.streams.video[0]
        with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
            tracks: dict[int, Any] = {sent.index: target.add_stream_from_template(sent)}
            for sound in source.streams.audio[:1]:
                tracks[sound.index] = target.add_stream_from_template(sound)
            reached: dict[int, int] = {}
            span = max(1.0, min(end_ticks, clock.end_ticks) - start_ticks)
            for number, packet in enumerate(_packets(source, tracks, start_ticks, end_ticks, sent.index)):
                end = _move(packet, clock, base)
                if packet.pts < 0 or packet.dts <= reached.get(packet.stream_index, NO_TIME):
                    continue  # sound from before the first picture, or told twice where the recorder went on
                reached[packet.stream_index] = packet.dts
                packet.stream = tracks[packet.stream_index]
                last = max(last, end)
                target.mux(packet)
                if number % PROGRESS_EVERY_PACKETS == 0:
                    tell(min(999, int((last - base) * 1000 / span)))
        width, height = sent.width, sent.height
    starts_at, ends_at = clock.wall_ms(start_ticks), clock.wall_ms(min(end_ticks, clock.end_ticks))
    return Cut(starts_at, ends_at, round((last - base) / TICKS_PER_MS), width, height)


def _bounds(
    stretch: Stretch, clock: Clock, from_ms: float, to_ms: float, most_ms: float | None, *, whole: bool
) -> tuple[float, float]:
    """From which picture to before which one, in media ticks."""
    with stretch.reader() as reader, av.open(reader, "r", format="mp4") as source:
        if not source.streams.video:
            raise NothingThere
        keys = _first_key(source) if whole else [_ticks(packet, packet.pts) for packet in _keys(source)]
    if not keys:
        raise NothingThere
    if whole:
        return keys[0], float(clock.end_ticks + TICKS_PER_SECOND)
    walls = [clock.wall_ms(key) for key in keys]
    end_wall = clock.wall_ms(clock.end_ticks)
    start_ms, end_ms = snap(walls, from_ms, to_ms, end_ms=end_wall, most_ms=most_ms)
    start = keys[walls.index(start_ms)]
    if end_ms in walls:
        return start, keys[walls.index(end_ms)]
    return start, clock.ticks(end_ms) if end_ms < end_wall else float(clock.end_ticks + TICKS_PER_SECOND)


def _keys(source: Any) -> Iterator[Packet]:
    for packet in source.demux(source.streams.video[0]):
        if packet.is_keyframe and packet.pts is not None:
            yield packet


def _first_key(source: Any) -> list[float]:
    for packet in _keys(source):
        return [_ticks(packet, packet.pts)]
    return []


def _ticks(packet: Packet, value: int) -> float:
    return float(value * packet.time_base * TICKS_PER_SECOND)


def _packets(
    source: Any, tracks: Mapping[int, Any], start_ticks: float, end_ticks: float, picture: int
) -> Iterator[Packet]:
    """The packets of the cut: pictures from its key frame to before its end, and the sound of that time."""
    begun = over = False
    for packet in source.demux([stream for stream in source.streams if stream.index in tracks]):
        if packet.dts is None or packet.pts is None:
            continue
        shown = _ticks(packet, packet.pts)
        if packet.stream_index != picture:
            if start_ticks <= shown < end_ticks:
                yield packet
            continue
        begun = begun or (packet.is_keyframe and shown >= start_ticks - ROUNDING_TICKS)
        reached = packet.is_keyframe and shown >= end_ticks - ROUNDING_TICKS
        over = over or reached or _ticks(packet, packet.dts) >= end_ticks
        if begun and not over:
            yield packet


def _move(packet: Packet, clock: Clock, base: float) -> float:
    """Put a packet on the clip's clock; returns where it ends on the recording's."""
    assert packet.dts is not None
    assert packet.pts is not None
    ticks = _ticks(packet, packet.dts)
    off = round(_seconds(clock.lost(ticks) + base) / packet.time_base)
    end = clock.joined(_ticks(packet, packet.pts + (packet.duration or 0)))
    packet.pts -= off
    packet.dts -= off
    return end


def _seconds(ticks: float) -> Fraction:
    """Ticks as exact seconds."""
    return Fraction(round(ticks), TICKS_PER_SECOND)
