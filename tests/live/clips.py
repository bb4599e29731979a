"""Videos for tests, as a phone would make them."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def clip(folder: Path, *, seconds: int, width: int = 320, height: int = 240, sound: bool = False) -> bytes:
    """A WebM of a moving bar, ten pictures a second."""
    path = folder / "made.webm"
    with av.open(str(path), "w") as out:
        film = out.add_stream("libvpx", rate=10)
        film.width, film.height, film.pix_fmt = width, height, "yuv420p"
        film.options = {"deadline": "realtime", "cpu-used": "8", "b:v": "300k"}
        voice = out.add_stream("libopus", rate=48_000, layout="mono") if sound else None
        for number in range(seconds * 10):
            picture = np.full((height, width, 3), 90, np.uint8)
            picture[:, (number * 8) % width :][:, :40] = 220
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(film.encode(frame))
        out.mux(film.encode(None))
        if voice is not None:
            for number in range(seconds * 50):
                tone = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), format="fltp", layout="mono")
                tone.sample_rate, tone.pts, tone.time_base = 48_000, number * 960, Fraction(1, 48_000)
                out.mux(voice.encode(tone))
            out.mux(voice.encode(None))
    return path.read_bytes()
