"""Decide about somebody who wants to publish."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.media.actions.issue_key import hash_key
from millstream.media.actions.open_studio_ticket import read_studio_ticket
from millstream.media.models import Publication, Stream, StreamKey
from millstream.media.ports import streams_by_key
from millstream.media.refusals import AccountLimit, KeyRefused, TicketOver, TooManyPictures, WrongServer
from millstream.media.rules import hours_left, shard_in_use, tidy_key
from millstream.media.types import SOURCE_WHIP, ActorId, Admitted, PublishAsk, StreamId, StreamState

_RECORDED = """
SELECT coalesce(sum(segment.duration_ms), 0)
FROM media_segment AS segment
JOIN media_recording AS recording ON recording.id = segment.recording_id
JOIN media_stream AS stream ON stream.id = recording.stream_id
WHERE stream.owner_id = %s AND segment.starts_at > %s AND segment.source <> 'scene'
"""


@transaction.atomic
def admit_publisher(ask: PublishAsk, *, now: datetime) -> Admitted:
    """The stream that the key or ticket feeds now, with its limits.

    Refuses a key that is unknown or replaced, a ticket that is over or for another show, a show that takes no picture
    now, an account over its hours.
    """
    host, slug, key = _holder(ask, now)
    most = conf().media
    hours = hours_left(
        _recorded_ms(host, since=now - timedelta(days=1)), a_day=most.max_hours_a_day, a_stream=most.max_hours
    )
    if hours == 0:
        raise AccountLimit(hours=most.max_hours_a_day)
    stream_id = streams_by_key().stream_for(host, slug, now=now)
    stream = Stream.objects.get(id=stream_id)
    _refuse_wrong_server(stream, ask)
    if _sends_elsewhere(stream) >= most.max_at_once:
        raise TooManyPictures(most=most.max_at_once)
    Publication.objects.unscoped("an admitted publisher is noted").create(
        id=new_id(),
        stream=stream,
        key=key,
        source=ask.source,
        address=ask.address[:100],
        client=ask.client[:200],
        client_id=ask.client_id[:100],
        admitted_at=now,
    )
    return Admitted(StreamId(stream.id), stream.playback, most.max_kbit, hours)


def _refuse_wrong_server(stream: Stream, ask: PublishAsk) -> None:
    """Each stream is taken by one media process: another one would start a second picture with numbers of its own."""
    places = conf().media
    right = shard_in_use(stream.shard, len(places.origins))
    if ask.shard is not None and ask.shard != right:
        whip = f"{places.origins[right]}/whip"
        raise WrongServer(address=whip if ask.source == SOURCE_WHIP else places.rtmp_origins[right])


def _sends_elsewhere(stream: Stream) -> int:
    """How many other streams of the same account have a picture from a person now."""
    live = Stream.objects.filter(owner_id=stream.owner_id, state=StreamState.LIVE.value, closed_at__isnull=True)
    return live.exclude(id=stream.id).exclude(source="scene").count()


def _holder(ask: PublishAsk, now: datetime) -> tuple[ActorId, str | None, StreamKey | None]:
    """Whose picture it is, for which show, and the key when it was one."""
    ticket = read_studio_ticket(ask.key)
    if ticket is not None:
        if ticket.expires_at <= now:
            raise TicketOver
        if ask.slug and ask.slug != ticket.slug:
            raise KeyRefused
        return ticket.host, ticket.slug, None
    key = (
        StreamKey.objects.unscoped("whoever holds the key is the host")
        .filter(key_hash=hash_key(tidy_key(ask.key)), revoked_at__isnull=True)
        .first()
    )
    if key is None:
        raise KeyRefused
    return ActorId(key.host_id), ask.slug, key


def _recorded_ms(host: UUID, *, since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED, [host, since])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
