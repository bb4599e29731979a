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
ClipId = NewType("ClipId", UUID)

MOST_KBIT: Final = 8_000
MOST_HOURS_A_STREAM: Final = 12
MOST_HOURS_A_DAY: Final = 16
SOURCE_RTMP: Final = "rtmp"
SOURCE_WHIP: Final = "whip"


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
    B_FRAMES = "b_frames"
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
    shard: int = 0


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
    b_frames: bool = False


@dataclass(frozen=True, slots=True)
class PublishAsk:
    """Somebody wants to publish: key or ticket, the show's name when it stood in the address, where from, and how."""

    key: str
    slug: str | None
    address: str
    client: str
    client_id: str
    source: str = SOURCE_RTMP
    shard: int | None = None


@dataclass(frozen=True, slots=True)
class StudioTicket:
    """What a studio's ticket says: this host may publish into the named show until then."""

    host: ActorId
    slug: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Playback:
    """Where the picture of a stream is watched: of our own plane or of an engine of others (`low_latency` False).

    `plain` has no parts; `audio` is the sound alone, None where the engine has no such thing; `replay` is what is
    recorded, None where nobody records.
    """

    src: str
    plain: str
    audio: str | None
    replay: str | None
    replay_audio: str | None
    state_url: str
    thumb: str | None
    low_latency: bool


@dataclass(frozen=True, slots=True)
class Ingest:
    """Where a host's picture is sent to; None for what is not offered."""

    rtmp: str
    rtmps: str | None
    whip: str | None


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


class ClipPurpose(StrEnum):
    """What a clip is for; a download is a whole recording as one file."""

    PRODUCT = "product"
    PROMISE = "promise"
    DOWNLOAD = "download"
    PREVIEW = "preview"


class ClipShape(StrEnum):
    """As it was filmed (packets are copied), or standing, 9 by 16 (a lying picture is encoded anew)."""

    FILMED = "filmed"
    STANDING = "standing"


class ClipState(StrEnum):
    """Wished and not cut yet, there, not possible, or taken away."""

    WISHED = "wished"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """A piece of a stream's recording by the wall clock. `name` is what a downloaded file is called, without `.mp4`.

    The cut begins at the key frame at or before `from_at` and ends at the first one at or after `to_at`; `most_ms`
    limits its length. `to_at` may lie ahead of a running stream: the clip is cut when it is recorded. A window over a
    change of the picture is encoded anew, from exactly `from_at`, as large as most of it was filmed; a download becomes
    one clip per file of the recording instead.
    """

    stream: UUID
    from_at: datetime
    to_at: datetime
    purpose: ClipPurpose
    name: str
    shape: ClipShape = ClipShape.FILMED
    most_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """A clip as others see it. Addresses, hash and measures are there when it is ready.

    `more` are the further files of a download that spans several; `permille` is how far the cutting is.
    """

    id: ClipId
    stream: UUID
    purpose: ClipPurpose
    shape: ClipShape
    state: ClipState
    from_at: datetime
    to_at: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    duration_ms: int
    size_bytes: int
    sha256: str
    width: int
    height: int
    permille: int
    failure: str
    url: str
    poster: str
    download_url: str
    more: tuple[ClipRecord, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be played."""
        return self.state is ClipState.READY


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on the disk: of a stream's recording, of its clips, and what is free."""

    recording_bytes: int
    clip_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a recording stays: for ever, until a day, or gone since."""

    for_ever: bool
    until: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a clip's file hashes to now, beside what was written down when it was cut."""

    expected: str
    found: str
    size_bytes: int

    @property
    def matches(self) -> bool:
        """Whether the file is the one that was cut."""
        return bool(self.found) and self.found == self.expected
