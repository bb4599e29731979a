"""What a phone's tracks become in a stream, without a network."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millstream.media.plane.feed import Feed, FeedRefused
from millstream.media.plane.packager import Packager, Part, Segment
from millstream.media.plane.samples import TICKS_PER_SECOND, Sample, Tracks
from millstream.media.plane.whip.program import MAX_BROKEN_IN_A_ROW, Program
from tests.media.plane.cast import PPS, SPS
from tests.media.plane.whip.test_opus import TONE

KEY = b"\0\0\1" + SPS + b"\0\0\1" + PPS + b"\0\0\1\x65\xb8key"
NEXT = b"\0\0\1\x41\xe0next"


class Stage:
    """A stream's timeline with a packager, and the tracks it was given."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.tracks: list[Tracks] = []
        self.packager = Packager(lambda _, part: self.parts.append(part), self._closed)

    def _closed(self, segment: Segment) -> None:
        assert segment.parts

    def end_ticks(self) -> int:
        return self.packager.end_ticks

    def begin(self, feed: Feed, tracks: Tracks) -> None:
        self.tracks.append(tracks)
        self.packager.begin(tracks)

    def push(self, sample: Sample) -> None:
        self.packager.push(sample)

    def warn_gop(self, gop_seconds: float) -> None:
        assert gop_seconds > 0

    def clock_jumped(self, jump_seconds: float) -> None:
        assert jump_seconds

    def warn_b_frames(self) -> None:
        raise AssertionError("nothing here has B-frames")


def program_of(stage: Stage, *, video: bool = True, audio: bool = True) -> Program:
    """A phone that just connected, at second 100."""
    feed = Feed(stage, source="whip", peer="10.1.1.9", max_kbit=8_000, on_evicted=print)
    return Program(feed, video=video, audio=audio, began=100.0)


def test_after_a_lost_picture_nothing_is_shown_until_the_next_key_frame() -> None:
    """What refers to a picture that never came would be rubble on every screen."""
    program = program_of(Stage(), audio=False)
    shown = [program.camera(KEY if number == 0 else NEXT, number * 3000, 100 + number / 30) for number in range(5)]
    assert shown == [True, False, False, False, False]
    program.lost()
    later = [program.camera(NEXT, number * 3000, 100 + number / 30) for number in range(5, 8)]
    assert later == [None, None, None]
    assert program.camera(KEY, 24_000, 100.3) is True
    assert program.camera(NEXT, 27_000, 100.4) is False


def test_sound_waits_for_a_promised_camera_and_then_begins_alone() -> None:
    """A camera that never comes does not silence the show; before, nobody sees a beginning without a picture."""
    stage = Stage()
    program = program_of(stage)
    for number in range(50):
        now = 100 + number / 50
        program.sound(TONE[number], number * 960, now)
        program.keep_promises(now)
    assert not stage.tracks
    for number in range(50, 250):
        now = 100 + number / 50
        program.sound(TONE[number % 100], number * 960, now)
        program.keep_promises(now)
    assert [tracks.video for tracks in stage.tracks] == [None]
    assert sum(part.duration_ticks for part in stage.parts) > 2 * TICKS_PER_SECOND


def test_a_camera_that_sends_rubbish_is_told_so() -> None:
    """One broken picture is left out, a long row of them ends the session."""
    program = program_of(Stage(), audio=False)
    program.camera(KEY, 0, 100.0)
    broken = b"\0\0\1\x67\x42"
    assert program.camera(broken, 3_000, 100.1) is None
    assert program.camera(KEY, 6_000, 100.2) is True
    for number in range(MAX_BROKEN_IN_A_ROW):
        program.camera(broken, 9_000 + number * 3_000, 100.3)
    with pytest.raises(FeedRefused):
        program.camera(broken, 300_000, 104.0)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=120), st.integers(-(1 << 34), 1 << 34)), max_size=12))
def test_whatever_a_phone_sends_is_shown_left_out_or_refused(pieces: list[tuple[bool, bytes, int]]) -> None:
    """Any bytes at any time, after a good beginning: nothing else comes out."""
    program = program_of(Stage())
    program.camera(KEY, 0, 100.0)
    program.sound(TONE[0], 0, 100.0)
    try:
        for is_sound, data, ticks in pieces:
            if is_sound:
                program.sound(data, ticks, 101.0)
            else:
                program.camera(b"\0\0\1" + data, ticks, 101.0)
    except FeedRefused:
        return
