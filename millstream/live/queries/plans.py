"""What can be asked about plans: series, previews, agendas."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from millstream.live.models import Preview, Show, ShowSeries
from millstream.live.queries.shows import show_record
from millstream.live.types import PLANNED_KEEPS_FOR, ShowRecord, ShowState
from millstream.live.types.plans import PreviewRecord, PreviewState, SeriesRecord, SeriesRule, Step

MOST_LISTED: Final = 60
PREVIEW_FILM: Final = "clip.mp4"
PREVIEW_STILL: Final = "poster.jpg"


def series_rule(row: ShowSeries) -> SeriesRule:
    """The rule of a row."""
    return SeriesRule(
        step=Step(row.step),
        every=row.every,
        weekdays=frozenset(row.weekdays),
        at=row.at,
        zone=row.zone,
        first_on=row.first_on,
        until=row.until,
        times=row.times,
        except_on=frozenset(date.fromisoformat(day) for day in row.except_on),
    )


def series(series_id: UUID) -> SeriesRecord | None:
    """A repeating show."""
    row = ShowSeries.objects.filter(id=series_id).first()
    return SeriesRecord(row.id, row.host_id, series_rule(row), row.stopped_at) if row else None


def preview_of(show_id: UUID) -> PreviewRecord | None:
    """The preview clip of a show."""
    row = Preview.objects.filter(show_id=show_id).first()
    if row is None:
        return None
    ready = row.state == PreviewState.READY.value
    base = f"{settings.MEDIA_URL}{row.key}/"
    return PreviewRecord(
        id=row.id,
        state=PreviewState(row.state),
        done_permille=row.done_permille,
        video_url=f"{base}{PREVIEW_FILM}" if ready else "",
        poster_url=f"{base}{PREVIEW_STILL}" if ready else "",
        seconds=row.seconds,
        width=row.width,
        height=row.height,
        reason=row.reason,
    )


def agenda(
    now: datetime, *, host: UUID | None = None, between: tuple[datetime, datetime] | None = None
) -> list[ShowRecord]:
    """The planned shows that can still happen, the next first; of one host, or between two moments, when asked."""
    rows = Show.objects.filter(state=ShowState.PLANNED.value, starts_at__gt=now - PLANNED_KEEPS_FOR)
    if host is not None:
        rows = rows.filter(host_id=host)
    if between is not None:
        rows = rows.filter(starts_at__gte=between[0], starts_at__lt=between[1])
    return [show_record(row) for row in rows.order_by("starts_at", "id")[:MOST_LISTED]]


def calendar_of(host: UUID, since: datetime) -> list[ShowRecord]:
    """What a host's calendar feed holds: planned, live and called-off shows from a moment on, in order."""
    states = (ShowState.PLANNED.value, ShowState.LIVE.value, ShowState.CANCELLED.value)
    rows = Show.objects.filter(host_id=host, state__in=states, starts_at__gte=since)
    return [show_record(row) for row in rows.order_by("starts_at", "id")[: 4 * MOST_LISTED]]


def following(series_id: UUID, since: datetime) -> Sequence[ShowRecord]:
    """The planned shows of a series from a moment on, in order."""
    rows = Show.objects.filter(series_id=series_id, state=ShowState.PLANNED.value, starts_at__gte=since)
    return [show_record(row) for row in rows.order_by("starts_at", "id")[:MOST_LISTED]]


def shows_with_rundown(host: UUID, except_show: UUID) -> list[ShowRecord]:
    """A host's other shows, the newest first, whose rundown could be taken over."""
    rows = Show.objects.filter(host_id=host).exclude(id=except_show).order_by("-starts_at", "-id")
    return [show_record(row) for row in rows[:12]]
