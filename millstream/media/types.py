"""Ids and records of streams and recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

StreamId = NewType("StreamId", UUID)
ActorId = NewType("ActorId", UUID)

MOST_KBIT: Final = 8_000
MOST_HOURS_A_STREAM: Final = 12
MOST_HOURS_A_DAY: Final = 16


class StreamState(StrEnum):
    """What the picture of a stream is doing now, as far as the media plane has told."""

    IDLE = "idle"
    LIVE = "live"
    STALLED = "stalled"
    ENDED = "ended"


class EventKind(StrEnum):
    """What the media plane tells about a stream."""

    STARTED = "started"
    PUBLISHING = "publishing"
    STALLED = "stalled"
    RESUMED = "resumed"
    GOP_WARNED = "gop_warning"
    CLOCK_JUMPED = "clock_jumped"
    CODEC_CHANGED = "codec_changed"
    FILE_OPENED = "file_opened"
    SEGMENT = "segment"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A stream as others see it; `gop_ms` is the last key frame distance the host was warned about."""

    id: StreamId
    playback: str
    owner: ActorId
    state: StreamState
    source: str
    width: int
    height: int
    gop_ms: int | None
    started_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """How a stream is doing, measured from its last recorded segments; `clock_jumps` of the last minute."""

    state: StreamState
    source: str
    peer: str
    kbit: int
    segment_ms: int
    gop_ms: int | None
    clock_jumps: int
    last_segment_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishAsk:
    """Somebody wants to publish: the key, the show's name when it stood in the address, and where from."""

    key: str
    slug: str | None
    address: str
    client: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """The publisher may go on, into this stream and within these limits."""

    stream: StreamId
    playback: str
    max_kbit: int
    max_hours: int


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A drawn scene that the media plane shows while nobody publishes into the stream (demo only)."""

    stream: StreamId
    playback: str
    seed: int
    title: str


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A host's stream key without the key: when it was made and its first letters, to tell keys apart."""

    hint: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class MediaEvent:
    """One event of the media plane; `number` counts from 1 within a `session` of its packager."""

    stream: StreamId
    session: UUID
    number: int
    kind: EventKind
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventsApplied:
    """What became of a batch of events: applied now, known from before, about streams nobody opened."""

    fresh: int
    known: int
    strange: int


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """What is kept of a stream so far; its playlist is served by the media plane."""

    stream: StreamId
    playback: str
    starts_at: datetime
    duration_ms: int
    size_bytes: int
    files: int
