"""Folding all books again from their rows, and saying what differs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any, Final

from django.db import connection, transaction

from millstream.deals.api import check_deals
from millstream.gifts.api import check_gifts
from millstream.ledger.api import check_books
from millstream.logistics.api import check_custody
from millstream.orders.api import check_orders
from millstream.pacts.api import check_splits
from millstream.shops.api import check_stock

type Check = Callable[[], Sequence[Any]]

CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("entries sum to zero, accounts equal their postings, payouts equal their items", check_books),
    ("stock equals the fold of its movements, held equals its live holds", check_stock),
    ("split lines add up to the money of their line", check_splits),
    ("holds match orders, captured equals escrow + released + refunded", check_orders),
    ("allotments match deals, bids are gapless and their chains prove themselves", check_deals),
    ("gifts stay within their budget, and who got what follows from the revealed seed", check_gifts),
    ("custody equals the fold of its events, one holder a parcel", check_custody),
)


def told(difference: object) -> str:
    """A difference as one line of `name=value` pairs."""
    if is_dataclass(difference):
        return " ".join(f"{field.name}={getattr(difference, field.name)!s}" for field in fields(difference))
    return str(difference)


def reconcile() -> list[tuple[str, list[str]]]:
    """Each promise with the lines of what differs; an empty list means that it holds.

    All books are read as they stood in one moment: a town that is at work is not mistaken for one that is broken.
    """
    with _one_moment():
        return [(promise, [told(difference) for difference in check()]) for promise, check in CHECKS]


@contextmanager
def _one_moment() -> Iterator[None]:
    if connection.in_atomic_block:  # whoever called decides what is seen
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
