"""AMF0 values survive the wire, and nothing that is not AMF0 breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.media.plane.amf0 import MAX_DEPTH, Amf, AmfError, read_values, write_values

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.floats(allow_nan=False)
names = texts.filter(bool)
values: st.SearchStrategy[Amf] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(values, max_size=5))
def test_what_is_written_is_read_back(sent: list[Amf]) -> None:
    """Every value comes back as it was written, one after the other."""
    assert read_values(write_values(*sent)) == sent


@given(st.binary(max_size=300))
def test_garbage_is_refused_by_name(data: bytes) -> None:
    """Whatever the bytes are, the reader gives values or says that they are none."""
    try:
        read_values(data)
    except AmfError:
        return


def test_long_strings_take_their_own_marker() -> None:
    """A text over 65,535 bytes is a long string."""
    long = "m" * 70_000
    assert write_values(long)[0] == 12
    assert read_values(write_values(long)) == [long]


def test_arrays_dates_and_undefined_are_read() -> None:
    """ECMA arrays become objects, dates milliseconds, undefined nothing."""
    ecma = b"\x08\0\0\0\1\0\5width\0" + b"\x40\x84\0\0\0\0\0\0" + b"\0\0\x09"
    assert read_values(ecma) == [{"width": 640.0}]
    assert read_values(b"\x0b\x42\x74\x87\x6e\x80\0\0\0\0\0") == [float.fromhex("0x1.4876e8p+40")]
    assert read_values(b"\x06") == [None]


def test_a_nest_without_end_is_refused() -> None:
    """Depth is bounded: a hostile nest costs nothing."""
    with pytest.raises(AmfError):
        read_values(b"\x03\0\1a" * (MAX_DEPTH + 3))


def test_an_array_longer_than_its_bytes_is_refused() -> None:
    """A count of four thousand million is not believed."""
    with pytest.raises(AmfError):
        read_values(b"\x0a\xff\xff\xff\xff")
