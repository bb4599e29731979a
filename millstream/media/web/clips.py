"""The files of clips: with ranges, so that players seek and downloads go on where they broke off."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO, Final
from urllib.parse import quote

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from millstream.media import api
from millstream.media.adapters.clip_files import clip_path
from millstream.media.plane.ranges import Span, Unsatisfiable, read_range

PIECE_BYTES: Final = 256 << 10
KINDS: Final = {"mp4": "video/mp4", "jpg": "image/jpeg"}
A_DAY: Final = "public, max-age=86400"
PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")


@require_safe
def file(request: HttpRequest, token: str, form: str) -> HttpResponseBase:
    """A clip or its poster, whole or the range asked for; `?download=1` saves it under its name."""
    name = api.clip_name(token)
    if name is None:
        raise Http404
    path = clip_path(token, form)
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    size = path.stat().st_size
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{token}"',
        "Cache-Control": A_DAY,
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    if request.GET.get("download"):
        headers["Content-Disposition"] = disposition(name)
    try:
        span = read_range(
            request.headers.get("Range"), size, if_range=request.headers.get("If-Range"), etag=headers["ETag"]
        )
    except Unsatisfiable:
        opened.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if span.partial:
        headers["Content-Range"] = f"bytes {span.start}-{span.start + span.length - 1}/{size}"
    return _sent(request, opened, span, {**headers, "Content-Length": str(span.length)}, KINDS[form])


def _sent(request: HttpRequest, opened: BinaryIO, span: Span, headers: dict[str, str], kind: str) -> HttpResponseBase:
    status = 206 if span.partial else 200
    if request.method == "HEAD":
        opened.close()
        return HttpResponse(status=status, headers=headers, content_type=kind)
    # Django reads a plain iterator whole before it sends it by ASGI: there it must be an asynchronous one.
    pieces = _pieces_async(opened, span) if isinstance(request, ASGIRequest) else _pieces(opened, span)
    return StreamingHttpResponse(pieces, status=status, headers=headers, content_type=kind)


def _pieces(opened: BinaryIO, span: Span) -> Iterator[bytes]:
    with opened:
        opened.seek(span.start)
        left = span.length
        while left > 0 and (piece := opened.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


async def _pieces_async(opened: BinaryIO, span: Span) -> AsyncIterator[bytes]:
    pieces = _pieces(opened, span)
    try:
        while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
            yield piece
    finally:
        opened.close()


def disposition(name: str) -> str:
    """A Content-Disposition that saves under a name, whatever its letters (RFC 6266)."""
    plain = PLAIN.sub("-", name).strip("-") or "clip.mp4"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
