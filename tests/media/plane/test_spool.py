"""The spool of events: order and completeness over restarts, bounds, and broken lines."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from millstream.media.plane import events
from millstream.media.plane.events import Spool, encode
from millstream.media.plane.identity import SessionId, StreamId, new_session_id
from millstream.media.plane.stream import StreamEvent


def drain(spool: Spool, count: int = 10_000) -> list[bytes]:
    """Take and acknowledge up to so many lines."""
    found: list[bytes] = []
    while len(found) < count and (line := spool.peek()) is not None:
        found.append(line)
        spool.acknowledge()
    return found


def lines(count: int, start: int = 0) -> list[bytes]:
    """Numbered lines."""
    return [b'{"n":%d}\n' % number for number in range(start, start + count)]


def test_lines_come_out_as_they_went_in(tmp_path: Path) -> None:
    """First in, first out, over many files."""
    spool = Spool(tmp_path)
    for line in lines(5000):
        spool.put(line)
    assert len(spool) == 5000
    assert drain(spool) == lines(5000)
    assert len(spool) == 0


@pytest.mark.parametrize("taken", [0, 7, 40, 1999, 2000, 2300])
def test_a_restart_goes_on_where_it_was(tmp_path: Path, taken: int) -> None:
    """After a kill no line is lost; at most the few since the last saved cursor come again."""
    spool = Spool(tmp_path)
    for line in lines(2500):
        spool.put(line)
    drain(spool, taken)
    again = Spool(tmp_path)
    again.put(b'{"n":"new"}\n')
    rest = drain(again)
    assert rest[-1] == b'{"n":"new"}\n'
    first = json.loads(rest[0])["n"]
    assert taken - events.CURSOR_EVERY <= first <= taken
    assert rest[:-1] == lines(2500 - first, first)


def test_a_line_cut_by_a_kill_does_not_swallow_the_next(tmp_path: Path) -> None:
    """What follows a torn line starts in a file of its own."""
    Spool(tmp_path).put(b'{"n":0}\n')
    torn = next(tmp_path.glob("events-*.jsonl"))
    torn.write_bytes(torn.read_bytes() + b'{"n":1,"bo')
    spool = Spool(tmp_path)
    spool.put(b'{"n":2}\n')
    assert drain(spool) == [b'{"n":0}\n', b'{"n":1,"bo', b'{"n":2}\n']


def test_a_full_spool_drops_the_oldest_and_counts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is never filled by events that nobody takes."""
    monkeypatch.setattr(events, "FILE_EVENTS", 10)
    monkeypatch.setattr(events, "MAX_FILES", 3)
    spool = Spool(tmp_path)
    for line in lines(100):
        spool.put(line)
    assert spool.dropped == 70
    assert drain(spool) == lines(30, 70)
    assert len(list(tmp_path.glob("events-*.jsonl"))) <= 3


def test_an_event_names_itself_for_the_deduplication() -> None:
    """Subject, message id and body are what consumers are promised."""
    stream = StreamId(UUID(int=1))
    session = SessionId(UUID(int=2))
    line = json.loads(encode(StreamEvent(stream, session, 3, "stalled", 1_795_000_000_000, {})))
    assert line["subject"] == f"media.{stream}.stalled"
    assert line["id"] == f"{session}:3"
    assert line["body"]["at"] == "2026-11-18T11:06:40.000Z"
    assert set(line["body"]) == {"stream", "session", "number", "kind", "at", "data"}


def test_sessions_sort_by_time() -> None:
    """Session ids are version 7 UUIDs."""
    session = new_session_id()
    assert (session.version, session.variant) == (7, "specified in RFC 4122")
