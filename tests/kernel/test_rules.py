"""Ids, money, texts, limits: the pure parts of the kernel."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.kernel.ids import new_id, short_code, tidy_code
from millstream.kernel.limits import RateLimit
from millstream.kernel.money import BadAmount, exponent, format_minor, to_major, to_minor
from millstream.kernel.texts import both, localised


def test_ids_sort_by_their_time() -> None:
    """Ids made later sort later, and carry version 7 and the RFC's variant."""
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert [row.int >> 80 for row in ids] == sorted(row.int >> 80 for row in ids)
    assert {(row.version, row.variant) for row in ids} == {(7, "specified in RFC 4122")}


def test_short_codes_survive_how_people_type() -> None:
    """A short code typed in lower case, without dashes, with O for 0, is understood."""
    code = short_code(new_id())
    assert tidy_code(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code


@given(st.integers(-(10**14), 10**14), st.sampled_from(["CNY", "JPY", "KWD", "EUR", "CLF"]))
def test_amounts_come_back_as_they_went(minor: int, currency: str) -> None:
    """Minor units written in major units and read again are the same."""
    assert to_minor(str(to_major(minor, currency)), currency) == minor


@pytest.mark.parametrize("typed", ["", "abc", "1.234", "NaN", "Infinity", "1e30", "--1"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    """Not a number, too many decimals or out of range is refused with what was typed."""
    with pytest.raises(BadAmount) as refused:
        to_minor(typed, "CNY")
    assert refused.value.facts["typed"] == typed


def test_money_is_written_as_the_reader_writes_it() -> None:
    """A hundred and twenty-eight yuan reads ¥128.00 in both languages; yen have no decimals."""
    assert format_minor(12800, "CNY", "en") == "¥128.00"
    assert format_minor(12800, "CNY", "zh-hans") == "¥128.00"
    assert to_major(500, "JPY") == Decimal(500)
    assert exponent("KWD") == 3


def test_a_text_falls_back_to_a_language_it_has() -> None:
    """A reader gets the own language when there is one, else another."""
    assert localised(both("Tea", "茶"), "zh-hans") == "茶"
    assert localised({"en": "Tea"}, "zh-hans") == "Tea"
    assert localised({}) == ""


def test_a_bucket_refills_with_time() -> None:
    """Three at once are taken, the fourth waits as long as it is told, then goes."""
    limit = RateLimit("test", per_minute=60, burst=3)
    assert [limit.take("bo", at=0.0) for _ in range(3)] == [0, 0, 0]
    wait = limit.take("bo", at=0.0)
    assert wait >= 1
    assert limit.take("esi", at=0.0) == 0
    assert limit.take("bo", at=float(wait)) == 0
