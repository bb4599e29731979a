"""Sending a recorded file with ranges, in bounded pieces, read in a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any, BinaryIO

from millstream.media.plane.ranges import Span, Unsatisfiable, read_range

PIECE_BYTES = 256 << 10

type _Headers = tuple[tuple[bytes, bytes], ...]


async def send_file(
    path: Path,
    kind: bytes,
    extra: _Headers,
    scope: Mapping[str, Any],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
    sent: Callable[[int], None],
) -> bool:
    """Answer with the file or the range asked for; False when there is no such file."""
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError:
        return False
    try:
        await _send_open(file, path, kind, extra, scope, send, sent)
    finally:
        file.close()
    return True


async def _send_open(
    file: BinaryIO,
    path: Path,
    kind: bytes,
    extra: _Headers,
    scope: Mapping[str, Any],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
    sent: Callable[[int], None],
) -> None:
    facts = os.fstat(file.fileno())
    # A recording only ever grows, so a range of it stays true while it is being written: the tag names the file.
    etag = f'"{path.stem}-{facts.st_ino:x}"'
    asked = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"range", b"if-range")}
    common: list[tuple[bytes, bytes]] = [
        (b"accept-ranges", b"bytes"),
        (b"etag", etag.encode()),
        (b"last-modified", formatdate(facts.st_mtime, usegmt=True).encode()),
        (b"cache-control", b"public, max-age=60"),
        (b"x-content-type-options", b"nosniff"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        *extra,
    ]
    try:
        span = read_range(asked.get(b"range"), facts.st_size, if_range=asked.get(b"if-range"), etag=etag)
    except Unsatisfiable:
        common += [(b"content-range", f"bytes */{facts.st_size}".encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 416, "headers": common})
        await send({"type": "http.response.body", "body": b""})
        return
    common += [(b"content-type", kind), (b"content-length", str(span.length).encode())]
    if span.partial:
        common.append((b"content-range", f"bytes {span.start}-{span.start + span.length - 1}/{facts.st_size}".encode()))
    await send({"type": "http.response.start", "status": 206 if span.partial else 200, "headers": common})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return
    await _pour(file, span, send, sent)


async def _pour(
    file: BinaryIO,
    span: Span,
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
    sent: Callable[[int], None],
) -> None:
    file.seek(span.start)
    left = span.length
    while left > 0:
        piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, left))
        if not piece:
            # Shorter than promised: the server closes the line, so the client sees it.
            return
        left -= len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        sent(len(piece))
    if span.length == 0:
        await send({"type": "http.response.body", "body": b""})
