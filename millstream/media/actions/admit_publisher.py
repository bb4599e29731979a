"""Decide about somebody who wants to publish."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.media.actions.issue_key import hash_key
from millstream.media.models import Publication, Stream, StreamKey
from millstream.media.ports import streams_by_key
from millstream.media.refusals import AccountLimit, KeyRefused
from millstream.media.rules import hours_left, tidy_key
from millstream.media.types import MOST_HOURS_A_DAY, MOST_KBIT, ActorId, Admitted, PublishAsk, StreamId

_RECORDED = """
SELECT coalesce(sum(segment.duration_ms), 0)
FROM media_segment AS segment
JOIN media_recording AS recording ON recording.id = segment.recording_id
JOIN media_stream AS stream ON stream.id = recording.stream_id
WHERE stream.owner_id = %s AND segment.starts_at > %s AND segment.source <> 'scene'
"""


@transaction.atomic
def admit_publisher(ask: PublishAsk, *, now: datetime) -> Admitted:
    """The stream that the key feeds now, with its limits.

    Refuses a key that is unknown or replaced, a show that takes no picture now, an account over its hours.
    """
    key = (
        StreamKey.objects.unscoped("whoever holds the key is the host")
        .filter(key_hash=hash_key(tidy_key(ask.key)), revoked_at__isnull=True)
        .first()
    )
    if key is None:
        raise KeyRefused
    hours = hours_left(_recorded_ms(key.host_id, since=now - timedelta(days=1)))
    if hours == 0:
        raise AccountLimit(hours=MOST_HOURS_A_DAY)
    stream_id = streams_by_key().stream_for(ActorId(key.host_id), ask.slug, now=now)
    stream = Stream.objects.get(id=stream_id)
    Publication.objects.unscoped("an admitted publisher is noted").create(
        id=new_id(),
        stream=stream,
        key=key,
        address=ask.address[:100],
        client=ask.client[:200],
        client_id=ask.client_id[:100],
        admitted_at=now,
    )
    return Admitted(StreamId(stream.id), stream.playback, MOST_KBIT, hours)


def _recorded_ms(host: UUID, *, since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED, [host, since])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
