"""What a process that died left behind is taken up exactly."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from millstream.media.plane import boxes
from millstream.media.plane.packager import Init, Segment
from millstream.media.plane.playlist import live_playlist
from millstream.media.plane.restore import Remains, SavedState, read_init, read_remains, read_state
from millstream.media.plane.samples import Tracks
from millstream.media.plane.window import LISTED_SEGMENTS
from tests.media.plane.cast import Collector, audio_config, both, pictures, sounds, together, video_config

STATE = SavedState(str(uuid.uuid4()), "a-token-of-a-test", False, 0, 1, 0, 0, "rtmp")


def write_file(folder: Path, segments: list[Segment], discontinuity_sequence: int) -> Path:
    """A recording as the recorder writes it."""
    init = segments[0].init
    data = init.data
    for segment in segments:
        at_ms = 1_795_000_000_000 + segment.sequence * 2000
        data += boxes.write_marker(
            boxes.SegmentMarker(segment.sequence, at_ms, discontinuity_sequence, segment.independent)
        )
        data += b"".join(part.data for part in segment.parts)
    path = folder / f"rec-{init.number:06d}.mp4"
    path.write_bytes(data)
    return path


def show(seconds: float, then: Tracks | None = None) -> Collector:
    """A recorded show, with other tracks for its second half."""
    collector = Collector()
    collector.feed(together(pictures(seconds), sounds(seconds)))
    if then is not None:
        collector.packager.begin(then)
        end = collector.packager.end_ticks
        collector.feed(together(pictures(seconds, start=end), sounds(seconds, start=end)))
    collector.packager.flush()
    return collector


def remains(folder: Path, collector: Collector) -> Remains:
    """What is read back; the state was saved when the last segment but one was closed."""
    state = replace(STATE, next_sequence=collector.segments[-1].sequence, next_init=collector.packager.next_init)
    return read_remains(folder, state)


def test_numbers_segments_and_tracks_come_back(tmp_path: Path) -> None:
    """The window's last segments are the same bytes under the same numbers, and the timeline goes on at its end."""
    collector = show(25)
    path = write_file(tmp_path, collector.segments, 0)
    found = remains(tmp_path, collector)
    assert found.next_sequence == collector.packager.next_sequence
    assert [entry.segment.sequence for entry in found.kept] == [
        s.sequence for s in collector.segments[-LISTED_SEGMENTS:]
    ]
    for entry, segment in zip(found.kept, collector.segments[-LISTED_SEGMENTS:], strict=True):
        assert [part.data for part in entry.segment.parts] == [part.data for part in segment.parts]
        assert entry.segment.duration_ticks == pytest.approx(segment.duration_ticks, abs=3100)
        assert entry.segment.closed
    assert found.last_init is not None
    assert found.last_init.tracks.same_decoder(both())
    assert found.end_ticks == pytest.approx(collector.packager.end_ticks, abs=3100)
    assert (found.file, found.file_length) == (path.name, path.stat().st_size)


def test_a_torn_tail_is_cut_where_the_last_part_ends(tmp_path: Path) -> None:
    """The recording goes on behind the last whole part."""
    collector = show(9)
    path = write_file(tmp_path, collector.segments, 0)
    torn = len(collector.segments[-1].parts[-1].data) // 2
    path.write_bytes(path.read_bytes()[:-torn])
    found = remains(tmp_path, collector)
    assert found.file_length == path.stat().st_size + torn - len(collector.segments[-1].parts[-1].data)
    assert len(found.kept[-1].segment.parts) == len(collector.segments[-1].parts) - 1


def test_a_change_of_tracks_is_still_a_discontinuity(tmp_path: Path) -> None:
    """Both files stand in one playlist, with the tag between them and the count before them."""
    collector = show(5, Tracks(video_config(0x1F), audio_config()))
    first = [segment for segment in collector.segments if segment.init.number == 1]
    second = [segment for segment in collector.segments if segment.init.number == 2]
    write_file(tmp_path, first, 4)
    write_file(tmp_path, second, 5)
    found = remains(tmp_path, collector)
    text = live_playlist(found.kept, discontinuity_sequence=found.kept_discontinuities, ended=False)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:4\n" in text
    assert found.discontinuities == 5
    assert found.next_init == 3


def test_a_file_without_a_segment_is_left_behind(tmp_path: Path) -> None:
    """Killed right after new tracks began: what was shown last counts, so the change is told as one."""
    collector = show(5)
    write_file(tmp_path, collector.segments, 0)
    fresh = boxes.init_segment(Tracks(video_config(0x1F), audio_config()))
    (tmp_path / "rec-000002.mp4").write_bytes(fresh)
    found = remains(tmp_path, collector)
    assert found.file is None
    assert found.next_init == 3
    assert found.last_init is not None
    assert found.last_init.number == 1


@pytest.mark.parametrize("state", [replace(STATE, ended=True, next_sequence=3), replace(STATE, next_sequence=99)])
def test_an_ended_or_unrecorded_show_goes_on_after_a_gap(tmp_path: Path, state: SavedState) -> None:
    """Numbers only rise, and one more discontinuity says that the timeline is another."""
    write_file(tmp_path, show(5).segments, 0)
    found = read_remains(tmp_path, state)
    assert found.kept == []
    assert found.next_sequence == state.next_sequence + 1
    assert found.discontinuities == found.kept_discontinuities == 1
    assert len(found.recorded) == 3


def test_only_an_unbroken_run_of_numbers_is_shown_again(tmp_path: Path) -> None:
    """Segments before a hole in the numbers stay out of the playlist."""
    collector = show(15)
    write_file(tmp_path, [segment for segment in collector.segments if segment.sequence != 4], 0)
    found = remains(tmp_path, collector)
    assert [entry.segment.sequence for entry in found.kept] == [
        s.sequence for s in collector.segments if s.sequence > 4
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"stream": 1}', '{"playback": "../x"}'])
def test_a_broken_state_is_no_state(tmp_path: Path, text: str) -> None:
    """A folder whose state cannot be read is passed over."""
    (tmp_path / "state.json").write_text(text)
    assert read_state(tmp_path) is None


@pytest.mark.parametrize(
    "tracks",
    [both(), Tracks(video_config(), None), Tracks(None, audio_config()), Tracks(None, audio_config("2b8a0800"))],
)
def test_tracks_are_read_back_from_an_init_segment(tracks: Tracks) -> None:
    """What was described can be compared with what a publisher describes."""
    assert read_init(Init(1, tracks, boxes.init_segment(tracks)).data) == tracks
