"""The sound of a joined clip: whatever was heard, as one track without holes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np

RATE_HZ = 48_000
BIT_RATE = 128_000
FRAME_SAMPLES = 1_024
LEAST_GAP_SAMPLES = RATE_HZ // 20  # clocks that differ by less than this are left alone

type Samples = np.ndarray[Any, np.dtype[np.float32]]


class Heard:
    """An AAC track, silent where nothing was heard."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self._track = target.add_stream("aac", rate=RATE_HZ, layout="stereo")
        self._track.bit_rate = BIT_RATE
        self._resampler: av.AudioResampler | None = None
        self._shape: tuple[int, str, str] | None = None
        self._waiting: Samples = np.zeros((2, 0), dtype=np.float32)
        self._encoded = 0

    @property
    def _reached(self) -> int:
        return self._encoded + int(self._waiting.shape[1])

    def push(self, frame: av.AudioFrame, at_seconds: float) -> None:
        """One frame that begins at a moment of the clip."""
        shape = (frame.sample_rate, frame.layout.name, frame.format.name)
        if self._resampler is None or shape != self._shape:
            self._resampler, self._shape = av.AudioResampler("fltp", "stereo", RATE_HZ), shape
        frame.pts = None
        for piece in self._resampler.resample(frame):
            self._place(piece.to_ndarray().astype(np.float32, copy=False), round(at_seconds * RATE_HZ))
            at_seconds += piece.samples / RATE_HZ
        self._encode()

    def _place(self, samples: Samples, at: int) -> None:
        gap = at - self._reached
        if gap >= LEAST_GAP_SAMPLES:
            silence = np.zeros((2, gap), dtype=np.float32)
            self._waiting = np.concatenate([self._waiting, silence, samples], axis=1)
        elif gap > -LEAST_GAP_SAMPLES:
            self._waiting = np.concatenate([self._waiting, samples], axis=1)
        # What was told already is not told twice.

    def _encode(self, least: int = FRAME_SAMPLES) -> None:
        while (count := min(FRAME_SAMPLES, self._waiting.shape[1])) >= least:
            data, self._waiting = self._waiting[:, :count], self._waiting[:, count:]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(data), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._encoded, Fraction(1, RATE_HZ)
            self._encoded += count
            self._target.mux(self._track.encode(frame))

    def close(self, ends_seconds: float) -> None:
        """End the track where the picture ends."""
        missing = round(ends_seconds * RATE_HZ) - self._reached
        if missing >= LEAST_GAP_SAMPLES:
            self._place(np.zeros((2, 0), dtype=np.float32), self._reached + missing)
        self._encode(least=1)
        self._target.mux(self._track.encode(None))
