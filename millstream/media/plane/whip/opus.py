"""Opus, as browsers send it, into AAC, as every player takes it."""

from __future__ import annotations

from fractions import Fraction

import av
import av.error

from millstream.media.plane.aac import read_asc
from millstream.media.plane.samples import AudioConfig

RATE_HZ = 48_000
BIT_RATE = 96_000
MAX_FILLED_SAMPLES = RATE_HZ  # a silent pause (DTX, lost packets) up to a second is filled, a longer one is a gap
MAX_BACK_SAMPLES = RATE_HZ // 10
MAX_FILL_CHUNK = 4_800
_TICK = Fraction(1, RATE_HZ)


class OpusToAac:
    """The sound of one phone; times are samples at 48 kHz.

    Decoding and encoding 20 ms takes about 0.3 ms, so it is done where the packet is read: a thread would cost more.
    """

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("opus", "r")
        self._decoder.sample_rate = RATE_HZ
        self._decoder.layout = "stereo"
        self._encoder = av.CodecContext.create("aac", "w")
        self._encoder.format, self._encoder.layout = "fltp", "stereo"
        self._encoder.sample_rate, self._encoder.bit_rate = RATE_HZ, BIT_RATE
        self._encoder.time_base = _TICK
        self._encoder.open()
        self._written = 0
        self._base: int | None = None
        self.broken = 0
        self.config: AudioConfig = read_asc(bytes(self._encoder.extradata or b""))

    def push(self, packet: bytes, ticks: int) -> list[tuple[int, bytes]]:
        """One Opus packet that starts at `ticks`; the AAC frames that are complete now, with their starts."""
        if not packet:
            return []  # to the decoder this would be the end
        try:
            frames = self._decoder.decode(av.Packet(packet))
        except av.error.FFmpegError:
            self.broken += 1
            return []
        done: list[tuple[int, bytes]] = []
        for frame in frames:
            done += self._fill(ticks)
            done += self._encode(frame)
            ticks += frame.samples
        return done

    def _fill(self, ticks: int) -> list[tuple[int, bytes]]:
        """Make up for a gap before `ticks`: silence for a short one, a step of the clock for a long one."""
        if self._base is None:
            self._base = ticks - self._written
            return []
        missing = ticks - self._base - self._written
        if missing > MAX_FILLED_SAMPLES or missing < -MAX_BACK_SAMPLES:
            self._base += missing
            return []
        done: list[tuple[int, bytes]] = []
        while missing > 0:
            silence = av.AudioFrame(format="fltp", layout="stereo", samples=min(missing, MAX_FILL_CHUNK))
            for plane in silence.planes:
                plane.update(bytes(plane.buffer_size))
            missing -= silence.samples
            done += self._encode(silence)
        return done

    def _encode(self, frame: av.AudioFrame) -> list[tuple[int, bytes]]:
        assert self._base is not None
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._written, _TICK
        self._written += frame.samples
        return [(self._base + (packet.pts or 0), bytes(packet)) for packet in self._encoder.encode(frame)]
