"""VP8 of browsers that have no H.264 encoder, re-encoded in a thread."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

import av
import av.error
from av.video.frame import VideoFrame

from millstream.media.plane.whip.encoder import TICKS, Encoder

MAX_QUEUED = 30
KEY_EVERY_TICKS = 2 * 90_000
MAX_SIDE_PIXELS = 1920
SAME_SHAPE = 0.02
CRF = 23

log = logging.getLogger("millstream.media.whip")


class Transcoder:
    """One session's thread: pictures go in as they come, access units come out by `done` in that thread.

    When it falls behind it drops until the next key frame that the phone is asked for; so it never lags by more than
    a second. Its output keeps the first picture's size while the shape stays, because VP8 senders change it often.
    """

    def __init__(self, kbit: int, done: Callable[[bytes, int], None], wants_key: Callable[[], None]) -> None:
        self.dropped = 0
        self._kbit, self._done, self._wants_key = kbit, done, wants_key
        self._queue: queue.Queue[tuple[bytes, int] | None] = queue.Queue(MAX_QUEUED)
        self._skipping = False
        self._decoder = av.CodecContext.create("vp8", "r")
        self._decoder.thread_count = 1
        self._encoder: Encoder | None = None
        self._key_ticks: int | None = None
        self._thread = threading.Thread(target=self._work, name="whip-transcode", daemon=True)
        self._thread.start()

    def push(self, frame: bytes, ticks: int) -> None:
        """One VP8 picture; never waits."""
        if not frame:
            return  # to the decoder this would be the end
        key = not frame[0] & 1
        self._skipping = self._skipping and not key
        if not self._skipping:
            try:
                self._queue.put_nowait((frame, ticks))
            except queue.Full:
                self._skipping = True
        if self._skipping:
            self.dropped += 1
            self._wants_key()

    def close(self) -> None:
        """End the thread; what still waits is thrown away."""
        while True:
            try:
                self._queue.put_nowait(None)
            except queue.Full:
                try:
                    self._queue.get_nowait()
                except queue.Empty:
                    continue
            else:
                return

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            frame, ticks = item
            try:
                for picture in self._decoder.decode(av.Packet(frame)):
                    self._encode(picture, ticks)
            except av.error.FFmpegError as error:
                log.info("a VP8 picture is broken: %s", error)
                self._wants_key()

    def _encode(self, picture: VideoFrame, ticks: int) -> None:
        if max(picture.width, picture.height) > MAX_SIDE_PIXELS:
            return
        encoder = self._encoder
        if encoder is None or abs(_shape(encoder.width, encoder.height) - _shape(picture.width, picture.height)) > (
            SAME_SHAPE
        ):
            encoder = Encoder(
                max(picture.width // 2 * 2, 16),
                max(picture.height // 2 * 2, 16),
                kbit=self._kbit,
                preset="ultrafast",
                crf=CRF,
            )
            self._encoder, self._key_ticks = encoder, None
        key = self._key_ticks is None or ticks - self._key_ticks >= KEY_EVERY_TICKS
        if key:
            self._key_ticks = ticks
        fitted = picture.reformat(encoder.width, encoder.height, "yuv420p")
        fitted.time_base = TICKS
        self._done(encoder.encode(fitted, ticks, key=key), ticks)


def _shape(width: int, height: int) -> float:
    return width / (width + height)
