"""libx264 as the plane uses it: no B-frames, no delay, key frames where we say, parameter sets in the stream."""

from __future__ import annotations

from fractions import Fraction

import av
from av.video.frame import PictureType, VideoFrame

NEVER = 9_999
MOST_FPS = 30
TICKS = Fraction(1, 90_000)


class Encoder:
    """One H.264 encoder for pictures of one size; slow enough to belong in a thread."""

    def __init__(self, width: int, height: int, *, kbit: int, preset: str, crf: int) -> None:
        self.width, self.height = width, height
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = TICKS
        context.framerate = Fraction(MOST_FPS)  # or x264 takes the time base for it, and names an absurd level
        context.thread_count = 1
        context.options = {
            "preset": preset,
            "tune": "zerolatency",
            "profile": "baseline",
            "crf": str(crf),
            "maxrate": f"{kbit}k",
            "bufsize": f"{kbit}k",
            "g": str(NEVER),
            "sc_threshold": "0",
            "forced-idr": "1",
        }
        self._context = context

    def encode(self, picture: VideoFrame, ticks: int, *, key: bool) -> bytes:
        """One picture of our size in YUV 4:2:0, as an access unit with start codes."""
        picture.pts, picture.time_base = ticks, TICKS
        picture.pict_type = PictureType.I if key else PictureType.NONE
        return b"".join(bytes(packet) for packet in self._context.encode(picture))
