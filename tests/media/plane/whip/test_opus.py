"""Opus into AAC: nothing lost, nothing moved, gaps filled or told."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from millstream.media.plane.whip.opus import OpusToAac


def opus(count: int) -> list[bytes]:
    """Packets of 20 ms of a tone."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "stereo", 48_000
    encoder.time_base = Fraction(1, 48_000)
    found: list[bytes] = []
    for number in range(count + 2):
        wave = np.sin(2 * np.pi * 440 * (np.arange(960) + number * 960) / 48_000) * 12_000
        frame = av.AudioFrame.from_ndarray(np.repeat(wave.astype(np.int16), 2)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, number * 960
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found[:count]


TONE = opus(100)


def heard(frames: list[tuple[int, bytes]], config: bytes) -> np.ndarray:
    """What an independent decoder makes of AAC frames: one channel."""
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = config
    pieces = [frame.to_ndarray()[0] for _, data in frames for frame in decoder.decode(av.Packet(data))]
    return np.concatenate(pieces)


def test_a_tone_stays_a_tone_and_every_frame_follows_the_one_before() -> None:
    """Two seconds in, two seconds out, 1024 samples a frame, 440 Hz."""
    sound = OpusToAac()
    frames = [frame for number, packet in enumerate(TONE) for frame in sound.push(packet, 7_000 + number * 960)]
    starts = [start for start, _ in frames]
    assert starts[0] == 7_000 - 1024  # what the encoder needs to begin
    assert {after - before for before, after in pairwise(starts)} == {1024}
    assert starts[-1] + 1024 >= 7_000 + 96_000 - 4 * 1024
    wave = heard(frames, sound.config.asc)[24_000:72_000]
    assert np.argmax(np.abs(np.fft.rfft(wave))) == pytest.approx(440, abs=1)
    assert sound.config.codec == "mp4a.40.2"


def test_a_short_gap_is_filled_with_silence_and_a_long_one_is_stepped_over() -> None:
    """A lost packet or DTX keeps the clock counting; half a minute makes no half minute of silence."""
    sound = OpusToAac()
    for number in range(20):
        sound.push(TONE[number], number * 960)
    frames = [frame for number in range(30, 40) for frame in sound.push(TONE[number], number * 960)]
    assert {after[0] - before[0] for before, after in pairwise(frames)} == {1024}
    later = [frame for number in range(40, 60) for frame in sound.push(TONE[number], 1_440_000 + number * 960)]
    assert len(later) < 25
    assert later[-1][0] > 1_440_000 + 50 * 960


def test_garbage_is_counted_and_makes_no_sound() -> None:
    """Broken packets, empty ones, and a time that goes back: the tone goes on after them."""
    sound = OpusToAac()
    for number in range(10):
        sound.push(TONE[number], number * 960)
    for junk in (b"", b"\xff", b"\x03\xff\xff", bytes(1200)):
        sound.push(junk, 9_600)
    assert sound.broken > 0
    frames = [frame for number in range(10, 30) for frame in sound.push(TONE[number], number * 960)]
    assert frames
