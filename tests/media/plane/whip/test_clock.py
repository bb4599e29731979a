"""Sound and picture of a phone on one clock."""

import pytest

from millstream.media.plane.samples import Track
from millstream.media.plane.whip.clock import PhoneClock

VIDEO, AUDIO = Track.VIDEO, Track.AUDIO


def ntp(seconds: float) -> int:
    """An NTP timestamp."""
    return int((3_900_000_000 + seconds) * (1 << 32))


def run(clock: PhoneClock, seconds: float, *, late: float, start: float = 0.0) -> tuple[int, int]:
    """Sound on time and pictures `late` by the network; where both stand at the end."""
    sound = picture = 0
    for number in range(int(start * 50), int((start + seconds) * 50)):
        sound = clock.at_ms(AUDIO, number * 960, 100 + number / 50)
        if number % 2 == 0:
            picture = clock.at_ms(VIDEO, number * 1800, 100 + number / 50 + late)
    return sound, picture


def test_tracks_stand_where_they_arrived_until_both_reported() -> None:
    """A picture that came 200 ms later than its sound stands 200 ms later."""
    sound, picture = run(PhoneClock(), 2, late=0.2)
    assert picture - sound == pytest.approx(200, abs=25)


def test_reports_bring_the_picture_to_its_sound_without_a_jump() -> None:
    """After the reports the picture moves by 4 ms a picture at most, and the sound not at all."""
    clock = PhoneClock()
    run(clock, 1, late=0.2)
    clock.report(AUDIO, ntp(1), 48_000)
    clock.report(VIDEO, ntp(1), 90_000)
    assert clock.skew_ms == pytest.approx(200, abs=1)
    steps = []
    before = clock.at_ms(VIDEO, 25 * 3600, 101.2)
    for number in range(26, 100):
        at = clock.at_ms(VIDEO, number * 3600, 100.2 + number / 25)
        steps.append(at - before)
        before = at
    assert min(steps) >= 35
    assert clock.skew_ms == pytest.approx(0, abs=1)
    assert clock.at_ms(AUDIO, 96_000, 102) == 62_000


def test_one_report_alone_moves_nothing() -> None:
    """The phone's wall clock means something only for both."""
    clock = PhoneClock()
    run(clock, 1, late=0.1)
    clock.report(VIDEO, ntp(500), 90_000)
    assert clock.skew_ms == 0


def test_a_report_that_lies_is_not_believed() -> None:
    """An hour between sound and picture is nonsense."""
    clock = PhoneClock()
    run(clock, 1, late=0.1)
    clock.report(AUDIO, ntp(1), 48_000)
    clock.report(VIDEO, ntp(3600), 90_000)
    sound, picture = run(clock, 2, late=0.1, start=1)
    assert picture - sound == pytest.approx(100, abs=25)


def test_a_still_stands_beside_the_newest_sound() -> None:
    """And where it arrived when there is no sound."""
    clock = PhoneClock()
    assert clock.still_ms(50) == 60_000
    clock.at_ms(AUDIO, 0, 50.5)
    assert clock.still_ms(50.7) == 60_700
    for number in range(100):
        clock.at_ms(AUDIO, number * 960, 50.5 + number / 50 * 1.001)
    assert clock.still_ms(52.6) == pytest.approx(62_600, abs=30)
