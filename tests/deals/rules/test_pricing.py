"""Rules of deals: prices, windows, and what may be called the lowest price in 30 days."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millstream.deals.refusals import BadAllotment, BadTerms, BadWindow, BelowFloor, NotAgreed, PriceNotBetter
from millstream.deals.rules.consent import check_least, least_price
from millstream.deals.rules.pricing import (
    check_allotment,
    check_price,
    check_terms,
    is_lowest_30_days,
    suggested_prices,
    usual_start,
    window_of,
)
from millstream.deals.types import HISTORY_FOR, AuctionSpec, Consent, Least, PriceSpan

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def span(price: int, since_days: float, until_days: float | None = None) -> PriceSpan:
    """A price from so many days ago until so many days ago."""
    until = None if until_days is None else NOW - timedelta(days=until_days)
    return PriceSpan("list", price, NOW - timedelta(days=since_days), until)


def test_the_lowest_price_is_below_every_price_of_the_30_days():
    """100 all the time: 90 is the lowest, 100 is not."""
    assert is_lowest_30_days(9_000, [span(10_000, 60)], NOW)
    assert not is_lowest_30_days(10_000, [span(10_000, 60)], NOW)


def test_a_cheaper_day_within_the_30_makes_it_untrue():
    """A deal at 80 a week ago forbids the words for 90, one that ended 31 days ago does not."""
    always = span(10_000, 60)
    assert not is_lowest_30_days(9_000, [always, span(8_000, 8, 7)], NOW)
    assert is_lowest_30_days(9_000, [always, span(8_000, 33, 31)], NOW)


def test_who_was_not_on_sale_for_30_days_has_no_lowest_price():
    """A product of last week, or of no known past, is never called the cheapest in 30 days."""
    assert not is_lowest_30_days(9_000, [span(10_000, 7)], NOW)
    assert not is_lowest_30_days(9_000, [], NOW)


spans = st.lists(
    st.builds(
        lambda price, since, length: span(price, since, None if length > since else since - length),
        st.integers(1, 100),
        st.integers(0, 80),
        st.integers(0, 90),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(price=st.integers(1, 100), history=spans)
def test_the_words_are_true_on_every_minute_looked_at(price, history):
    """Where the rule says lowest, no moment of the 30 days, looked at one by one, had that price or a lower one."""
    if not is_lowest_30_days(price, history, NOW):
        return
    for hours in range(1, int(HISTORY_FOR.total_seconds() // 3600), 6):
        moment = NOW - timedelta(hours=hours)
        there = [
            one.price_minor for one in history if one.since <= moment and (one.until is None or one.until > moment)
        ]
        assert all(price < was for was in there)
    assert min(one.since for one in history) <= NOW - HISTORY_FOR


def test_a_price_is_below_the_shops_and_not_below_the_floor():
    """Between floor (included) and the shop's price (not included); the refusal names what it must be."""
    floor = Least(8_000, Consent.AGREED)
    check_price(8_000, list_minor=10_000, least=floor, currency="CNY")
    with pytest.raises(BelowFloor) as below:
        check_price(7_999, list_minor=10_000, least=floor, currency="CNY")
    assert below.value.facts["floor"] == "¥80.00"
    for price in (10_000, 12_000, 0, -5):
        with pytest.raises(PriceNotBetter):
            check_price(price, list_minor=10_000, least=Least(1, Consent.OWN), currency="CNY")


def test_the_least_price_is_the_makers_consent():
    """The floor where one is agreed, the shop's price where none is; one's own anything, whatever floor others have."""
    assert least_price(list_minor=10_000, floor_minor=8_000, is_own=False) == Least(8_000, Consent.AGREED)
    assert least_price(list_minor=10_000, floor_minor=None, is_own=False) == Least(10_000, Consent.NONE)
    for floor in (None, 8_000):
        assert least_price(list_minor=10_000, floor_minor=floor, is_own=True) == Least(1, Consent.OWN)


def test_without_consent_no_deal_can_be():
    """Every price is refused, and the refusal says why: not that another price would do."""
    nothing = Least(10_000, Consent.NONE)
    for price in (1, 9_999, 10_000, 12_000):
        with pytest.raises(NotAgreed) as refused:
            check_price(price, list_minor=10_000, least=nothing, currency="CNY")
        assert refused.value.facts["list"] == "¥100.00"


def test_an_auction_without_consent_starts_at_the_shops_price():
    """A cent less is not agreed; with a floor less than that is refused; own goods start anywhere."""

    def check(start: int, least: Least) -> None:
        spec = AuctionSpec(UUID(int=1), UUID(int=2), UUID(int=3), start, timedelta(minutes=2))
        check_terms(spec, least=least, currency="CNY")

    check(10_000, Least(10_000, Consent.NONE))
    with pytest.raises(NotAgreed):
        check(9_999, Least(10_000, Consent.NONE))
    check(8_000, Least(8_000, Consent.AGREED))
    with pytest.raises(BelowFloor):
        check(7_999, Least(8_000, Consent.AGREED))
    check(1, Least(1, Consent.OWN))
    with pytest.raises(BadTerms):
        check(0, Least(1, Consent.OWN))


leasts = st.builds(
    least_price, list_minor=st.just(10_000), floor_minor=st.none() | st.integers(1, 10**7), is_own=st.booleans()
)


@settings(deadline=None)
@given(price=st.integers(-5, 2 * 10**7), least=leasts)
def test_no_price_below_the_least_passes_any_rule(price, least):
    """What one rule lets pass the other does not refuse for its consent, and neither lets less pass than the least."""
    try:
        check_price(price, list_minor=10_000, least=least, currency="CNY")
    except (NotAgreed, BelowFloor, PriceNotBetter):
        return
    assert least.minor <= price < 10_000
    check_least(price, least, "CNY")


def test_an_allotment_and_a_cap_are_units():
    """One unit at least; a cap needs an allotment."""
    check_allotment(1, 1)
    check_allotment(None, None)
    for size, cap in ((0, None), (100_001, None), (5, 0), (5, 100), (None, 2)):
        with pytest.raises(BadAllotment):
            check_allotment(size, cap)


def test_a_window_is_one_to_twenty_minutes_now_or_up_to_a_day_later():
    """Run now is short; planned may be long; neither begins in the past."""
    assert window_of(None, 20 * MINUTE, NOW) == (NOW, NOW + 20 * MINUTE)
    later = NOW + timedelta(hours=3)
    assert window_of(later, timedelta(hours=5), NOW) == (later, later + timedelta(hours=5))
    for opens_at, lasts in (
        (None, 21 * MINUTE),
        (None, timedelta(seconds=59)),
        (NOW - MINUTE, 5 * MINUTE),
        (NOW + timedelta(days=61), 5 * MINUTE),
        (later, timedelta(days=2)),
    ):
        with pytest.raises(BadWindow):
            window_of(opens_at, lasts, NOW)


@settings(deadline=None)
@given(listed=st.integers(1, 10**7), floor=st.none() | st.integers(1, 10**7), is_own=st.booleans())
def test_suggested_prices_can_all_be_pressed(listed, floor, is_own):
    """Whatever is suggested passes the rule; where nothing is agreed nothing is suggested."""
    least = least_price(list_minor=listed, floor_minor=floor, is_own=is_own)
    suggested = suggested_prices(listed, least, "CNY")
    assert not suggested or least.consent is not Consent.NONE
    for price in suggested:
        check_price(price, list_minor=listed, least=least, currency="CNY")


@settings(deadline=None)
@given(listed=st.integers(1, 10**7), floor=st.none() | st.integers(1, 10**7), is_own=st.booleans())
def test_an_auction_usually_starts_where_it_may(listed, floor, is_own):
    """The start that the studio offers is never refused."""
    least = least_price(list_minor=listed, floor_minor=floor, is_own=is_own)
    check_least(usual_start(listed, least, "CNY"), least, "CNY")
