"""Pure decisions about places: what a code may look like, what may lie in what, what a search asks for."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from millstream.places.types import Level

LEVELS: Final[tuple[Level, ...]] = ("province", "prefecture", "county", "town", "village")
CODE_MAX: Final = 24
SEARCH_MAX: Final = 60


def rank(level: Level) -> int:
    """How deep a level lies: 0 for a province, 4 for a village."""
    return LEVELS.index(level)


def as_level(told: str) -> Level:
    """The level of this name."""
    return LEVELS[LEVELS.index(told)]


def lies_above(parent: Level, child: Level) -> bool:
    """A parent is of a strictly higher level, so the tree cannot close into a ring; levels may be skipped."""
    return rank(parent) < rank(child)


def is_code(code: str) -> bool:
    """Codes are letters and digits of ASCII, as in the lists of statistical offices; they stand in addresses."""
    return 0 < len(code) <= CODE_MAX and code.isascii() and code.isalnum()


def was_valid(valid_from: date, valid_to: date | None, on: date) -> bool:
    """A place is valid from its first day up to, not including, `valid_to`."""
    return valid_from <= on and (valid_to is None or on < valid_to)


def parents_first[T](specs: Iterable[tuple[Level, T]]) -> list[T]:
    """Order places so that everyone's parent comes before them."""
    return [spec for _level, spec in sorted(specs, key=lambda pair: rank(pair[0]))]


def search_prefix(typed: str) -> str:
    """What a search looks for: lower case, single spaces, bounded; the wildcards of LIKE stand for themselves."""
    tidy = " ".join(typed.lower().split())[:SEARCH_MAX]
    return tidy.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
