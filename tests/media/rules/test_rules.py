"""What `media` decides without asking anybody."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from millstream.media.rules import (
    KEY_LENGTH,
    MalformedEvent,
    hours_left,
    is_news,
    make_key,
    milliseconds,
    read_event,
    segment_starts_at,
    tidy_key,
)
from millstream.media.types import MOST_HOURS_A_DAY, MOST_HOURS_A_STREAM, EventKind

OLD = UUID("019c0000-0000-7000-8000-000000000000")
NEW = UUID("019d0000-0000-7000-8000-000000000000")


def told(**changes: object) -> bytes:
    said = {
        "stream": str(OLD),
        "session": str(NEW),
        "number": 7,
        "kind": "segment",
        "at": "2026-11-21T09:00:02+00:00",
        "data": {
            "file": "a.mp4",
            "sequence": 3,
            "offset": 10,
            "length": 20,
            "starts_at": "2026-11-21T17:00:00+08:00",
            "duration_ms": 2000,
            "key": True,
        },
    }
    return json.dumps({**said, **changes}).encode()


@given(some.binary(min_size=KEY_LENGTH, max_size=40))
def test_a_key_survives_being_pasted_with_spaces_and_in_capitals(random: bytes) -> None:
    """A key that was copied with blanks around it, in groups or in capitals is the same key."""
    key = make_key(random)
    assert len(key) == KEY_LENGTH
    assert tidy_key(f"  {key[:6]}-{key[6:12]} {key[12:].upper()}\n") == key


def test_an_account_may_record_so_many_hours_a_day() -> None:
    """Nobody gets more hours than a stream may last, and none when the day is full."""
    hour = 3_600_000
    assert hours_left(0) == MOST_HOURS_A_STREAM
    assert hours_left((MOST_HOURS_A_DAY - 2) * hour) == 2
    assert hours_left(MOST_HOURS_A_DAY * hour) == 0
    assert hours_left(100 * MOST_HOURS_A_DAY * hour) == 0


def test_a_segment_event_is_read_with_its_times_in_utc() -> None:
    """What the plane says comes back typed, and times lose their offset but not their moment."""
    event = read_event(told())
    assert (event.stream, event.session, event.number, event.kind) == (OLD, NEW, 7, EventKind.SEGMENT)
    assert segment_starts_at(event) == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"not json",
        b"\xff\xfe",
        b"{" * 9_000,
        b" " * 20_000,
        told(kind="party"),
        told(number=0),
        told(number=True),
        told(number="7"),
        told(stream="x"),
        told(at="2026-11-21T09:00:02"),
        told(data=[]),
        told(data={"file": "../../etc/passwd", "sequence": 1}),
        told(data={"file": "a.mp4", "sequence": -1, "offset": 0, "length": 0, "duration_ms": 0, "starts_at": "x"}),
        told(kind="file_opened", data={"file": "a.mp4", "init_length": "many"}),
        told(kind="file_opened", data={"file": "/a.mp4", "init_length": 10}),
    ],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    """Broken, oversized or dishonest messages raise one kind of error."""
    with pytest.raises(MalformedEvent):
        read_event(body)


@given(some.binary(max_size=300))
def test_noise_is_never_an_event_and_never_a_crash(noise: bytes) -> None:
    """Whatever bytes arrive, the reader answers with its own error."""
    with pytest.raises(MalformedEvent):
        read_event(noise)


def test_only_younger_events_move_a_stream_on() -> None:
    """A later session beats an earlier one whatever its numbers; within a session the number decides."""
    assert is_news(OLD, 1, last_session=None, last_number=0)
    assert is_news(NEW, 1, last_session=OLD, last_number=900)
    assert not is_news(OLD, 901, last_session=NEW, last_number=1)
    assert is_news(NEW, 2, last_session=NEW, last_number=1)
    assert not is_news(NEW, 1, last_session=NEW, last_number=1)


@pytest.mark.parametrize(("said", "meant"), [(9.6, 9600), (0, 0), ("8", 0), (None, 0), (True, 0), (-1, 0), (1e12, 0)])
def test_seconds_become_whole_milliseconds(said: object, meant: int) -> None:
    """What is not a sensible number of seconds counts as nothing."""
    assert milliseconds(said) == meant
