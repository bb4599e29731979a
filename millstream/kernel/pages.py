"""Pages of records by keyset, so that a late page costs what the first one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Up to `size` records and the key after which the next page starts; None when this is the last one."""

    items: tuple[T, ...]
    next_after: str | None


def page_of[T](found: Sequence[T], *, size: int, key: Callable[[T], str]) -> Page[T]:
    """A page from up to `size` + 1 records: the extra one only tells that there is more."""
    assert 0 < size <= LARGEST_PAGE
    items = tuple(found[:size])
    return Page(items, key(items[-1]) if len(found) > size else None)
