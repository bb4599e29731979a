"""A still of a clip: a picture a little way in, where something is to be seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av

LONGEST_SIDE = 720
QUALITY = 82
PLACE = 4  # a quarter of the way in


def draw_poster(clip: Path, out: Path) -> None:
    """Write a JPEG of the key frame at or before a quarter of the clip."""
    with av.open(str(clip), "r") as source:
        stream = source.streams.video[0]
        if source.duration:
            source.seek(source.duration // PLACE, backward=True)
        frame: Any = next(source.decode(stream))
        image = frame.to_image()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    with out.open("wb") as file:
        image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        file.flush()
        os.fsync(file.fileno())
