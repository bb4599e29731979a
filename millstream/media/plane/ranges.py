"""Byte ranges of RFC 9110: which bytes of a file an answer carries."""

from __future__ import annotations

from dataclasses import dataclass

MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes to send: from `start`, `length` of them; partial answers are 206."""

    start: int
    length: int
    partial: bool


class Unsatisfiable(ValueError):
    """No byte of the file is asked for: answer 416."""


def read_range(header: str | None, size: int, *, if_range: str | None = None, etag: str = "") -> Span:
    """The span for a Range header; whole for none, for another unit, for several ranges, or when the file changed.

    Raises `Unsatisfiable` for a well-formed range that lies outside the file.
    """
    whole = Span(0, size, partial=False)
    if header is None or (if_range is not None and if_range.strip() != etag):
        return whole
    unit, _, text = header.partition("=")
    if unit.strip().lower() != "bytes" or "," in text:
        return whole
    first, dash, last = (piece.strip() for piece in text.partition("-"))
    if not dash or not (first or last) or not _digits(first) or not _digits(last):
        return whole
    if not first:
        count = min(int(last), size)
        if count == 0:
            raise Unsatisfiable
        return Span(size - count, count, partial=True)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return whole
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start + 1, partial=True)


def _digits(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS)
