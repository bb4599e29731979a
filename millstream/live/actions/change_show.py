"""Change what a show is called, when it starts and how long it lasts; of a repeating one, the following too."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from millstream.kernel.texts import Text
from millstream.live.actions.announce_show import announce_move, announce_soon
from millstream.live.actions.lock_show import lock_show
from millstream.live.models import Show, ShowSeries
from millstream.live.queries import show_record
from millstream.live.refusals import StartsInThePast
from millstream.live.rules import is_too_late
from millstream.live.rules.repeats import moment
from millstream.live.types import ShowRecord, ShowState


@transaction.atomic
def change_show(
    show_id: UUID,
    *,
    host: UUID,
    title: Text,
    story: Text,
    starts_at: datetime,
    now: datetime,
    poster: str | None = None,
    lasts_minutes: int | None = None,
    following: bool = False,
) -> ShowRecord:
    """Change title, story, poster (None keeps it), length and, before the start, the time.

    The address stays, because people have it. With `following`, the later shows of the series get the same words,
    length and time of the day; one that was changed alone before keeps what it has.
    """
    row = lock_show(show_id, host=host)
    said = {"title": dict(title), "story": dict(story), "poster": row.poster if poster is None else poster}
    length = lasts_minutes or row.lasts_minutes
    moves = row.state == ShowState.PLANNED.value and starts_at != row.starts_at
    if moves and is_too_late(starts_at, now):
        raise StartsInThePast
    if following and row.series_id is not None and row.occurrence is not None:
        _change_following(row, {**said, "lasts_minutes": length}, starts_at, now)
    elif row.series_id is not None:
        row.stands_alone = True
    _change(row, {**said, "lasts_minutes": length}, starts_at if moves else row.starts_at, now)
    return show_record(row)


def _change(row: Show, said: dict[str, object], starts_at: datetime, now: datetime) -> None:
    """Write one show's change; people who asked to be told hear of another time."""
    moved = starts_at != row.starts_at
    for name, value in said.items():
        setattr(row, name, value)
    row.starts_at = starts_at
    row.changes += 1
    row.save(update_fields=[*said, "starts_at", "changes", "stands_alone"])
    if row.state != ShowState.PLANNED.value:
        return
    if moved:
        announce_move(row, now=now)
    else:
        announce_soon(row, now=now)


def _change_following(row: Show, said: dict[str, object], starts_at: datetime, now: datetime) -> None:
    """Change the series, and its later shows that were not changed alone."""
    assert row.series_id is not None, "the caller looked"
    series = ShowSeries.objects.select_for_update().get(id=row.series_id)
    series.at = starts_at.astimezone(ZoneInfo(series.zone)).time().replace(tzinfo=None)
    for name, value in said.items():
        setattr(series, name, value)
    series.save(update_fields=["at", *said])
    later = Show.objects.select_for_update().filter(
        series=series, state=ShowState.PLANNED.value, occurrence__gt=row.occurrence, stands_alone=False
    )
    for one in later.order_by("id"):
        assert one.occurrence is not None, "a show of a series has its day"
        _change(one, said, moment(one.occurrence, series.at, series.zone), now)
