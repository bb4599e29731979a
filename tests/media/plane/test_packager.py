"""Where parts and segments are cut, and what the boxes say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millstream.media.plane import boxes
from millstream.media.plane.packager import PART_TARGET_TICKS
from millstream.media.plane.samples import TICKS_PER_SECOND, Sample, Track, Tracks
from tests.media.plane.cast import Collector, audio_config, both, nal, pictures, sounds, together, video_config
from tests.media.plane.decoding import picture_packets, picture_size


def starts(data: bytes) -> list[boxes.RunSpan]:
    """The runs of a part."""
    kind, begin, end = next(iter(boxes.walk(data)))
    assert kind == b"moof"
    return boxes.read_moof(data[begin:end])


@pytest.mark.parametrize(
    ("gop_seconds", "expected"),
    [
        (1, [2.0, 2.0, 2.0, 2.0]),
        (2, [2.0, 2.0, 2.0, 2.0]),
        (3, [3.0, 3.0, 3.0]),
        (5, [4.0, 4.0, 2.0]),
        (10, [4.0, 4.0, 2.0, 4.0]),
    ],
)
def test_segments_end_at_the_first_key_after_two_seconds_and_at_four_without(
    gop_seconds: float, expected: list[float]
) -> None:
    """The cut follows the publisher's key frames, but never waits longer than four seconds."""
    collector = Collector()
    seconds = sum(expected) + 1
    collector.feed(together(pictures(seconds, gop_seconds=gop_seconds), sounds(seconds)))
    assert collector.seconds() == expected


def test_a_segment_without_key_at_its_start_is_not_independent() -> None:
    """With ten seconds between key frames the middle segments start in the middle."""
    collector = Collector()
    collector.feed(together(pictures(15, gop_seconds=10), sounds(15)))
    assert [segment.independent for segment in collector.closed] == [True, False, False, True]


def test_a_key_inside_a_part_makes_the_part_independent() -> None:
    """A viewer may enter at any part that holds a key frame."""
    collector = Collector()
    collector.feed(together(pictures(6, gop_seconds=1), sounds(6)))
    assert [part.independent for part in collector.segments[1].parts] == [True, False, False, True, False, False]


@pytest.mark.parametrize("fps", [10, 15, 24, 25, 30, 50, 60])
def test_no_part_is_longer_than_declared_and_few_are_short(fps: int) -> None:
    """Parts keep the declared target; only the last of a segment may be much shorter."""
    collector = Collector()
    collector.feed(together(pictures(9, fps=fps, gop_seconds=2), sounds(9)))
    for segment in collector.closed:
        for part in segment.parts[:-1]:
            assert 0.85 * PART_TARGET_TICKS <= part.duration_ticks <= PART_TARGET_TICKS
        assert segment.parts[-1].duration_ticks <= PART_TARGET_TICKS


def test_every_sample_comes_out_once_with_its_time() -> None:
    """Nothing is lost or shifted between samples and boxes."""
    collector = Collector()
    sent = together(pictures(5), sounds(5))
    collector.feed(sent)
    collector.packager.flush()
    spans = [span for part in collector.parts for span in starts(part.data)]
    video = [span for span in spans if span.track_id == boxes.VIDEO_TRACK_ID]
    assert video[0].start == 0
    for one, two in pairwise(video):
        assert one.start + one.duration == two.start
    audio = [span for span in spans if span.track_id == boxes.AUDIO_TRACK_ID]
    assert sum(span.duration for span in audio) == 1024 * sum(1 for sample in sent if sample.track is Track.AUDIO)


def test_sound_alone_is_cut_by_its_own_clock() -> None:
    """A publisher without a picture gets segments of two seconds, all independent."""
    collector = Collector(Tracks(None, audio_config()))
    collector.feed(list(sounds(7)))
    assert all(1.95 <= seconds <= 2.1 for seconds in collector.seconds())
    assert all(part.independent and part.duration_ticks <= PART_TARGET_TICKS for part in collector.parts)


def test_a_picture_alone_needs_no_sound() -> None:
    """A publisher without sound is cut the same way."""
    collector = Collector(Tracks(video_config(), None))
    collector.feed(list(pictures(7, gop_seconds=2)))
    assert collector.seconds() == [2.0, 2.0, 2.0]


def test_sound_goes_on_when_the_picture_stops() -> None:
    """After a second without pictures parts are cut by the sound, so that viewers still hear."""
    collector = Collector()
    collector.feed(together(pictures(3), sounds(8)))
    assert collector.packager.end_ticks > 6 * TICKS_PER_SECOND
    assert all(seconds <= 4.4 for seconds in collector.seconds())


def test_a_gap_in_the_sound_moves_it_forward_and_never_back() -> None:
    """Drift over 50 ms jumps forward; frames that would go back are dropped."""
    collector = Collector()
    late = [Sample(Track.AUDIO, sample.dts_ticks + 27_000, 0, True, sample.data) for sample in sounds(2, start=180_000)]
    early = [Sample(Track.AUDIO, sample.dts_ticks, 0, True, sample.data) for sample in sounds(1, start=360_000)]
    collector.feed(together(pictures(6), sounds(2), iter(late), iter(early)))
    audio = [s for part in collector.parts for s in starts(part.data) if s.track_id == boxes.AUDIO_TRACK_ID]
    for one, two in pairwise(audio):
        assert one.start + one.duration <= two.start
    assert collector.packager.dropped_audio > 0


def test_equal_tracks_go_on_without_discontinuity() -> None:
    """A publisher that comes back with the same parameters continues the old timeline."""
    collector = Collector()
    collector.feed(together(pictures(3), sounds(3)))
    assert collector.packager.begin(both()) is False
    end = collector.packager.end_ticks
    collector.feed(together(pictures(3, start=end), sounds(3, start=end)))
    assert not any(segment.discontinuity for segment in collector.segments)
    assert len({segment.init.number for segment in collector.segments}) == 1


def test_other_tracks_need_a_new_init_and_a_discontinuity() -> None:
    """Other parameter sets, another sound or a missing track change the decoder."""
    for tracks in (
        Tracks(video_config(0x1F), audio_config()),
        Tracks(video_config(), audio_config("1210")),
        Tracks(video_config(), None),
    ):
        collector = Collector()
        collector.feed(together(pictures(3), sounds(3)))
        before = len(collector.segments)
        assert collector.packager.begin(tracks) is True
        end = collector.packager.end_ticks
        collector.feed(list(pictures(3, start=end)))
        fresh = collector.segments[before:]
        assert fresh[0].discontinuity
        assert not any(segment.discontinuity for segment in fresh[1:])
        assert fresh[0].init.number == 2


def test_sequence_numbers_rise_by_one_over_everything() -> None:
    """Segments are numbered without gaps over flushes and changes."""
    collector = Collector()
    for _ in range(3):
        end = collector.packager.end_ticks
        collector.feed(together(pictures(2.5, start=end), sounds(2.5, start=end)))
        collector.packager.begin(both())
    assert [segment.sequence for segment in collector.segments] == list(range(len(collector.segments)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 1200), st.booleans()), min_size=20, max_size=120))
def test_whatever_the_picture_does_the_playlist_stays_legal(steps: list[tuple[int, bool]]) -> None:
    """With any frame distances up to 1.2 s no segment outgrows the declared four seconds."""
    collector = Collector(Tracks(video_config(), None))
    at, samples = 0, [Sample(Track.VIDEO, 0, 0, True, nal())]
    for step_ms, key in steps:
        at += step_ms * 90
        samples.append(Sample(Track.VIDEO, at, 0, key, nal()))
    collector.feed(samples)
    collector.packager.flush()
    assert all(round(seconds) <= 4 for seconds in collector.seconds())
    for one, two in zip(collector.segments, collector.segments[1:], strict=False):
        assert two.start_ticks >= one.start_ticks + one.duration_ticks


def test_init_and_parts_are_read_by_an_independent_demuxer() -> None:
    """PyAV reads the same sizes and times back."""
    collector = Collector()
    sent = together(pictures(3), sounds(3))
    collector.feed(sent)
    collector.packager.flush()
    init = collector.packager.init
    assert init is not None
    media = init.data + b"".join(part.data for part in collector.parts)
    assert picture_size(media) == (320, 180)
    expected = [sample for sample in sent if sample.track is Track.VIDEO]
    times = [(sample.dts_ticks / 90, sample.dts_ticks / 90) for sample in expected]
    assert picture_packets(media) == [(len(s.data), *at) for s, at in zip(expected, times, strict=True)]
