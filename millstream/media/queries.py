"""What can be asked about streams and recordings."""

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Sum

from millstream.kernel.settings import conf
from millstream.media.adapters import clip_files
from millstream.media.models import Clip, Publication, Recording, RecordingFile, Segment, Stream, StreamEvent, StreamKey
from millstream.media.refusals import NoSuchClip, NoSuchStream
from millstream.media.rules import shard_in_use
from millstream.media.types import (
    ActorId,
    ClipId,
    ClipPurpose,
    ClipRecord,
    ClipShape,
    ClipState,
    DiskUse,
    EventKind,
    Kept,
    KeyRecord,
    RecordingRecord,
    SceneRecord,
    StreamHealth,
    StreamId,
    StreamRecord,
    StreamState,
    Verified,
)

MOST_SCENES = 20
MOST_CLOSED = 200
HEALTH_WINDOW = timedelta(seconds=20)
JUMPS_WINDOW = timedelta(minutes=1)
MOST_MOMENTS = 1_000

_OFFSETS = """
SELECT coalesce(sum(least(segment.duration_ms, extract(epoch FROM moment.at - segment.starts_at) * 1000)), 0)
FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS moment(at, place)
LEFT JOIN media_segment AS segment ON segment.recording_id = %s AND segment.starts_at < moment.at
GROUP BY moment.place ORDER BY moment.place
"""


def stream_record(row: Stream) -> StreamRecord:
    """The record of a row."""
    return StreamRecord(
        id=StreamId(row.id),
        playback=row.playback,
        owner=ActorId(row.owner_id),
        state=StreamState(row.state),
        source=row.source,
        width=row.width,
        height=row.height,
        gop_ms=row.gop_ms,
        started_at=row.started_at,
        closed_at=row.closed_at,
        shard=row.shard,
    )


def stream(stream_id: UUID) -> StreamRecord:
    """The stream with this id; refuses with `NoSuchStream`."""
    row = Stream.objects.filter(id=stream_id).first()
    if row is None:
        raise NoSuchStream
    return stream_record(row)


def streams(stream_ids: Sequence[UUID]) -> dict[StreamId, StreamRecord]:
    """The streams with these ids; unknown ones are left out."""
    return {StreamId(row.id): stream_record(row) for row in Stream.objects.filter(id__in=stream_ids)}


def scenes(shard: int | None = None) -> list[SceneRecord]:
    """The drawn scenes that the media plane (or one of its processes) is to show: none outside a demo.

    None either while an engine of others plays: its publishers and the scenes would share a stream.
    """
    if not conf().demo or conf().media.engine:
        return []
    rows = Stream.objects.filter(scene_seed__isnull=False, closed_at__isnull=True).order_by("id")[:MOST_SCENES]
    there = len(conf().media.origins)
    wanted = [row for row in rows if shard is None or shard_in_use(row.shard, there) == shard]
    return [
        SceneRecord(StreamId(row.id), row.playback, row.scene_seed, row.scene_title)
        for row in wanted
        if row.scene_seed is not None
    ]


def closed_lately(now: datetime) -> list[StreamId]:
    """Streams closed within a day: the media plane ends them, whoever still publishes."""
    rows = Stream.objects.filter(closed_at__gt=now - timedelta(days=1)).order_by("-closed_at")[:MOST_CLOSED]
    return [StreamId(row.id) for row in rows]


def key_of(host: UUID) -> KeyRecord | None:
    """What is known of the host's working key."""
    row = StreamKey.objects.visible_to(host).filter(revoked_at__isnull=True).first()
    return KeyRecord(row.hint, row.issued_at) if row else None


def health(stream_id: UUID, *, now: datetime) -> StreamHealth:
    """How the stream is doing, from its row and the segments of the last 20 seconds."""
    row = Stream.objects.filter(id=stream_id).first()
    if row is None:
        raise NoSuchStream
    measured = Segment.objects.filter(recording__stream_id=stream_id, starts_at__gt=now - HEALTH_WINDOW).aggregate(
        bytes=Sum("length"), ms=Sum("duration_ms"), longest=Max("duration_ms"), last=Max("starts_at")
    )
    played_ms = measured["ms"] or 0
    jumps = StreamEvent.objects.filter(
        stream_id=stream_id, kind=EventKind.CLOCK_JUMPED.value, at__gt=now - JUMPS_WINDOW
    ).count()
    publisher = (
        Publication.objects.visible_to(row.owner_id).filter(stream_id=stream_id).order_by("-admitted_at").first()
    )
    return StreamHealth(
        state=StreamState(row.state),
        source=row.source,
        peer=publisher.address if publisher and publisher.done_at is None else "",
        kbit=round((measured["bytes"] or 0) * 8 / played_ms) if played_ms else 0,
        segment_ms=measured["longest"] or 0,
        gop_ms=row.gop_ms,
        clock_jumps=jumps,
        last_segment_at=measured["last"],
        b_frames=row.b_frames,
    )


def recording_of(stream_id: UUID) -> RecordingRecord | None:
    """What is recorded of a stream so far; None when there is not even one segment."""
    recording = Recording.objects.filter(stream_id=stream_id).select_related("stream").first()
    if recording is None or recording.deleted_at is not None:
        return None
    kept_so_far = Segment.objects.filter(recording=recording).aggregate(
        ms=Sum("duration_ms"), bytes=Sum("length"), count=Count("id")
    )
    if not kept_so_far["count"]:
        return None
    return RecordingRecord(
        stream=StreamId(recording.stream_id),
        playback=recording.stream.playback,
        starts_at=recording.starts_at,
        duration_ms=kept_so_far["ms"],
        size_bytes=kept_so_far["bytes"],
        files=RecordingFile.objects.filter(recording=recording).count(),
    )


def offsets_in_recording(stream_id: UUID, moments: Sequence[datetime]) -> list[int]:
    """For each moment, how many milliseconds of the recording come before it (gaps are not in the recording)."""
    assert len(moments) <= MOST_MOMENTS
    recording = Recording.objects.filter(stream_id=stream_id).first()
    if recording is None or not moments:
        return [0] * len(moments)
    with connection.cursor() as cursor:
        cursor.execute(_OFFSETS, [list(moments), recording.id])
        return [int(row[0]) for row in cursor.fetchall()]


def clip(clip_id: UUID) -> ClipRecord:
    """One clip; refuses with `NoSuchClip`."""
    found = clips([clip_id]).get(ClipId(clip_id))
    if found is None:
        raise NoSuchClip
    return found


def clips(clip_ids: Sequence[UUID]) -> dict[ClipId, ClipRecord]:
    """The clips with these ids, each with the further files of its window; unknown and gone ones are left out."""
    there = Clip.objects.exclude(state=ClipState.GONE.value)
    rows = list(there.filter(id__in=clip_ids))
    streams_of = {row.stream_id for row in rows if row.state == ClipState.READY.value}
    more = list(there.filter(stream_id__in=streams_of, part__gt=1).order_by("part")) if streams_of else []
    return {
        ClipId(row.id): _clip_record(row, [other for other in more if _window(other) == _window(row)]) for row in rows
    }


def _window(row: Clip) -> tuple[object, ...]:
    return row.stream_id, row.purpose, row.shape, row.from_at, row.to_at


def _clip_record(row: Clip, more: Sequence[Clip] = ()) -> ClipRecord:
    is_ready = row.state == ClipState.READY.value
    path = f"/files/clips/{row.token}"
    return ClipRecord(
        id=ClipId(row.id),
        stream=row.stream_id,
        purpose=ClipPurpose(row.purpose),
        shape=ClipShape(row.shape),
        state=ClipState(row.state),
        from_at=row.from_at,
        to_at=row.to_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        duration_ms=row.duration_ms,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        permille=row.permille,
        failure=row.failure,
        url=f"{path}.mp4" if is_ready else "",
        poster=f"{path}.jpg" if is_ready else "",
        download_url=f"{path}.mp4?download=1" if is_ready else "",
        more=tuple(_clip_record(other) for other in more),
    )


def clip_name(token: str) -> str | None:
    """What the file of a clip is called when it is downloaded; None when there is no such clip."""
    row = Clip.objects.filter(token=token, state=ClipState.READY.value).values_list("name", "part").first()
    if row is None:
        return None
    name, part = row
    return f"{name}.mp4" if part == 1 else f"{name}-{part}.mp4"


def verify_clip(clip_id: UUID) -> Verified:
    """Hash the file of a clip again, as it lies there now; refuses with `NoSuchClip`."""
    row = Clip.objects.filter(id=clip_id, state=ClipState.READY.value).first()
    if row is None:
        raise NoSuchClip
    found, size = clip_files.digest(row.token)
    return Verified(expected=row.sha256, found=found, size_bytes=size)


def downloads_of(stream_id: UUID) -> ClipRecord | None:
    """The last wish for the whole recording as a file, with its further files; None when there is none."""
    there = Clip.objects.filter(stream_id=stream_id, purpose=ClipPurpose.DOWNLOAD.value, part=1)
    row = there.exclude(state=ClipState.GONE.value).order_by("-wished_at").first()
    return clips([row.id])[ClipId(row.id)] if row else None


def recorded_between(stream_id: UUID) -> tuple[datetime, datetime] | None:
    """From when to when something of a stream is recorded; None for nothing."""
    segments = Segment.objects.filter(recording__stream_id=stream_id)
    first, last = segments.order_by("starts_at").first(), segments.order_by("-starts_at").first()
    if first is None or last is None:
        return None
    return first.starts_at, last.starts_at + timedelta(milliseconds=last.duration_ms)


def disk_use(stream_id: UUID) -> DiskUse:
    """How much of the disk a stream takes, and what is free."""
    recorded = Segment.objects.filter(recording__stream_id=stream_id).aggregate(bytes=Sum("length"))["bytes"] or 0
    cut = Clip.objects.filter(stream_id=stream_id, state=ClipState.READY.value)
    return DiskUse(
        recording_bytes=recorded,
        clip_bytes=cut.aggregate(bytes=Sum("size_bytes"))["bytes"] or 0,
        free_bytes=shutil.disk_usage(conf().var).free,
    )


def kept(stream_id: UUID) -> Kept | None:
    """How long the recording of a stream stays; None when nothing was recorded."""
    row = Recording.objects.filter(stream_id=stream_id).select_related("stream").first()
    if row is None:
        return None
    closed = row.stream.closed_at
    until = closed + timedelta(days=conf().recordings_kept_days) if closed and not row.kept_for_ever else None
    return Kept(for_ever=row.kept_for_ever, until=until, deleted_at=row.deleted_at)
