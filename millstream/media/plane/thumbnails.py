"""A small picture of every live stream, every ten seconds."""

from __future__ import annotations

import asyncio
import io
import logging
from pathlib import Path

import av
import av.error
from PIL import Image

from millstream.media.plane.hub import Hub
from millstream.media.plane.recorder import replace_file
from millstream.media.plane.stream import LiveStream, StreamState

EVERY_SECONDS = 10.0
LOOK_SECONDS = 1.0
WIDTH_PIXELS = 480
QUALITY = 80

log = logging.getLogger("millstream.media.thumbnails")


def picture_of(media: bytes) -> bytes | None:
    """A JPEG of the first picture of an init segment with a part that starts with a key frame."""
    try:
        with av.open(io.BytesIO(media), "r", format="mp4") as container:
            if not container.streams.video:
                return None
            container.streams.video[0].thread_type = "NONE"
            for frame in container.decode(video=0):
                height = max(frame.height * WIDTH_PIXELS // max(frame.width, 1) // 2 * 2, 2)
                small = frame.reformat(width=WIDTH_PIXELS, height=height, format="rgb24")
                image = Image.fromarray(small.to_ndarray())
                out = io.BytesIO()
                image.save(out, "JPEG", quality=QUALITY, optimize=True)
                return out.getvalue()
    except (av.error.FFmpegError, ValueError, OSError) as error:
        log.info("no thumbnail: %s", error)
    return None


def newest_key_part(stream: LiveStream) -> bytes | None:
    """Init segment and newest part that starts with a key frame, None while there is none."""
    for entry in reversed(stream.window.listed):
        for part in reversed(entry.segment.parts):
            if part.starts_with_key and entry.segment.init.tracks.video is not None:
                return entry.segment.init.data + part.data
    return None


class Thumbnailer:
    """Decodes one picture per live stream now and then, in a thread, one stream at a time."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._next: dict[object, float] = {}

    async def run(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            streams = list(self._hub.streams.values())
            self._next = {s.stream: self._next[s.stream] for s in streams if s.stream in self._next}
            for stream in streams:
                if stream.state is StreamState.LIVE and loop.time() >= self._next.get(stream.stream, 0.0):
                    media = newest_key_part(stream)
                    if media is not None:
                        self._next[stream.stream] = loop.time() + EVERY_SECONDS
                        await asyncio.to_thread(_make, media, self._hub.folder(stream.stream) / "thumb.jpg")


def _make(media: bytes, path: Path) -> None:
    picture = picture_of(media)
    if picture is None:
        return
    try:
        replace_file(path, picture)
    except OSError as error:
        log.warning("a thumbnail cannot be kept: %s", error.strerror)
