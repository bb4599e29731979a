"""When a repeating show happens: days of a calendar, moments of a place's clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from millstream.live.types.plans import MOST_EVERY, MOST_TIMES, SeriesRule, Step

A_WEEK: Final = 7
LONGEST_SEARCH: Final = 4_000


def moment(day: date, at: time, zone: str) -> datetime:
    """The moment in UTC of a time on the clocks of a place.

    A time that clocks leave out in spring is meant by the clock before the jump, so it comes an hour later; of a time
    that comes twice in autumn the first one is meant: as calendars read it (RFC 5545, 3.3.5).
    """
    return datetime.combine(day, at, ZoneInfo(zone)).replace(fold=0).astimezone(UTC)


def local_day(at: datetime, zone: str) -> date:
    """The day of a moment by the clocks of a place."""
    return at.astimezone(ZoneInfo(zone)).date()


def days(rule: SeriesRule) -> Iterator[date]:
    """The days of a rule in order, without those left out; for ever when the rule never ends."""
    named = _endless(rule)
    if rule.times is not None:
        named = islice(named, rule.times)
    for day in named:
        if rule.until is not None and day > rule.until:
            return
        if day not in rule.except_on:
            yield day


def _endless(rule: SeriesRule) -> Iterator[date]:
    """The days that a rule names, without its end."""
    if rule.step is Step.DAYS:
        day = rule.first_on
        while True:
            yield day
            day += timedelta(days=rule.every)
    monday = rule.first_on - timedelta(days=rule.first_on.weekday())
    wanted = sorted(rule.weekdays) or [rule.first_on.weekday()]
    while True:
        for weekday in wanted:
            day = monday + timedelta(days=weekday)
            if day >= rule.first_on:
                yield day
        monday += timedelta(weeks=rule.every)


def due(rule: SeriesRule, now: datetime, ahead: timedelta, most: int) -> list[tuple[date, datetime]]:
    """The next days of a rule that start within `ahead` from `now`, at most `most`, with their moments."""
    found: list[tuple[date, datetime]] = []
    for day in islice(days(rule), LONGEST_SEARCH):
        starts_at = moment(day, rule.at, rule.zone)
        if starts_at > now + ahead or len(found) == most:
            break
        if starts_at > now:
            found.append((day, starts_at))
    return found


def bad_field(rule: SeriesRule) -> str:
    """The field of a rule that makes no sense; empty when the rule is good."""
    if not 1 <= rule.every <= MOST_EVERY:
        return "every"
    if any(not 0 <= weekday < A_WEEK for weekday in rule.weekdays):
        return "weekdays"
    if rule.zone not in available_timezones():
        return "zone"
    if rule.times is not None and not 1 <= rule.times <= MOST_TIMES:
        return "times"
    if rule.until is not None and rule.until < rule.first_on:
        return "until"
    return ""


def offset_text(at: datetime, zone: str) -> str:
    """How far the clocks of a place are from UTC at a moment: `UTC+08:00`."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    sign = "+" if minutes >= 0 else "-"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
