# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""Reading H.264: parameter sets, picture size, and the shape of access units."""

from __future__ import annotations

from collections.abc import Iterator

from millstream.media.plane.samples import VideoConfig

MAX_SIDE_PIXELS = 4096
MIN_SIDE_PIXELS = 16
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
SPS, PPS, IDR, SEI, AUD, FILLER = 7, 8, 5, 6, 9, 12


class H264Error(ValueError):
    """The bytes are not H.264 that we can carry."""


class _Bits:
    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data)
        self.left = len(data) * 8

    def read(self, count: int) -> int:
        if count > self.left:
            raise H264Error("parameter set is cut off")
        self.left -= count
        return (self.value >> self.left) & ((1 << count) - 1)

    def unsigned(self) -> int:
        zeros = 0
        while self.read(1) == 0:
            zeros += 1
            if zeros > 31:
                raise H264Error("parameter set holds an absurd number")
        return (1 << zeros) - 1 + (self.read(zeros) if zeros else 0)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def picture_size(sps: bytes) -> tuple[int, int]:
    """Width and height in pixels from a sequence parameter set (with its NAL header), cropping applied."""
    bits = _Bits(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.read(8)
    bits.read(16)
    bits.unsigned()
    chroma = 1
    separate_planes = 0
    if profile in _HIGH_PROFILES:
        chroma = bits.unsigned()
        if chroma == 3:
            separate_planes = bits.read(1)
        bits.unsigned()
        bits.unsigned()
        bits.read(1)
        if bits.read(1):
            _skip_scaling(bits, 8 if chroma != 3 else 12)
    bits.unsigned()
    _skip_order_count(bits)
    bits.unsigned()
    bits.read(1)
    width = (bits.unsigned() + 1) * 16
    map_units = bits.unsigned() + 1
    frames_only = bits.read(1)
    if not frames_only:
        bits.read(1)
    bits.read(1)
    crop = [bits.unsigned() for _ in range(4)] if bits.read(1) else [0, 0, 0, 0]
    subsampled = 0 if separate_planes else chroma
    unit_x = 2 if subsampled in (1, 2) else 1
    unit_y = (2 if subsampled == 1 else 1) * (2 - frames_only)
    height = map_units * 16 * (2 - frames_only) - (crop[2] + crop[3]) * unit_y
    width -= (crop[0] + crop[1]) * unit_x
    return width, height


def _skip_scaling(bits: _Bits, lists: int) -> None:
    for number in range(lists):
        if not bits.read(1):
            continue
        last = following = 8
        for _ in range(16 if number < 6 else 64):
            if following:
                following = (last + bits.signed()) % 256
            last = following or last


def _skip_order_count(bits: _Bits) -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()
    elif kind == 1:
        bits.read(1)
        bits.signed()
        bits.signed()
        cycle = bits.unsigned()
        if cycle > 255:
            raise H264Error("parameter set holds an absurd number")
        for _ in range(cycle):
            bits.signed()


def read_avcc(avcc: bytes) -> VideoConfig:
    """The track described by an AVCDecoderConfigurationRecord; refuses what no browser would play."""
    if len(avcc) < 7 or avcc[0] != 1:
        raise H264Error("the H.264 header is malformed")
    if avcc[4] & 3 != 3:
        raise H264Error("H.264 with short NAL lengths is not supported")
    sets: list[bytes] = []
    pos = 5
    for mask in (0x1F, 0xFF):
        if pos >= len(avcc):
            raise H264Error("the H.264 header is cut off")
        count, pos = avcc[pos] & mask, pos + 1
        for _ in range(count):
            length = int.from_bytes(avcc[pos : pos + 2])
            if length == 0 or pos + 2 + length > len(avcc):
                raise H264Error("the H.264 header is cut off")
            sets.append(avcc[pos + 2 : pos + 2 + length])
            pos += 2 + length
    if not sets or sets[0][0] & 0x1F != SPS:
        raise H264Error("the H.264 header has no parameter set")
    width, height = picture_size(sets[0])
    if not (MIN_SIDE_PIXELS <= width <= MAX_SIDE_PIXELS and MIN_SIDE_PIXELS <= height <= MAX_SIDE_PIXELS):
        raise H264Error(f"a picture of {width}x{height} is not supported")
    codec = "avc1." + sets[0][1:4].hex()
    return VideoConfig(avcc, tuple(sets), width, height, codec)


def make_avcc(sps: bytes, pps: bytes) -> bytes:
    """The decoder record for one SPS and one PPS, 4-byte NAL lengths."""
    head = bytes([1, sps[1], sps[2], sps[3], 0xFF, 0xE1])
    return head + len(sps).to_bytes(2) + sps + bytes([1]) + len(pps).to_bytes(2) + pps


def split_annexb(data: bytes) -> Iterator[bytes]:
    """The NAL units of a start-code delimited stream."""
    for piece in data.split(b"\0\0\1")[1:]:
        nal = piece.rstrip(b"\0")
        if nal:
            yield nal


def well_formed(data: bytes) -> bool:
    """True when 4-byte lengths walk exactly over the access unit and it holds at least one NAL unit."""
    pos, size = 0, len(data)
    while pos + 5 <= size:
        pos += 4 + int.from_bytes(data[pos : pos + 4])
    return pos == size and size > 0
