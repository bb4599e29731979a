"""Rules of the registry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.places import rules
from millstream.places.types import Level


@given(st.sampled_from(rules.LEVELS), st.sampled_from(rules.LEVELS))
def test_of_two_levels_at_most_one_lies_above(one: Level, other: Level):
    """So no chain of parents can close into a ring."""
    assert not (rules.lies_above(one, other) and rules.lies_above(other, one))
    assert rules.lies_above(one, other) or rules.lies_above(other, one) or one == other


@given(st.lists(st.sampled_from(rules.LEVELS)))
def test_parents_come_first(levels: list[Level]):
    """Whatever the order told, nobody comes before somebody of a higher level."""
    ranks = [rules.rank(level) for level in rules.parents_first((level, level) for level in levels)]
    assert ranks == sorted(ranks)
    assert len(ranks) == len(levels)


@pytest.mark.parametrize(
    ("on", "valid"), [("2019-12-31", False), ("2020-01-01", True), ("2022-12-31", True), ("2023-01-01", False)]
)
def test_a_place_is_valid_from_its_first_day_to_the_day_before_its_end(on: str, valid: bool):
    """Half-open, as all ranges are."""
    assert rules.was_valid(date(2020, 1, 1), date(2023, 1, 1), date.fromisoformat(on)) is valid
    assert rules.was_valid(date(2020, 1, 1), None, date(2099, 1, 1))


@given(st.text())
def test_a_search_never_holds_a_wildcard_of_its_own(typed: str):
    """Every sign of LIKE is escaped, and the prefix is bounded."""
    prefix = rules.search_prefix(typed)
    plain = prefix.replace("\\\\", "").replace("\\%", "").replace("\\_", "")
    assert not set("%_\\") & set(plain)
    assert len(prefix) <= 2 * 60
