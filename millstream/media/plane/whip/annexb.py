"""H.264 as it comes out of RTP: start codes in, length-prefixed access units and their parameter sets out."""

from __future__ import annotations

from dataclasses import dataclass

from millstream.media.plane.h264 import AUD, FILLER, IDR, PPS, SPS, H264Error, make_avcc, read_avcc, split_annexb
from millstream.media.plane.samples import VideoConfig

MAX_SETS = 32
GOLOMB_BYTES = 12
PROFILE_BYTES = 4  # NAL header, profile, constraints and level stand before the first number of an SPS
SLICES = frozenset({1, 2, 5})
_DROPPED = frozenset({SPS, PPS, AUD, FILLER})


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One picture: 4-byte lengths before its NAL units, parameter sets taken out; `config` decodes it."""

    key: bool
    body: bytes
    config: VideoConfig


class AccessUnits:
    """Reads the pictures of one sender and keeps the parameter sets they refer to."""

    def __init__(self) -> None:
        self._sps: dict[int, bytes] = {}
        self._pps: dict[int, tuple[int, bytes]] = {}
        self._config: tuple[bytes, bytes, VideoConfig] | None = None

    def read(self, data: bytes) -> AccessUnit | None:
        """The picture in these bytes; None without one, or before its parameter sets came. Raises H264Error."""
        kept: list[bytes] = []
        key, first_slice = False, b""
        for nal in split_annexb(data):
            kind = nal[0] & 0x1F
            if kind in (SPS, PPS):
                self._take_set(kind, nal)
            if kind in _DROPPED:
                continue
            kept.append(nal)
            key = key or kind == IDR
            if not first_slice and kind in SLICES:
                first_slice = nal
        config = self._config_for(first_slice) if first_slice else None
        if config is None:
            return None
        return AccessUnit(key, b"".join(len(nal).to_bytes(4) + nal for nal in kept), config)

    def _take_set(self, kind: int, nal: bytes) -> None:
        if kind == SPS:
            if len(nal) <= PROFILE_BYTES:
                raise H264Error("parameter set is cut off")
            self._sps[read_golomb(nal[PROFILE_BYTES:], 1)[0]] = nal
        else:
            number, sps_number = read_golomb(nal[1:], 2)
            self._pps[number] = sps_number, nal
        if len(self._sps) > MAX_SETS or len(self._pps) > MAX_SETS:
            raise H264Error("there are too many parameter sets")

    def _config_for(self, piece: bytes) -> VideoConfig | None:
        """The description of the picture that this slice belongs to: its PPS and that one's SPS."""
        sps_number, pps = self._pps.get(read_golomb(piece[1:], 3)[2], (-1, b""))
        sps = self._sps.get(sps_number)
        if sps is None:
            return None
        if self._config is None or self._config[:2] != (sps, pps):
            self._config = sps, pps, read_avcc(make_avcc(sps, pps))
        return self._config[2]


def read_golomb(data: bytes, count: int) -> list[int]:
    """The first so many Exp-Golomb numbers; raises H264Error when they are not there."""
    head = data[:GOLOMB_BYTES].replace(b"\0\0\3", b"\0\0")
    value, left = int.from_bytes(head), len(head) * 8
    numbers: list[int] = []
    for _ in range(count):
        zeros = left - (value & ((1 << left) - 1)).bit_length()
        left -= 2 * zeros + 1
        if left < 0:
            raise H264Error("a picture is cut off")
        numbers.append((value >> left & ((1 << (zeros + 1)) - 1)) - 1)
    return numbers
