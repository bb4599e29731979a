"""A publisher's clock, whatever it does, becomes a timeline that never steps back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.plane.samples import RawSample, Track
from millstream.media.plane.timeline import ClockRefused, Timeline


def raw(at_ms: int, track: Track = Track.VIDEO) -> RawSample:
    """A sample at a publisher's time."""
    return RawSample(track, at_ms & 0xFFFFFFFF, 0, True, b"x")


def placed(timeline: Timeline, times: list[int], track: Track = Track.VIDEO) -> list[int]:
    """Where the times come out, in milliseconds."""
    return [timeline.place(raw(at, track)).dts_ticks // 90 for at in times]


@pytest.mark.parametrize("start", [0, 16_777_190, (1 << 32) - 50, 123_456_789])
def test_any_start_is_laid_at_the_end_of_the_stream(start: int) -> None:
    """The first sample stands where the stream ended; distances are kept, also over the wrap of 32 bits."""
    assert placed(Timeline(90_000), [start, start + 33, start + 67, start + 100]) == [1000, 1033, 1067, 1100]


@pytest.mark.parametrize("jump", [-3_600_000, -5_000, 5_000, 86_400_000])
def test_a_jump_is_joined_and_counted(jump: int) -> None:
    """A clock that jumps back or far forward goes on one frame later, and the jump is told."""
    timeline = Timeline(0)
    times = [10_000_000, 10_000_033, 10_000_033 + jump, 10_000_066 + jump]
    assert placed(timeline, times) == [0, 33, 73, 106]
    assert timeline.jumps == 1
    assert timeline.last_jump_seconds == pytest.approx(jump / 1000, abs=0.1)


def test_both_tracks_jump_together() -> None:
    """Sound and picture stay together over a jump, in whichever order it reaches them."""
    timeline = Timeline(0)
    for at in range(0, 400, 40):
        timeline.place(raw(at))
        timeline.place(raw(at + 5, Track.AUDIO))
    picture = timeline.place(raw(9_000_000)).dts_ticks
    old_sound = timeline.place(raw(410, Track.AUDIO)).dts_ticks
    new_sound = timeline.place(raw(9_000_005, Track.AUDIO)).dts_ticks
    assert old_sound == 410 * 90
    assert new_sound - picture == 5 * 90
    assert timeline.jumps == 1


def test_a_clock_that_jumps_all_the_time_is_refused() -> None:
    """Endless jumps end with a sentence instead of a broken picture."""
    timeline = Timeline(0)
    with pytest.raises(ClockRefused):
        placed(timeline, [number * 20_000_000 % 4_000_000_000 for number in range(100)])


@given(st.lists(st.integers(0, (1 << 32) - 1), max_size=19), st.booleans())
def test_picture_times_strictly_rise(times: list[int], sound_too: bool) -> None:
    """No clock of the world makes decode times fall or stand."""
    timeline, last = Timeline(500), -1
    for at in times:
        if sound_too:
            timeline.place(raw(at + 7, Track.AUDIO))
        dts = timeline.place(raw(at)).dts_ticks
        assert dts > last
        last = dts
