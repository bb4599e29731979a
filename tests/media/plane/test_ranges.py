"""Byte ranges as RFC 9110 wants them."""

from __future__ import annotations

import pytest

from millstream.media.plane.ranges import Span, Unsatisfiable, read_range


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
