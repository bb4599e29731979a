"""A window over a change of the picture: decoded and encoded anew, so that it is one file that plays everywhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

import av
import av.filter

from millstream.media.cutter.copying import Cut, NothingThere, Tell
from millstream.media.cutter.heard import Heard
from millstream.media.cutter.source import TICKS_PER_MS, Clock, Stretch
from millstream.media.plane.samples import TICKS_PER_SECOND

PICTURE_RATE = 30
KEY_EVERY_FRAMES = 60
PROGRESS_EVERY_FRAMES = 30
STANDS_TICKS = TICKS_PER_SECOND // PICTURE_RATE
_TICK = Fraction(1, TICKS_PER_SECOND)
_SETTINGS = {"preset": "veryfast", "crf": "23", "profile": "main"}

type Frame = Any


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a stretch gives to the clip: where the window begins on its clock, how long it is, and what it is of."""

    stretch: Stretch
    clock: Clock
    origin: float
    lasts: float
    size: tuple[int, int]
    sounds: bool

    def place(self, ticks: float) -> float:
        """Ticks since the window's beginning in this stretch, without holes."""
        return self.clock.joined(ticks) - self.clock.joined(self.origin)


def join(
    stretches: Sequence[Stretch], out: Path, *, from_ms: float, to_ms: float, most_ms: float | None, tell: Tell
) -> Cut:
    """Encode a window over several files as one faststart MP4 from exactly `from_ms` on; returns what was cut.

    The picture is as large as most of the window was filmed; what was filmed otherwise is fitted into it, whole.
    Sound is one track of 48 kHz, silent where nothing was heard.
    """
    pieces = [piece for each in stretches if (piece := _piece(each, from_ms, to_ms)) is not None]
    if not pieces:
        raise NothingThere
    size = _size(pieces)
    most = min(sum(piece.lasts for piece in pieces), inf if most_ms is None else most_ms * TICKS_PER_MS)
    with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        writer = _Writer(target, size, most, tell, sounds=any(piece.sounds for piece in pieces))
        ends_at_ms = from_ms
        for piece in pieces:
            ends_at_ms = max(ends_at_ms, writer.add(piece, from_ms, to_ms))
        writer.close()
    if not writer.pictures:
        raise NothingThere
    starts_at_ms = max(from_ms, pieces[0].clock.wall_ms(pieces[0].origin))
    return Cut(starts_at_ms, ends_at_ms, round(writer.ends / TICKS_PER_MS), *size)


def _piece(stretch: Stretch, from_ms: float, to_ms: float) -> _Piece | None:
    """The window's part of a stretch; None where it has no picture."""
    with stretch.reader() as reader, av.open(reader, "r", format="mp4") as source:
        if not source.streams.video:
            return None
        sent = source.streams.video[0]
        size, sounds = (sent.width // 2 * 2, sent.height // 2 * 2), bool(source.streams.audio)
    clock = stretch.clock()
    origin, end = _ticks(clock, from_ms), _ticks(clock, to_ms)
    lasts = clock.joined(end) - clock.joined(origin)
    return _Piece(stretch, clock, origin, lasts, size, sounds) if lasts > 0 and min(size) > 0 else None


def _ticks(clock: Clock, wall_ms: float) -> float:
    """The ticks of a moment, where nothing was filmed those of the next picture, within the stretch."""
    place = bisect_right(clock.walls_ms, wall_ms) - 1
    if place < 0:
        return clock.starts[0]
    after = clock.starts[place + 1] if place + 1 < len(clock.starts) else clock.end_ticks
    return min(clock.ticks(wall_ms), after)


def _size(pieces: Sequence[_Piece]) -> tuple[int, int]:
    """The size that most of the window was filmed in; of two alike the earlier one."""
    lasts: dict[tuple[int, int], float] = {}
    for piece in pieces:
        lasts[piece.size] = lasts.get(piece.size, 0) + piece.lasts
    return max(lasts, key=lambda size: lasts[size])


class _Writer:
    """The clip's two tracks, written piece after piece on one clock."""

    def __init__(self, target: Any, size: tuple[int, int], most: float, tell: Tell, *, sounds: bool) -> None:
        self._target, self._size, self._most, self._tell = target, size, most, tell
        self._picture = target.add_stream("libx264", rate=PICTURE_RATE)
        self._picture.width, self._picture.height, self._picture.pix_fmt = *size, "yuv420p"
        context = self._picture.codec_context
        context.thread_count, context.gop_size, context.time_base = 1, KEY_EVERY_FRAMES, _TICK
        context.options = _SETTINGS
        self._heard = Heard(target) if sounds else None
        self._base = 0.0
        self._shown: int | None = None
        self.pictures = 0
        self.ends = 0.0

    def add(self, piece: _Piece, from_ms: float, to_ms: float) -> float:
        """Write the window's part of a stretch; returns until when it goes, by the wall."""
        ends_at_ms, graph, base = from_ms, None, self._base
        for frame in _frames(piece.stretch):
            ticks = float(frame.pts * frame.time_base * TICKS_PER_SECOND)
            at = base + piece.place(ticks)
            wall_ms = piece.clock.wall_ms(ticks)
            if at >= self._most or wall_ms >= to_ms or wall_ms < from_ms:
                continue
            if isinstance(frame, av.AudioFrame):
                if self._heard is not None:
                    self._heard.push(frame, at / TICKS_PER_SECOND)
                continue
            graph = graph or _fitting(frame, self._size)
            lasts = _lasts(frame)
            self._show(graph, frame, at)
            self.ends = max(self.ends, min(at + lasts, self._most))
            ends_at_ms = min(to_ms, wall_ms + lasts / TICKS_PER_MS)
        self._base = max(self._base, self.ends)
        return ends_at_ms

    def _show(self, graph: av.filter.Graph, frame: Frame, at: float) -> None:
        # The first picture stands from the beginning: it comes up to a thirtieth after it.
        ticks = 0 if self._shown is None else round(at)
        if self._shown is not None and ticks <= self._shown:
            return
        self._shown = ticks
        graph.push(frame)
        fitted: Frame = graph.pull()
        fitted.pts, fitted.time_base = ticks, _TICK
        fitted.pict_type = 0  # the encoder decides, not the decoder
        self._target.mux(self._picture.encode(fitted))
        self.pictures += 1
        if self.pictures % PROGRESS_EVERY_FRAMES == 0:
            self._tell(min(999, int(at * 1000 / max(1.0, self._most))))

    def close(self) -> None:
        """Write what the encoders still hold."""
        self._target.mux(self._picture.encode(None))
        if self._heard is not None:
            self._heard.close(self.ends / TICKS_PER_SECOND)


def _frames(stretch: Stretch) -> Iterator[Frame]:
    """Pictures and sounds of a stretch as they are decoded; what cannot be decoded is left out, as players do."""
    with stretch.reader() as reader, av.open(reader, "r", format="mp4") as source:
        for picture in source.streams.video:
            picture.thread_count = 1
        for packet in source.demux([*source.streams.video[:1], *source.streams.audio[:1]]):
            try:
                frames: list[Frame] = list(packet.decode())
            except av.error.InvalidDataError:
                continue
            yield from (frame for frame in frames if frame.pts is not None)


def _lasts(frame: Frame) -> float:
    """How long a picture stands, in ticks."""
    return float(frame.duration * frame.time_base * TICKS_PER_SECOND) if frame.duration else float(STANDS_TICKS)


def _fitting(frame: Frame, size: tuple[int, int]) -> av.filter.Graph:
    """Fits a picture into a size, whole, black around it."""
    graph = av.filter.Graph()
    width, height = size
    steps: list[tuple[str, str]] = [
        ("scale", f"{width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2"),
        ("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
        ("setsar", "1"),
        ("format", "yuv420p"),
    ]
    last: Any = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format.name, time_base=_TICK)
    for name, arguments in steps:
        step = graph.add(name, arguments)
        last.link_to(step)
        last = step
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
