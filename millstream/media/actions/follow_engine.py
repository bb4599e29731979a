"""Follow the picture of an engine of others, which tells only that a publisher came and left."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from millstream.media.actions.admit_publisher import admit_publisher
from millstream.media.actions.apply_events import apply_events
from millstream.media.models import Publication, Stream
from millstream.media.refusals import WrongName
from millstream.media.types import Admitted, EventKind, MediaEvent, PublishAsk, StreamId, StreamState

GRACE = timedelta(seconds=45)
MOST_AT_ONCE = 200

_CAME, _LEFT, _ENDED = 1, 2, 3


@transaction.atomic
def engine_published(ask: PublishAsk, *, playback: str | None, now: datetime) -> Admitted:
    """Admit a publisher of an engine and tell that its picture is there; the engine itself tells no more than that.

    The publication's own id is the session of its events, so they are applied once and in order like any others.
    With `playback` the engine has the stream under that name already: refuses with `WrongName` when it is not the
    stream's own.
    """
    admitted = admit_publisher(ask, now=now)
    if playback is not None and playback != admitted.playback:
        raise WrongName
    publication = _publications().filter(stream_id=admitted.stream, client_id=ask.client_id).latest("admitted_at")
    state = StreamState(Stream.objects.get(id=admitted.stream).state)
    kind = EventKind.RESUMED if state is StreamState.STALLED else EventKind.STARTED
    apply_events([_event(publication, _CAME, kind, now, source=ask.source)], now=now)
    return admitted


@transaction.atomic
def engine_left(client_id: str, *, now: datetime) -> None:
    """The publisher of an engine is gone: its stream waits, unless a later publisher holds it."""
    for publication in _publications().filter(client_id=client_id, done_at__isnull=True).select_for_update():
        publication.done_at = now
        publication.save(update_fields=["done_at"])
        later = _publications().filter(stream=publication.stream_id, admitted_at__gt=publication.admitted_at)
        if not later.exists():
            apply_events([_event(publication, _LEFT, EventKind.STALLED, now)], now=now)


def end_engine_streams(*, now: datetime) -> int:
    """End the streams whose engine publisher has not come back within the grace; returns how many."""
    waiting = Stream.objects.filter(state=StreamState.STALLED.value, changed_at__lt=now - GRACE)[:MOST_AT_ONCE]
    by_session = {publication.id: publication for publication in _sessions(list(waiting))}
    over = [
        _event(by_session[row.session], _ENDED, EventKind.ENDED, now, reason="dropped")
        for row in waiting
        if row.session in by_session
    ]
    apply_events(over, now=now)
    return len(over)


def may_play(playback: str) -> bool:
    """Whether an engine may show a stream of this name."""
    return Stream.objects.filter(playback=playback, closed_at__isnull=True).exclude(state="idle").exists()


def still_wanted(client_id: str) -> bool:
    """Whether a publisher that was admitted may go on: its show is not closed and its key was not replaced."""
    publication = _publications().filter(client_id=client_id).select_related("stream", "key").last()
    if publication is None or publication.stream.closed_at is not None:
        return False
    return publication.key is None or publication.key.revoked_at is None


def _publications() -> Any:
    return Publication.objects.unscoped("an engine tells of its publishers").order_by("admitted_at")


def _sessions(rows: Sequence[Stream]) -> Sequence[Publication]:
    return list(_publications().filter(id__in=[row.session for row in rows if row.session]))


def _event(publication: Publication, number: int, kind: EventKind, at: datetime, **data: Any) -> MediaEvent:
    return MediaEvent(StreamId(publication.stream_id), publication.id, number, kind, at, data)
