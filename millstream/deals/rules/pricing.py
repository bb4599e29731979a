"""What a deal may cost, how long it may last, and whether a price is the lowest in 30 days."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from millstream.deals.refusals import BadAllotment, BadTerms, BadWindow, NotAgreed, PriceNotBetter
from millstream.deals.rules.consent import check_least
from millstream.deals.types import (
    HISTORY_FOR,
    LARGEST_ALLOTMENT,
    LONGEST_AUCTION,
    LONGEST_DEAL,
    LONGEST_RUN_NOW,
    MOST_A_BUYER,
    PLANNED_AHEAD,
    SHORTEST_AUCTION,
    SHORTEST_DEAL,
    AuctionSpec,
    Consent,
    Least,
    PriceSpan,
    SpecialPrice,
)
from millstream.kernel.money import exponent, format_minor

EXTEND_SECONDS: Final = range(5, 121)
MOST_EXTENSIONS: Final = range(101)
PAY_MINUTES: Final = range(2, 24 * 60 + 1)
SUGGESTED_PERMILLE: Final = (900, 850, 750)


def check_price(price_minor: int, *, list_minor: int, least: Least, currency: str) -> None:
    """Refuse a deal's price that is not below the shop's price now, or is below the least that the maker agreed to.

    Where the maker agreed to nothing every price is refused as that: a deal is below the shop's price or none.
    """
    told = format_minor(list_minor, currency)
    if least.consent is Consent.NONE:
        raise NotAgreed(list=told, list_minor=list_minor)
    if not 0 < price_minor < list_minor:
        raise PriceNotBetter(list=told, list_minor=list_minor)
    check_least(price_minor, least, currency)


def price_of_one(
    list_minor: int, deals: Iterable[SpecialPrice], lot: SpecialPrice | None, now: datetime
) -> SpecialPrice | None:
    """What one unit costs whoever asks, at the till and on every page: None is the shop's price.

    A lot goes to who has won it (`lot`, if the asker has). Else the cheapest deal that is on, has something left and
    beats the shop's price. `frontend/src/rules/price_now.ts` says the same in the room's page.
    """
    if lot is not None:
        return lot
    on = [deal for deal in deals if deal.is_on(now) and (deal.left is None or deal.left > 0)]
    better = [deal for deal in on if deal.price_minor < list_minor]
    return min(better, key=lambda deal: (deal.price_minor, deal.price_source), default=None)


def check_allotment(size: int | None, cap: int | None) -> None:
    """Refuse an allotment or a cap that is no number of units; a cap is kept by the allotment that it is a part of."""
    if size is not None and not 1 <= size <= LARGEST_ALLOTMENT:
        raise BadAllotment(most=LARGEST_ALLOTMENT)
    if cap is not None and (size is None or not 1 <= cap <= MOST_A_BUYER):
        raise BadAllotment(most=MOST_A_BUYER)


def window_of(opens_at: datetime | None, lasts: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a deal is open; refuses a window that is too short, too long, past or far away."""
    longest = LONGEST_RUN_NOW if opens_at is None else LONGEST_DEAL
    begins = opens_at or now
    if not SHORTEST_DEAL <= lasts <= longest or not now <= begins <= now + PLANNED_AHEAD:
        raise BadWindow
    return begins, begins + lasts


def check_terms(spec: AuctionSpec, *, least: Least, currency: str) -> None:
    """Refuse terms of an auction that cannot be, and a start price below the least there is: it is the reserve."""
    told = {
        "start": 0 < spec.start_minor <= HIGHEST_START_MINOR,
        "lasts": SHORTEST_AUCTION <= spec.lasts <= LONGEST_AUCTION,
        "extend_seconds": spec.extend_seconds in EXTEND_SECONDS,
        "most_extensions": spec.most_extensions in MOST_EXTENSIONS,
        "pay_minutes": spec.pay_minutes in PAY_MINUTES,
    }
    for field, fits in told.items():
        if not fits:
            raise BadTerms(field=field)
    check_least(spec.start_minor, least, currency)


HIGHEST_START_MINOR: Final = 10**11


def is_lowest_30_days(price_minor: int, history: Sequence[PriceSpan], now: datetime) -> bool:
    """Whether a price is below every price at which the variant was really offered in the 30 days before `now`.

    False, too, when it was not on sale for all of the 30 days: then nobody can know. Spans that begin at or after
    `now` say nothing about what was before.
    """
    since = now - HISTORY_FOR
    before = [span for span in history if span.since < now]
    if not any(span.since <= since for span in before):
        return False
    counting = [span for span in before if span.until is None or span.until > since]
    return all(price_minor < span.price_minor for span in counting)


def usual_start(list_minor: int, least: Least, currency: str) -> int:
    """From where an auction usually starts: half the shop's price, or the least there is, in whole units of money."""
    unit: int = 10 ** exponent(currency)
    start = max(least.minor, list_minor // 2, 1)
    return -(-start // unit) * unit if start >= unit else start


def suggested_prices(list_minor: int, least: Least, currency: str) -> list[int]:
    """Prices to press: 10, 15 and 25 percent off in whole units of money, none below the least, the dearest first."""
    unit = 10 ** exponent(currency)
    step = unit if list_minor >= 20 * unit else max(1, unit // 10)
    found = {list_minor * permille // 1000 // step * step for permille in SUGGESTED_PERMILLE}
    return sorted((price for price in found if max(1, least.minor) <= price < list_minor), reverse=True)
