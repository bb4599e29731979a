"""What the plane asks of a phone: key frames in time, less when its uplink is in trouble."""

import pytest

from millstream.media.plane.whip.uplink import Uplink


class Film:
    """Pictures that each come `late` seconds after they were sent; one is handed on when the next one comes."""

    def __init__(self, uplink: Uplink) -> None:
        self.uplink = uplink
        self.waiting: tuple[float, int, bool] | None = None

    def run(self, start: float, seconds: float, *, late: float = 0.0, fps: int = 30, size: int = 10_000) -> None:
        for number in range(int(seconds * fps)):
            sent = start + number / fps
            if self.waiting is not None:
                before, length, key = self.waiting
                self.uplink.frame(sent + late, before, length, key=key)
            self.waiting = sent, size, number % 60 == 0


def test_a_key_frame_is_asked_for_at_once_and_then_every_two_seconds() -> None:
    """Not twice while the first request is on its way, again when it was lost."""
    uplink = Uplink(2_500, began=0)
    assert uplink.wants_key(0.0)
    assert not uplink.wants_key(0.1)
    assert uplink.wants_key(0.6)
    uplink.frame(1.0, 1.0, 100, key=True)
    assert not uplink.wants_key(2.0)
    assert uplink.wants_key(2.98)
    uplink.frame(3.0, 3.0, 100, key=True)
    uplink.needs_key()
    assert not uplink.wants_key(3.1)
    assert uplink.wants_key(3.5)


def test_the_fixed_bitrate_stands_while_all_is_well() -> None:
    """Also at five pictures a second: a slow camera is no slow uplink."""
    for fps in (5, 30):
        uplink = Uplink(2_500, began=0)
        Film(uplink).run(0, 20, late=0.3, fps=fps)
        assert uplink.allow(20) == 2_500_000


def test_a_queue_in_the_uplink_lowers_the_bitrate_and_its_end_raises_it() -> None:
    """Pictures that come a second later than at their best, at 800 kbit/s: the phone is told to send less than that."""
    uplink = Uplink(2_500, began=0)
    film = Film(uplink)
    film.run(0, 10, late=0.05)
    film.run(10, 3, late=1.05, size=3_333)
    assert uplink.allow(14) == pytest.approx(640_000, rel=0.05)
    film.run(14, 2, late=0.05, size=2_000)
    for second in range(40):
        film.run(16 + second, 1, late=0.05)
        uplink.allow(17 + second)
    assert uplink.allow(60) == 2_500_000


def test_a_clock_that_runs_off_is_no_queue() -> None:
    """A phone whose clock loses 100 ms an hour is not slowed down after a show of eight hours."""
    uplink = Uplink(2_500, began=0)
    film = Film(uplink)
    for minute in range(8 * 60):
        at = minute * 60.0
        film.run(at, 1, late=0.1 + 0.1 * minute / 60)
    assert uplink.allow(8 * 3600) == 2_500_000


def test_lost_packets_are_counted_over_ten_seconds() -> None:
    """Thirty of a thousand, and none any more when they are past."""
    uplink = Uplink(2_500, began=0)
    uplink.counted(1, 500, 485)
    uplink.counted(2, 1_000, 970)
    assert uplink.lost_permille == 30
    for second in range(3, 20):
        uplink.counted(second, second * 500, second * 500 - 30)
    assert uplink.lost_permille == 0
    assert uplink.packets_a_second(19) == pytest.approx(500, rel=0.1)


def test_heavy_loss_lowers_the_bitrate_but_never_to_nothing() -> None:
    """A fifth lost: the phone backs off, down to 100 kbit/s."""
    uplink = Uplink(2_500, began=0)
    film = Film(uplink)
    film.run(0, 5)
    for second in range(1, 60):
        uplink.counted(second, second * 500, second * 400)
        film.run(second, 1, size=400)
        uplink.allow(second)
    assert uplink.allow(60) == 100_000
