"""Byte ranges as RFC 9110 wants them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from millstream.media.plane import boxes
from millstream.media.plane.ranges import Span, Unsatisfiable, read_range
from tests.media.plane.conftest import Show
from tests.media.plane.rig import PlaneProcess, get, publishing, until


@pytest.mark.parametrize(
    ("header", "start", "length"),
    [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 10), ("bytes=90-", 90, 10), ("bytes=-7", 93, 7), ("bytes=95-900", 95, 5)],
)
def test_a_range_gives_its_bytes(header: str, start: int, length: int) -> None:
    """First to last, from, and the last so many; the end is cut to the file."""
    assert read_range(header, 100) == Span(start, length, partial=True)


@pytest.mark.parametrize("header", [None, "items=0-1", "bytes=0-1,5-6", "bytes=x-1", "bytes=", "bytes=-", "bytes=9-3"])
def test_what_is_no_single_range_gets_the_whole(header: str | None) -> None:
    """Other units, several ranges and broken ones are answered with 200."""
    assert read_range(header, 100) == Span(0, 100, partial=False)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_is_refused(header: str) -> None:
    """Nothing of the file is asked for: 416."""
    with pytest.raises(Unsatisfiable):
        read_range(header, 100)


def test_if_range_of_another_file_gets_the_whole() -> None:
    """A range of what the client had before is not mixed with what there is now."""
    assert read_range("bytes=1-2", 100, if_range='"old"', etag='"new"') == Span(0, 100, partial=False)
    assert read_range("bytes=1-2", 100, if_range='"new"', etag='"new"') == Span(1, 2, partial=True)


def test_a_recording_answers_ranges_over_http(plane: PlaneProcess, show: Show, media: Callable[..., Path]) -> None:
    """Single, open, suffix, HEAD, a changed file, several at once, and none that exists; the index fits the file."""
    with publishing(media(), plane.rtmp(show.key)):
        until(lambda: plane.playlist(show.playback).count("#EXTINF") >= 3)
    base = f"{plane.http}/recordings/{show.playback}"
    text = get(f"{base}/index.m3u8").text
    file = re.findall(r'MAP:URI="([^"]+)"', text)[0]
    whole = get(f"{base}/{file}")
    size, etag = len(whole.content), whole.headers["etag"]
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")

    def ask(span: str, **more: str) -> httpx.Response:
        return get(f"{base}/{file}", headers={"range": span, **more})

    for span, start, end in (
        ("bytes=10-19", 10, 20),
        (f"bytes={size - 5}-", size - 5, size),
        ("bytes=-7", size - 7, size),
    ):
        answer = ask(span)
        assert (answer.status_code, answer.content) == (206, whole.content[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = ask(f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["content-range"], beyond.content) == (416, f"bytes */{size}", b"")
    assert ask("bytes=-0").status_code == 416
    assert ask("bytes=0-1,5-6").status_code == 200
    assert ask("bytes=0-1", **{"if-range": etag}).status_code == 206
    assert ask("bytes=0-1", **{"if-range": '"another"'}).status_code == 200
    head = httpx.head(f"{base}/{file}", headers={"range": "bytes=0-99"})
    assert (head.status_code, head.headers["content-length"], head.content) == (206, "100", b"")
    for length, offset in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", text):
        piece = ask(f"bytes={offset}-{int(offset) + int(length) - 1}").content
        assert piece[4:8] == b"moof"
        assert sum(end - start for _, start, end in boxes.walk(piece)) == int(length)
