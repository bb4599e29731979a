"""A host's camera program: a real ffmpeg with a film of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.media.plane.rig import FFMPEG, make_media, publishing

__all__ = ["FILM_SIZE", "film", "publishing", "refused"]

FILM_SIZE = (480, 270)


def film(folder: Path) -> Path:
    """Eight seconds of a test picture, H.264 and AAC, a key frame each second."""
    return make_media(folder / "film.mp4", seconds=8, gop_seconds=1, more={"size": "480x270"})


def refused(source: Path, address: str) -> subprocess.CompletedProcess[str]:
    """Publish where it is not allowed; ffmpeg's exit code and what it printed."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-re", "-i", str(source), "-c", "copy", "-f", "flv", address]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
