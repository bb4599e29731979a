"""The soft sound of a workshop: a humming wheel, a crackling kiln, now and then a bowl that rings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SCALE_HZ = (196.0, 220.0, 261.63, 293.66, 329.63, 392.0, 440.0)
RINGS = 9
CRACKLES = 70


def workshop_sound(seed: int, samples: int, rate_hz: int) -> NDArray[np.float32]:
    """Two channels of a loop without a seam, peak below 0.35."""
    chance = np.random.default_rng(seed)
    at = np.arange(samples) / rate_hz
    length = samples / rate_hz
    sound = np.zeros((2, samples))
    for harmonic, level in ((1, 0.5), (2, 0.22), (3, 0.08)):
        # Whole numbers of periods in the loop keep the hum seamless.
        hertz = round(55.0 * harmonic * length) / length
        swell = 1 + 0.25 * np.sin(2 * np.pi * 3 * at / length)
        sound += 0.05 * level * swell * np.sin(2 * np.pi * hertz * at)
    sound += _wind(chance, samples)
    for _ in range(RINGS):
        hertz = float(chance.choice(_SCALE_HZ)) * float(chance.choice((1, 2)))
        _add(sound, _ring(hertz, rate_hz), chance, 0.045)
    for _ in range(CRACKLES):
        burst = chance.normal(size=int(rate_hz * 0.006)) * np.exp(-np.linspace(0, 7, int(rate_hz * 0.006)))
        _add(sound, burst, chance, 0.02 * float(chance.random()))
    peak = float(np.abs(sound).max())
    return (sound * min(1.0, 0.35 / peak)).astype(np.float32)


def _wind(chance: np.random.Generator, samples: int) -> NDArray[np.float64]:
    # Noise shaped in the frequency domain is periodic by construction.
    spectrum = np.fft.rfft(chance.normal(size=(2, samples)), axis=1)
    bins = np.arange(spectrum.shape[1])
    spectrum *= 1 / (1 + (bins / 4000.0) ** 2)
    noise = np.fft.irfft(spectrum, n=samples, axis=1)
    return np.asarray(0.012 * noise / noise.std(), dtype=np.float64)


def _ring(hertz: float, rate_hz: int) -> NDArray[np.float64]:
    at = np.arange(int(rate_hz * 2.2)) / rate_hz
    tone = np.sin(2 * np.pi * hertz * at) + 0.35 * np.sin(2 * np.pi * hertz * 2.76 * at) * np.exp(-4 * at)
    return np.asarray(tone * np.exp(-2.4 * at) * np.minimum(at / 0.012, 1), dtype=np.float64)


def _add(sound: NDArray[np.float64], piece: NDArray[np.float64], chance: np.random.Generator, level: float) -> None:
    samples = sound.shape[1]
    start, side = int(chance.integers(samples)), float(chance.uniform(0.3, 0.7))
    places = (start + np.arange(piece.size)) % samples
    sound[0, places] += level * (1 - side) * 2 * piece
    sound[1, places] += level * side * 2 * piece
