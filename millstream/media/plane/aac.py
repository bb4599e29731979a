# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""Reading the AudioSpecificConfig of AAC."""

from __future__ import annotations

from millstream.media.plane.samples import AudioConfig

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)
_AAC_LC, _SBR, _PS = 2, 5, 29


class AacError(ValueError):
    """The bytes are not AAC that we can carry."""


def read_asc(asc: bytes) -> AudioConfig:
    """The track described by an AudioSpecificConfig; the clock counts core samples, 1024 or 960 a frame."""
    if not 2 <= len(asc) <= 64:
        raise AacError("the AAC header is malformed")
    bits = int.from_bytes(asc.ljust(8, b"\0")[:8])
    pos = 0

    def read(count: int) -> int:
        nonlocal pos
        pos += count
        return (bits >> (64 - pos)) & ((1 << count) - 1)

    kind = read(5)
    index = read(4)
    rate_hz = read(24) if index == 15 else (_RATES[index] if index < len(_RATES) else 0)
    layout = read(4)
    if kind in (_SBR, _PS):
        if read(4) == 15:
            read(24)
        core = read(5)
    else:
        core = kind
    short_frames = read(1)
    if core != _AAC_LC or not 7350 <= rate_hz <= 96000 or layout >= len(_CHANNELS):
        raise AacError("this kind of AAC is not supported, set AAC-LC")
    return AudioConfig(asc, rate_hz, _CHANNELS[layout] or 2, 960 if short_frames else 1024, f"mp4a.40.{kind}")
