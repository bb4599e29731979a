"""Facts about streams, told as the media plane's events arrive."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class StreamStarted(Fact):
    """A picture arrived: from a publisher (`rtmp`, `whip`) or the drawn `scene`."""

    kind: ClassVar[str] = "media.stream_started"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    owner: UUID
    source: str
    since: datetime


@dataclass(frozen=True, slots=True)
class StreamStalled(Fact):
    """The publisher dropped; the last picture stands and the stream waits for it."""

    kind: ClassVar[str] = "media.stream_stalled"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class StreamResumed(Fact):
    """The picture is back after `gap_ms` milliseconds, on the same timeline."""

    kind: ClassVar[str] = "media.stream_resumed"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    since: datetime
    gap_ms: int


@dataclass(frozen=True, slots=True)
class StreamEnded(Fact):
    """No picture came within the grace time, or the stream was closed."""

    kind: ClassVar[str] = "media.stream_ended"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class BFramesSeen(Fact):
    """The encoder sends B-frames: everybody sees the show later than need be; the host should set none."""

    kind: ClassVar[str] = "media.b_frames_seen"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    owner: UUID
    since: datetime


@dataclass(frozen=True, slots=True)
class GopWarned(Fact):
    """Key frames come `gop_ms` apart: too seldom; the host should set 1 or 2 seconds."""

    kind: ClassVar[str] = "media.gop_warned"
    version: ClassVar[int] = 1
    subject_field: ClassVar[str] = "stream"
    stream: UUID
    owner: UUID
    since: datetime
    gop_ms: int
