"""H.264 out of RTP: start codes, parameter sets and which of them a picture refers to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.plane.h264 import H264Error
from millstream.media.plane.whip.annexb import AccessUnits, read_golomb
from tests.media.plane.cast import PPS, SPS

SLICE_KEY, SLICE_NEXT = bytes([0x65, 0xB8]), bytes([0x41, 0xE0])  # first_mb 0, a slice type, PPS 0


def golomb(number: int) -> str:
    """An Exp-Golomb number in bits."""
    bits = f"{number + 1:b}"
    return "0" * (len(bits) - 1) + bits


def as_bytes(bits: str) -> bytes:
    """Bits, a stop bit and padding."""
    padded = bits + "1" + "0" * (-(len(bits) + 1) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8)


# No start code and no zero at the end: what an encoder's emulation prevention and trailing bits guarantee.
bodies = st.binary(max_size=200).map(lambda data: data.replace(b"\0\0", b"\0\5") + b"\x80")


@given(
    st.lists(st.tuples(bodies, st.booleans()), min_size=1, max_size=8),
    st.binary(max_size=2).map(lambda b: b"\0" * len(b)),
)
def test_every_nal_unit_comes_out_whole_and_in_order(pieces: list[tuple[bytes, bool]], tail: bytes) -> None:
    """Long or short start codes, trailing zeros: the lengths walk exactly over what went in."""
    nals = [SLICE_NEXT + body for body, _ in pieces]
    codes = [b"\0\0\0\1" if long else b"\0\0\1" for _, long in pieces]
    data = b"\0\0\0\1" + SPS + b"\0\0\1" + PPS + b"".join(c + n for c, n in zip(codes, nals, strict=True)) + tail
    unit = AccessUnits().read(data)
    assert unit is not None
    assert not unit.key
    assert unit.body == b"".join(len(nal).to_bytes(4) + nal for nal in nals)
    assert unit.config.parameter_sets == (SPS, PPS)


@given(st.binary(max_size=400))
def test_garbage_is_no_picture_or_a_refusal(data: bytes) -> None:
    """Nothing but H264Error may come out of what a stranger sends."""
    units = AccessUnits()
    for piece in (data, b"\0\0\1" + data, b"\0\0\1\x67" + data, b"\0\0\1\x68" + data, b"\0\0\1\x65" + data):
        try:
            units.read(piece)
        except H264Error:
            continue


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=3))
def test_numbers_are_read_as_they_were_written(numbers: list[int]) -> None:
    """Exp-Golomb, bit by bit."""
    assert read_golomb(as_bytes("".join(map(golomb, numbers))), len(numbers)) == numbers


def test_delimiters_and_fillers_are_left_out_and_a_key_frame_is_seen() -> None:
    """AUD (9) and filler (12) carry nothing for a player; SEI (6) stays."""
    nals = [b"\x09\xf0", SPS, PPS, b"\x06\x05\x80", SLICE_KEY + b"key", b"\x0c\xff\x80"]
    unit = AccessUnits().read(b"".join(b"\0\0\0\1" + nal for nal in nals))
    assert unit is not None
    assert unit.key
    assert unit.body == b"\0\0\0\3\x06\x05\x80" + b"\0\0\0\5" + SLICE_KEY + b"key"


def test_parameter_sets_stay_for_pictures_that_bring_none() -> None:
    """They come with the first key frame; what comes before them is no picture yet."""
    units = AccessUnits()
    assert units.read(b"\0\0\1" + SLICE_KEY) is None
    first = units.read(b"\0\0\1" + SPS + b"\0\0\1" + PPS + b"\0\0\1" + SLICE_KEY)
    second = units.read(b"\0\0\1" + SLICE_NEXT)
    assert first is not None
    assert second is not None
    assert first.config is second.config


def test_a_picture_is_described_by_the_set_it_refers_to() -> None:
    """Two parameter sets stand side by side; the slice says which of them it means."""
    other = SPS[:3] + b"\x1e" + SPS[4:]
    units = AccessUnits()
    second_pps = bytes([0x68]) + as_bytes(golomb(1) + golomb(0))
    slice_of_second = bytes([0x65]) + as_bytes(golomb(0) + golomb(7) + golomb(1))
    assert units.read(b"\0\0\1" + SPS + b"\0\0\1" + PPS + b"\0\0\1" + second_pps) is None
    described = units.read(b"\0\0\1" + slice_of_second)
    assert described is not None
    assert described.config.parameter_sets == (SPS, second_pps)
    turned = units.read(b"\0\0\1" + other + b"\0\0\1" + SLICE_KEY)
    assert turned is not None
    assert turned.config.codec.endswith("1e")


def test_too_many_parameter_sets_are_refused() -> None:
    """A sender that makes a new one for ever fills no memory."""
    units = AccessUnits()
    many = b"".join(b"\0\0\1\x68" + as_bytes(golomb(number) + golomb(0)) for number in range(100))
    with pytest.raises(H264Error):
        units.read(many)
