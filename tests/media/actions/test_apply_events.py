"""Events of the media plane become rows and facts, each once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from millstream.kernel.ids import new_id
from millstream.media.api import apply_events, health, offsets_in_recording, recording_of, stream
from millstream.media.models import RecordingFile, Segment, StreamEvent
from millstream.media.types import EventKind, EventsApplied, StreamId, StreamState
from tests.media.studio import NOW, Camera, make_camera, make_host

pytestmark = pytest.mark.django_db


def facts() -> list[tuple[str, dict[str, Any]]]:
    import json

    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, body::text FROM fact WHERE kind LIKE 'media.%' ORDER BY id")
        return [(kind, json.loads(body)) for kind, body in cursor.fetchall()]


def test_a_whole_life_of_a_stream_is_told_in_facts() -> None:
    """Started, warned, stalled, resumed, ended: the row follows, and each is a fact."""
    camera = make_camera(make_host())
    apply_events(
        [
            camera.tell(EventKind.STARTED, source="rtmp", width=1280, height=720, codec="avc1"),
            camera.tell(EventKind.GOP_WARNED, gop_seconds=9.6),
            camera.tell(EventKind.STALLED),
            camera.tell(EventKind.RESUMED, gap_seconds=3.25),
        ],
        now=NOW,
    )
    on = stream(camera.stream)
    assert (on.state, on.source, on.width, on.height, on.gop_ms) == (StreamState.LIVE, "rtmp", 1280, 720, 9600)
    apply_events([camera.tell(EventKind.ENDED, reason="grace")], now=NOW)
    assert stream(camera.stream).state is StreamState.ENDED
    told = facts()
    assert [kind for kind, _ in told] == [
        "media.stream_started",
        "media.gop_warned",
        "media.stream_stalled",
        "media.stream_resumed",
        "media.stream_ended",
    ]
    assert told[3][1]["gap_ms"] == 3250


def test_a_stream_that_is_turned_upright_is_known_to_be_upright() -> None:
    """A change of parameters may tell the new size; one that does not keeps the old."""
    camera = make_camera(make_host())
    apply_events(
        [
            camera.tell(EventKind.STARTED, source="scene", width=960, height=540),
            camera.tell(EventKind.CODEC_CHANGED, codec="avc1", width=720, height=1280),
            camera.tell(EventKind.CODEC_CHANGED, codec="avc1"),
        ],
        now=NOW,
    )
    on = stream(camera.stream)
    assert (on.width, on.height) == (720, 1280)


def test_the_same_events_again_change_nothing() -> None:
    """A redelivered batch is known from before: no second row, no second fact."""
    camera = make_camera(make_host())
    batch = [
        camera.tell(EventKind.STARTED, source="scene", width=640, height=360),
        camera.tell(EventKind.FILE_OPENED, file="a.mp4", init_length=800),
        camera.segment(0),
        camera.segment(1),
    ]
    assert apply_events(batch, now=NOW) == EventsApplied(fresh=4, known=0, strange=0)
    assert apply_events(batch, now=NOW) == EventsApplied(fresh=0, known=4, strange=0)
    assert apply_events([*batch[2:], camera.segment(2)], now=NOW) == EventsApplied(fresh=1, known=2, strange=0)
    assert Segment.objects.count() == 3
    assert StreamEvent.objects.count() == 2
    assert len(facts()) == 1


def test_a_packager_that_starts_after_a_crash_begins_stalled() -> None:
    """A session may begin with `stalled` and tell the last segment again: it waits, and nothing is kept twice."""
    before = make_camera(make_host())
    last = before.segment(2)
    apply_events([before.tell(EventKind.STARTED, source="rtmp", width=640, height=360), last], now=NOW)
    after = Camera(before.stream, new_id())
    again = [after.tell(EventKind.STALLED), after.segment(2)]
    assert apply_events(again, now=NOW) == EventsApplied(fresh=1, known=1, strange=0)
    assert stream(before.stream).state is StreamState.STALLED
    apply_events([after.tell(EventKind.PUBLISHING, source="rtmp"), after.segment(3)], now=NOW)
    apply_events([after.tell(EventKind.RESUMED, gap_seconds=4.0), after.segment(3)], now=NOW)
    on = stream(before.stream)
    assert (on.state, on.source, on.width) == (StreamState.LIVE, "rtmp", 640)
    assert sorted(Segment.objects.values_list("sequence", flat=True)) == [2, 3]
    kept = recording_of(before.stream)
    assert kept is not None
    assert kept.duration_ms == 4_000
    assert [kind for kind, _ in facts()] == ["media.stream_started", "media.stream_stalled", "media.stream_resumed"]


def test_jumps_of_the_clock_are_kept_and_warned_of_for_a_minute() -> None:
    """They change no state; health counts those of the last minute."""
    camera = make_camera(make_host())
    early, late = NOW, NOW + timedelta(seconds=50)
    apply_events(
        [
            camera.tell(EventKind.STARTED, source="rtmp"),
            camera.tell(EventKind.CLOCK_JUMPED, early, jump_seconds=-3.5),
            camera.tell(EventKind.CLOCK_JUMPED, late, jump_seconds=86_400.0),
        ],
        now=NOW,
    )
    assert stream(camera.stream).state is StreamState.LIVE
    kept = StreamEvent.objects.filter(kind="clock_jumped").order_by("number").values_list("data", flat=True)
    assert [data["jump_seconds"] for data in kept] == [-3.5, 86_400.0]
    for seconds, jumps in ((55, 2), (70, 1), (120, 0)):
        assert health(camera.stream, now=NOW + timedelta(seconds=seconds)).clock_jumps == jumps


def test_a_gap_in_the_numbers_stops_nothing() -> None:
    """What came before and after a lost event is kept."""
    camera = make_camera(make_host())
    events = [camera.segment(number) for number in range(5)]
    apply_events([events[0], events[4]], now=NOW)
    assert sorted(Segment.objects.values_list("sequence", flat=True)) == [0, 4]


def test_a_segment_may_come_before_its_file_is_told() -> None:
    """The file's row is made by whoever comes first, and its init length filled in later."""
    camera = make_camera(make_host())
    opened = camera.tell(EventKind.FILE_OPENED, file="a.mp4", init_length=812)
    apply_events([camera.segment(0)], now=NOW)
    assert RecordingFile.objects.get().init_length is None
    apply_events([opened], now=NOW)
    assert RecordingFile.objects.get().init_length == 812


def test_an_event_of_an_earlier_session_does_not_turn_back_the_state() -> None:
    """A late 'ended' of the packager that died does not end the stream that runs again."""
    host = make_host()
    before = Camera(make_camera(host).stream, UUID("019c0000-0000-7000-8000-000000000000"))
    late = before.tell(EventKind.ENDED, reason="killed")
    after = Camera(before.stream, new_id())
    apply_events([after.tell(EventKind.STARTED, source="rtmp")], now=NOW)
    apply_events([late], now=NOW)
    assert stream(before.stream).state is StreamState.LIVE
    assert "media.stream_ended" not in [kind for kind, _ in facts()]


def test_events_of_a_stream_that_nobody_opened_are_left_out() -> None:
    """They are counted as strange, and the others of the batch are applied."""
    camera = make_camera(make_host())
    stranger = Camera(StreamId(new_id()), new_id())
    done = apply_events([stranger.segment(0), camera.segment(0)], now=NOW)
    assert done == EventsApplied(fresh=1, known=0, strange=1)


def test_a_recording_tells_where_a_moment_lies_in_it() -> None:
    """Offsets count what was recorded: a gap of the stream is not in the recording."""
    camera = make_camera(make_host())
    gap = timedelta(seconds=100)
    apply_events(
        [
            *[camera.segment(number) for number in range(3)],
            camera.segment(3, at=NOW + timedelta(seconds=6) + gap),
        ],
        now=NOW,
    )
    kept = recording_of(camera.stream)
    assert kept is not None
    assert (kept.duration_ms, kept.size_bytes, kept.files) == (8_000, 2_000_000, 1)
    moments = [NOW - gap, NOW, NOW + timedelta(seconds=3), NOW + timedelta(seconds=50), NOW + timedelta(seconds=107)]
    assert offsets_in_recording(camera.stream, moments) == [0, 0, 3_000, 6_000, 7_000]


def test_health_is_measured_from_the_last_segments() -> None:
    """Half a megabyte in two seconds is two megabits a second; old segments do not count."""
    camera = make_camera(make_host())
    apply_events([camera.tell(EventKind.STARTED, source="rtmp"), camera.segment(0), camera.segment(1)], now=NOW)
    measured = health(camera.stream, now=NOW + timedelta(seconds=5))
    assert (measured.state, measured.kbit, measured.segment_ms) == (StreamState.LIVE, 2_000, 2_000)
    assert health(camera.stream, now=NOW + timedelta(minutes=5)).kbit == 0


def test_a_stream_without_segments_has_no_recording() -> None:
    """There is nothing to play, and every moment lies at the start."""
    camera = make_camera(make_host())
    assert recording_of(camera.stream) is None
    assert offsets_in_recording(camera.stream, [NOW]) == [0]


def test_b_frames_are_told_once_and_forgotten_with_the_next_encoder() -> None:
    """The host's health says so until somebody else publishes; the fact is recorded once."""
    camera = make_camera(make_host())
    apply_events([camera.tell(EventKind.STARTED, source="rtmp"), camera.tell(EventKind.B_FRAMES)], now=NOW)
    assert health(camera.stream, now=NOW).b_frames
    apply_events([camera.tell(EventKind.PUBLISHING, source="rtmp", peer="10.0.0.2")], now=NOW)
    assert not health(camera.stream, now=NOW).b_frames
