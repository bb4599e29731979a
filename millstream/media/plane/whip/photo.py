"""Photos as a picture track: each is shown until the next one, in key frames and tiny still frames between."""

from __future__ import annotations

import io
import struct
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageOps

from millstream.media.plane.whip.encoder import Encoder

MAX_PHOTO_BYTES: Final = 64 << 10
MAX_PHOTO_PIXELS: Final = 16_000_000
MAX_SCANS: Final = 60  # a small progressive JPEG can ask for thousands of passes over a huge picture
STILLS_A_SECOND: Final = 3  # parts are cut at a third of a second, and each needs a picture
STILLS_A_KEY: Final = 6
KBIT: Final = 1_500
CRF: Final = 26
CANVASES: Final = ((848, 480), (640, 480), (480, 480), (480, 640), (480, 848))
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    Image.DecompressionBombError,
)
_SCAN = b"\xff\xda"


class PhotoRefused(ValueError):
    """The bytes are not a photo that we can show; the text says why."""


class PhotoShow:
    """The photo on show and its encoder. Everything here is slow and belongs in a thread."""

    def __init__(self) -> None:
        self._encoder: Encoder | None = None
        self._picture: VideoFrame | None = None

    def show(self, jpeg: bytes) -> None:
        """Take a photo up; raises PhotoRefused."""
        image = read_photo(jpeg)
        width, height = min(CANVASES, key=lambda size: abs(_shape(size) - _shape(image.size)))
        canvas = ImageOps.pad(image, (width, height), Image.Resampling.BILINEAR, color=(0, 0, 0))
        self._picture = VideoFrame.from_ndarray(np.asarray(canvas), format="rgb24").reformat(format="yuv420p")
        if self._encoder is None or (self._encoder.width, self._encoder.height) != (width, height):
            self._encoder = Encoder(width, height, kbit=KBIT, preset="veryfast", crf=CRF)

    def encode(self, ticks: int, *, key: bool) -> bytes:
        """The photo on show as the next picture of the track."""
        assert self._encoder is not None
        assert self._picture is not None
        return self._encoder.encode(self._picture, ticks, key=key)


def _shape(size: tuple[int, int]) -> float:
    return size[0] / (size[0] + size[1])


def read_photo(jpeg: bytes) -> Image.Image:
    """The photo the right way up, decoded small; raises PhotoRefused."""
    if not jpeg.startswith(b"\xff\xd8\xff"):
        raise PhotoRefused("this is not a JPEG")
    if jpeg.count(_SCAN) > MAX_SCANS:
        raise PhotoRefused("this JPEG has too many scans")
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
            if image.width * image.height > MAX_PHOTO_PIXELS or min(image.size) < 16:  # noqa: PLR2004 - one block
                raise PhotoRefused("this photo is too large or too small")
            image.draft("RGB", CANVASES[0])
            upright = ImageOps.exif_transpose(image)
            return upright.convert("RGB")
    except _BROKEN as error:
        if isinstance(error, PhotoRefused):
            raise
        raise PhotoRefused("this JPEG is broken") from error
