"""Codes: read however they are typed, and never mistaken for another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.logistics.rules.codes import (
    ALPHABET,
    BODY_LIMIT,
    KINDS,
    LabelRead,
    for_people,
    make_code,
    mask_phone,
    read_label,
)

CODES = st.builds(make_code, st.sampled_from(sorted(KINDS)), st.integers(0, BODY_LIMIT - 1))


@given(CODES)
def test_a_code_is_read_as_printed_typed_and_scanned(code: str) -> None:
    """Bare, in groups, in small letters, with spaces, and as the link in the QR."""
    wanted = LabelRead(code[0], code)
    spaced = " ".join(for_people(code).lower().split("-"))
    link = f"https://millstream.example/track/{code}/"
    for text in (code, for_people(code), spaced, f"  {code}\n", link, link + "?utm=x"):
        assert read_label(text) == wanted


@given(CODES, st.integers(1, 11), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_always_noticed(code: str, place: int, symbol: str) -> None:
    """A single misread symbol never gives another valid code."""
    if code[place] == symbol:
        return
    assert read_label(code[:place] + symbol + code[place + 1 :]) is None


@given(CODES)
def test_letters_that_look_like_digits_are_understood(code: str) -> None:
    """O is read as zero, I and L as one."""
    assert read_label(code[0] + code[1:].replace("0", "O").replace("1", "L")) == LabelRead(code[0], code)


@pytest.mark.parametrize(
    "text", ["", "   ", "SF1234567890", "https://example.com/", "P", "x" * 500, "P0000000000Z", "…"]
)
def test_foreign_labels_are_no_codes_of_ours(text: str) -> None:
    """Other carriers' numbers, empty scans and noise are told apart without an error."""
    assert read_label(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a scanner spits out is a code or None."""
    read = read_label(text)
    assert read is None or read.kind in KINDS


def test_a_masked_phone_keeps_its_ends_only() -> None:
    """Three digits in front, two behind; short ones vanish."""
    assert mask_phone("+8613812345678") == "138******78"
    assert mask_phone("12345") == "*****"
    assert mask_phone("") == ""
