"""What flows between an ingest and the packager: track descriptions and timed samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TICKS_PER_SECOND = 90_000
TICKS_PER_MS = 90


class Track(StrEnum):
    """The two tracks a stream may carry."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """An H.264 track: the decoder record as the publisher sent it, and what was read out of it."""

    avcc: bytes
    parameter_sets: tuple[bytes, ...]
    width: int
    height: int
    codec: str

    def same_decoder(self, other: VideoConfig | None) -> bool:
        """True when a decoder set up for one plays the other: equal SPS and PPS."""
        return other is not None and self.parameter_sets == other.parameter_sets


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """An AAC track: the AudioSpecificConfig and what was read out of it."""

    asc: bytes
    rate_hz: int
    channels: int
    frame_samples: int
    codec: str


@dataclass(frozen=True, slots=True)
class Tracks:
    """The tracks of one init segment; at least one is there."""

    video: VideoConfig | None
    audio: AudioConfig | None

    def __post_init__(self) -> None:
        assert self.video is not None or self.audio is not None

    def same_decoder(self, other: Tracks | None) -> bool:
        """True when no new init segment is needed to go on from one to the other."""
        if other is None or (self.video is None) != (other.video is None):
            return False
        if (self.audio is None) != (other.audio is None):
            return False
        if self.video is not None and not self.video.same_decoder(other.video):
            return False
        return self.audio is None or other.audio is None or self.audio.asc == other.audio.asc

    @property
    def codecs(self) -> str:
        """The RFC 6381 string of all tracks, video first."""
        return ",".join(track.codec for track in (self.video, self.audio) if track is not None)


@dataclass(frozen=True, slots=True)
class Sample:
    """One access unit: times in 90 kHz ticks; H.264 data is length-prefixed, AAC data is raw frames."""

    track: Track
    dts_ticks: int
    cts_ticks: int
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class RawSample:
    """One access unit as it came off the wire: the publisher's own 32-bit clock in milliseconds."""

    track: Track
    clock_ms: int
    cts_ms: int
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class PublisherSays:
    """What the publisher's metadata promises: which tracks will come (None: it did not say)."""

    video: bool | None
    audio: bool | None
