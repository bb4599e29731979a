"""Invented samples: a picture and a sound track with chosen shapes."""

from __future__ import annotations

from collections.abc import Iterator

from millstream.media.plane.aac import read_asc
from millstream.media.plane.h264 import make_avcc, read_avcc
from millstream.media.plane.packager import Packager, Part, Segment
from millstream.media.plane.samples import TICKS_PER_SECOND, AudioConfig, Sample, Track, Tracks, VideoConfig

SPS = bytes.fromhex("6742c00dda05067e7c0440000003004000000f03c50aa8")
PPS = bytes.fromhex("68ce0fc8")


def video_config(level: int = 0x0D) -> VideoConfig:
    """A 320x180 track; another level makes another parameter set."""
    return read_avcc(make_avcc(SPS[:3] + bytes([level]) + SPS[4:], PPS))


def audio_config(asc: str = "1190") -> AudioConfig:
    """48 kHz stereo AAC-LC."""
    return read_asc(bytes.fromhex(asc))


def both() -> Tracks:
    """Picture and sound."""
    return Tracks(video_config(), audio_config())


def nal(size: int = 100, fill: int = 1) -> bytes:
    """One access unit of one NAL unit."""
    return size.to_bytes(4) + bytes([fill]) * size


def pictures(seconds: float, *, fps: int = 30, gop_seconds: float = 1, start: int = 0) -> Iterator[Sample]:
    """Pictures with whole-millisecond times, as RTMP carries them."""
    gop = round(gop_seconds * fps)
    for number in range(round(seconds * fps)):
        at_ms = round(number * 1000 / fps)
        yield Sample(Track.VIDEO, start + at_ms * 90, 0, number % gop == 0, nal())


def sounds(seconds: float, *, start: int = 0, rate_hz: int = 48_000) -> Iterator[Sample]:
    """AAC frames with whole-millisecond times."""
    for number in range(int(seconds * rate_hz / 1024)):
        yield Sample(Track.AUDIO, start + number * 1024 * 1000 // rate_hz * 90, 0, True, b"aac!" * 8)


def together(*tracks: Iterator[Sample]) -> list[Sample]:
    """All samples in the order of their times."""
    return sorted((sample for track in tracks for sample in track), key=lambda sample: sample.dts_ticks)


class Collector:
    """A packager with everything it cut."""

    def __init__(self, tracks: Tracks | None = None) -> None:
        self.parts: list[Part] = []
        self.segments: list[Segment] = []
        self.closed: list[Segment] = []
        self.packager = Packager(self._part, self.closed.append)
        self.packager.begin(tracks or both())

    def _part(self, segment: Segment, part: Part) -> None:
        self.parts.append(part)
        if segment not in self.segments:
            self.segments.append(segment)

    def feed(self, samples: list[Sample]) -> None:
        """Push them all."""
        for sample in samples:
            self.packager.push(sample)

    def seconds(self) -> list[float]:
        """Durations of the closed segments."""
        return [round(segment.duration_ticks / TICKS_PER_SECOND, 3) for segment in self.closed]
