"""Windows of promises and clips, and the arithmetic of an audience."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from millstream.live.rules.after import (
    LEAD,
    clip_window,
    curve,
    estimate_visitors,
    is_robot,
    mean_viewers,
    peak,
    promise_window,
    sample_slot,
    watch_seconds,
)
from millstream.live.types import PinRecord
from millstream.live.types.after import LONGEST_PROMISE, SHORTEST_PROMISE, Sample

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BOWL = UUID(int=7)
moments = st.integers(0, 7_200).map(lambda seconds: START + timedelta(seconds=seconds))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def pin(first: float, last: float | None) -> PinRecord:
    return PinRecord(BOWL, at(first), None if last is None else at(last))


@st.composite
def shows(draw: st.DrawFn) -> tuple[list[PinRecord], datetime | None, datetime]:
    """Pins that follow each other, the end of the show or None, and the moment of a purchase."""
    edges = sorted(draw(st.lists(st.integers(0, 3_600), min_size=2, max_size=8, unique=True)))
    pins = [pin(first, last) for first, last in zip(edges[::2], edges[1::2], strict=False)]
    ended = draw(st.none() | st.integers(edges[-1], 5_000).map(at))
    return pins, ended, draw(moments)


@given(shows())
def test_a_promise_lasts_twenty_to_forty_seconds_and_begins_within_the_show(
    show: tuple[list[PinRecord], datetime | None, datetime],
) -> None:
    """Whatever was pinned when, and whenever it was bought."""
    pins, ended, bought = show
    window = promise_window(pins, bought_at=bought, started_at=START, ended_at=ended)
    assert window is not None
    assert SHORTEST_PROMISE <= window.to_at - window.from_at <= LONGEST_PROMISE
    assert window.from_at >= START


@given(shows())
def test_what_is_bought_on_the_table_was_promised_in_that_moment(
    show: tuple[list[PinRecord], datetime | None, datetime],
) -> None:
    """A purchase during a pin lies in its window, and the window within the pin, where that is long enough."""
    pins, ended, bought = show
    window = promise_window(pins, bought_at=bought, started_at=START, ended_at=ended)
    assert window is not None
    held = [found for found in pins if found.pinned_at <= bought and found.unpinned_at and bought <= found.unpinned_at]
    if held:
        assert window.from_at <= bought <= window.to_at
        last = held[-1]
        assert last.unpinned_at is not None
        if last.unpinned_at - last.pinned_at >= SHORTEST_PROMISE:
            assert window.from_at >= max(START, last.pinned_at - LEAD)
            assert window.to_at <= last.unpinned_at + LEAD


def test_buyers_of_the_same_ten_seconds_share_a_window() -> None:
    """The grid begins at the pin."""
    windows = {
        promise_window([pin(100, 400)], bought_at=at(second), started_at=START, ended_at=None)
        for second in range(201, 211)
    }
    assert len(windows) == 1


def test_bought_from_the_replay_the_last_explanation_counts() -> None:
    """Its beginning, from just before the pin."""
    window = promise_window([pin(100, 400), pin(900, 1000)], bought_at=at(9_000), started_at=START, ended_at=at(2_000))
    assert window is not None
    assert (window.from_at, window.to_at) == (at(895), at(925))


def test_what_was_never_shown_was_not_promised() -> None:
    """No pin, no window."""
    assert promise_window([], bought_at=at(5), started_at=START, ended_at=None) is None


@given(st.integers(0, 600), st.integers(1, 900))
def test_a_clip_is_long_enough_and_not_too_long(first: int, length: int) -> None:
    """Eight seconds of explaining make a clip; more than a minute and a half is cut off."""
    window = clip_window(pin(first, first + length), ended_at=at(3_600))
    assert (window is None) == (length < 8)
    if window is not None:
        assert timedelta(seconds=10) <= window.to_at - window.from_at <= timedelta(seconds=92)


@given(st.lists(st.integers(0, 500), max_size=60))
def test_watch_time_is_the_sum_of_what_was_counted(counts: list[int]) -> None:
    """Samples ten seconds apart count ten seconds each; mean and peak follow."""
    samples = [Sample(at(10 * number), viewers) for number, viewers in enumerate(counts)]
    ended = at(10 * len(counts))
    assert watch_seconds(samples, ended) == 10 * sum(counts)
    assert peak(samples) == max(counts, default=0)
    if counts:
        assert abs(mean_viewers(samples, START, ended) - sum(counts) / len(counts)) < 1e-6


def test_a_gap_in_the_samples_is_not_filled() -> None:
    """After half a minute nobody knows."""
    assert watch_seconds([Sample(at(0), 10), Sample(at(600), 10)], at(610)) == 10 * 30 + 10 * 10


@given(st.integers(0, 60_000))
def test_visitors_are_estimated_within_two_per_cent(visitors: int) -> None:
    """The expected number of marks gives the number of visitors back."""
    bits = 65_536
    marks = round(bits * (1 - (1 - 1 / bits) ** visitors))
    assert abs(estimate_visitors(marks, bits) - visitors) <= max(2, visitors * 0.02)


def test_robots_that_say_so_are_known() -> None:
    """A browser is none; an empty name is."""
    assert is_robot("Mozilla/5.0 (compatible; Googlebot/2.1)")
    assert is_robot("")
    assert not is_robot("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")


def test_a_sample_lies_in_its_ten_seconds() -> None:
    """Two workers that sample a little apart mean the same slot."""
    assert sample_slot(at(19.9)) == sample_slot(at(10.0)) == at(10)


def test_the_curve_stays_in_its_frame() -> None:
    """Each column once, the peak at the top."""
    drawn = curve([Sample(at(10 * n), n % 7) for n in range(500)], START, at(5_000), width=100, height=50)
    points = [tuple(map(int, point.split(","))) for point in drawn.split()]
    assert len({x for x, _ in points}) == len(points) <= 101
    assert min(y for _, y in points) == 0
    assert max(y for _, y in points) <= 50
