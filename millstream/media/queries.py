"""What can be asked about streams and recordings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Sum

from millstream.kernel.settings import conf
from millstream.media.models import Publication, Recording, RecordingFile, Segment, Stream, StreamEvent, StreamKey
from millstream.media.refusals import NoSuchStream
from millstream.media.types import (
    ActorId,
    EventKind,
    KeyRecord,
    RecordingRecord,
    SceneRecord,
    StreamHealth,
    StreamId,
    StreamRecord,
    StreamState,
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


def scenes() -> list[SceneRecord]:
    """The drawn scenes that the media plane is to show: none outside a demo."""
    if not conf().demo:
        return []
    rows = Stream.objects.filter(scene_seed__isnull=False, closed_at__isnull=True).order_by("id")[:MOST_SCENES]
    return [
        SceneRecord(StreamId(row.id), row.playback, row.scene_seed, row.scene_title)
        for row in rows
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
    )


def recording_of(stream_id: UUID) -> RecordingRecord | None:
    """What is recorded of a stream so far; None when there is not even one segment."""
    recording = Recording.objects.filter(stream_id=stream_id).select_related("stream").first()
    if recording is None:
        return None
    kept = Segment.objects.filter(recording=recording).aggregate(
        ms=Sum("duration_ms"), bytes=Sum("length"), count=Count("id")
    )
    if not kept["count"]:
        return None
    return RecordingRecord(
        stream=StreamId(recording.stream_id),
        playback=recording.stream.playback,
        starts_at=recording.starts_at,
        duration_ms=kept["ms"],
        size_bytes=kept["bytes"],
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
