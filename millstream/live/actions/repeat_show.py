"""Let a show repeat, make its next ones, stop."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.live.actions.change_rundown import add_to_rundown
from millstream.live.actions.end_show import end_show
from millstream.live.actions.lock_show import lock_show
from millstream.live.actions.plan_show import plan_show
from millstream.live.actions.promise_price import copy_promises
from millstream.live.models import RundownItem, Show, ShowSeries
from millstream.live.queries.plans import series_rule
from millstream.live.refusals import NoSuchShow, NotYourShow
from millstream.live.refusals.plans import AlreadyRepeats, BadRule
from millstream.live.rules.repeats import bad_field, due
from millstream.live.types import ShowPlan, ShowState
from millstream.live.types.plans import MADE_AHEAD, MOST_MADE_AHEAD, SeriesRule

log = logging.getLogger(__name__)


@transaction.atomic
def repeat_show(show_id: UUID, rule: SeriesRule, *, host: UUID, now: datetime) -> UUID:
    """Let a planned show repeat by a rule; it is the first one. The next ones are made at once, with its rundown."""
    row = lock_show(show_id, host=host)
    if row.series_id is not None:
        raise AlreadyRepeats
    field = bad_field(rule)
    if field:
        raise BadRule(field=field)
    first = row.starts_at.astimezone(ZoneInfo(rule.zone))
    series = ShowSeries.objects.create(
        id=new_id(),
        host_id=row.host_id,
        title=row.title,
        story=row.story,
        poster=row.poster,
        lasts_minutes=row.lasts_minutes,
        made_at=now,
        **_columns(rule),
    )
    row.series, row.occurrence = series, first.date()
    row.save(update_fields=["series", "occurrence"])
    _make(series, now)
    return series.id


def _columns(rule: SeriesRule) -> Mapping[str, Any]:
    return {
        "step": rule.step.value,
        "every": rule.every,
        "weekdays": sorted(rule.weekdays),
        "at": rule.at,
        "zone": rule.zone,
        "first_on": rule.first_on,
        "until": rule.until,
        "times": rule.times,
        "except_on": sorted(day.isoformat() for day in rule.except_on),
    }


def make_due_shows(*, now: datetime) -> int:
    """Make the next shows of every series that repeats, some weeks ahead; returns how many were made.

    Each series is a transaction of its own; a show that is there already, called off or not, is not made again.
    """
    made = 0
    for series_id in ShowSeries.objects.filter(stopped_at__isnull=True).order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            series = ShowSeries.objects.select_for_update().filter(id=series_id, stopped_at__isnull=True).first()
            made += _make(series, now) if series else 0
    return made


def _make(series: ShowSeries, now: datetime) -> int:
    """Make what is due of a locked series."""
    days = due(series_rule(series), now, MADE_AHEAD, MOST_MADE_AHEAD)
    there = set(Show.objects.filter(series=series).values_list("occurrence", flat=True))
    wanted = [(day, starts_at) for day, starts_at in days if day not in there]
    for day, starts_at in wanted:
        _make_one(series, day, starts_at, now)
    return len(wanted)


def _make_one(series: ShowSeries, day: date, starts_at: datetime, now: datetime) -> None:
    before = Show.objects.filter(series=series, occurrence__lt=day).order_by("-occurrence").first()
    plan = ShowPlan(
        host=series.host_id,
        title=series.title,
        story=series.story,
        starts_at=starts_at,
        poster=series.poster,
        lasts_minutes=series.lasts_minutes,
        series=series.id,
        occurrence=day,
    )
    made = plan_show(plan, now=now)
    if before is not None:
        _copy(before.id, made.id, series.host_id, now)


@transaction.atomic
def copy_rundown(show_id: UUID, from_show: UUID, *, host: UUID, now: datetime) -> int:
    """Add the goods of another show of the same host, with notes and prices in the room.

    What is there already, not sold any more or not agreed any more is left out; returns how many were added.
    """
    row = lock_show(show_id, host=host)
    source = Show.objects.filter(id=from_show).first()
    if source is None:
        raise NoSuchShow
    if source.host_id != row.host_id:
        raise NotYourShow
    return _copy(source.id, row.id, row.host_id, now)


def _copy(source: UUID, target: UUID, host: UUID, now: datetime) -> int:
    added = []
    for item in RundownItem.objects.filter(show_id=source).order_by("position"):
        try:
            add_to_rundown(target, item.variant_id, host=host, now=now, note=item.note)
        except Refusal as refusal:
            log.info("rundown of %s: %s is left out: %s", target, item.variant_id, refusal.code)
        else:
            added.append(item.variant_id)
    copy_promises(source, target, added, host=host, now=now)
    return len(added)


@transaction.atomic
def stop_repeating(series_id: UUID, *, host: UUID, now: datetime, call_off_from: date | None = None) -> int:
    """Let a show repeat no more. Shows that were made stay, unless they are called off from a day on.

    Returns how many were called off.
    """
    series = ShowSeries.objects.select_for_update().filter(id=series_id).first()
    if series is None:
        raise NoSuchShow
    if series.host_id != host:
        raise NotYourShow
    if series.stopped_at is None:
        ShowSeries.objects.filter(id=series.id).update(stopped_at=now)
    if call_off_from is None:
        return 0
    later = Show.objects.filter(series=series, state=ShowState.PLANNED.value, occurrence__gte=call_off_from)
    called_off = list(later.order_by("id").values_list("id", flat=True))
    for show_id in called_off:
        end_show(show_id, host=host, now=now)
    return len(called_off)
