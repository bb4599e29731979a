"""When a repeating show happens."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.live.rules.repeats import bad_field, days, due, local_day, moment, offset_text
from millstream.live.types.plans import SeriesRule, Step

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "UTC")


def rule(**more) -> SeriesRule:
    given = {
        "step": Step.WEEKS,
        "every": 1,
        "weekdays": frozenset({1, 4}),
        "at": time(20),
        "zone": "Asia/Shanghai",
        "first_on": date(2026, 11, 24),
        **more,
    }
    return SeriesRule(**given)


rules = st.builds(
    SeriesRule,
    step=st.sampled_from(Step),
    every=st.integers(1, 8),
    weekdays=st.frozensets(st.integers(0, 6), max_size=7),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    first_on=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    until=st.none() | st.dates(date(2020, 1, 1), date(2045, 1, 1)),
    times=st.none() | st.integers(1, 40),
    except_on=st.frozensets(st.dates(date(2020, 1, 1), date(2041, 1, 1)), max_size=5),
)


def test_tuesdays_and_fridays():
    """In order, from the first day on."""
    assert list(islice(days(rule()), 4)) == [date(2026, 11, day) for day in (24, 27)] + [
        date(2026, 12, day) for day in (1, 4)
    ]


def test_every_other_week_counts_weeks_from_monday():
    """The week of the first day counts, however late in it the first day is."""
    found = list(islice(days(rule(every=2, weekdays=frozenset({0, 4}), first_on=date(2026, 11, 27))), 3))
    assert found == [date(2026, 11, 27), date(2026, 12, 7), date(2026, 12, 11)]


def test_every_third_day():
    """Weekdays say nothing then."""
    found = list(islice(days(rule(step=Step.DAYS, every=3)), 3))
    assert found == [date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 30)]


def test_a_day_left_out_counts_but_does_not_happen():
    """Four times with one left out are three: as calendars count (RFC 5545, 3.8.5.1)."""
    found = list(days(rule(times=4, except_on=frozenset({date(2026, 11, 27)}))))
    assert found == [date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 4)]


def test_the_last_day_belongs_to_it():
    """Until means to the end of that day."""
    assert list(days(rule(until=date(2026, 11, 27)))) == [date(2026, 11, 24), date(2026, 11, 27)]


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(date(2026, 3, 28), 19), (date(2026, 3, 29), 18), (date(2026, 10, 24), 18), (date(2026, 10, 25), 19)],
)
def test_eight_in_the_evening_stays_eight_when_clocks_change(day, utc_hour):
    """Berlin's clocks jump on these days; the show does not."""
    starts_at = moment(day, time(20), "Europe/Berlin")
    assert starts_at.hour == utc_hour
    assert starts_at.astimezone(ZoneInfo("Europe/Berlin")).hour == 20


def test_an_hour_that_is_left_out_comes_later_and_one_that_comes_twice_comes_first():
    """02:30 in Berlin: in March it does not exist, in October it comes twice."""
    assert moment(date(2026, 3, 29), time(2, 30), "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_moment_after_midnight_is_the_next_day_there():
    """18:00 UTC is tomorrow in Shanghai."""
    assert local_day(datetime(2026, 11, 24, 18, tzinfo=UTC), "Asia/Shanghai") == date(2026, 11, 25)


def test_offsets_are_told_with_their_minutes():
    """Kathmandu, New York in winter, and UTC itself."""
    winter = datetime(2026, 1, 1, tzinfo=UTC)
    assert offset_text(winter, "Asia/Kathmandu") == "UTC+05:45"
    assert offset_text(winter, "America/New_York") == "UTC-05:00"
    assert offset_text(winter, "UTC") == "UTC+00:00"


moments = st.integers(1_546_300_800, 2_240_524_800).map(lambda second: datetime.fromtimestamp(second, tz=UTC))


@given(rules)
def test_days_grow_and_keep_to_the_rule(some):
    """Whatever the rule: in order, none twice, none left out on purpose, none beyond its ends, on its weekdays."""
    found = list(islice(days(some), 60))
    assert found == sorted(set(found))
    assert not set(found) & some.except_on
    assert all(day >= some.first_on for day in found)
    assert some.until is None or all(day <= some.until for day in found)
    assert some.times is None or len(found) <= some.times
    if some.step is Step.WEEKS:
        assert {day.weekday() for day in found} <= (set(some.weekdays) or {some.first_on.weekday()})
    else:
        assert all((day - some.first_on).days % some.every == 0 for day in found)


@given(rules, moments, st.integers(1, 60))
def test_what_is_due_lies_ahead_and_was_all_of_it(some, now, ahead_days):
    """Nothing past, nothing too far; asking a little later finds the same shows and no other moment for them."""
    ahead = timedelta(days=ahead_days)
    found = due(some, now, ahead, 12)
    assert all(now < starts_at <= now + ahead for _, starts_at in found)
    assert len(found) <= 12
    later = dict(due(some, now + timedelta(hours=1), ahead, 12))
    assert all(later[day] == starts_at for day, starts_at in found if day in later)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"every": 0}, "every"),
        ({"weekdays": frozenset({7})}, "weekdays"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"times": 0}, "times"),
        ({"until": date(2026, 11, 1)}, "until"),
        ({}, ""),
    ],
)
def test_a_rule_without_sense_is_named(wrong, field):
    """By the field that is wrong."""
    assert bad_field(rule(**wrong)) == field
