"""Rules of proxy bidding, held against a slow model that thinks everything anew."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millstream.deals.refusals import AuctionOver, BidLowered, BidTooHigh, BidTooLow, NotYourAuction
from millstream.deals.rules.bidding import (
    HIGHEST_BID_MINOR,
    Maximum,
    Standing,
    next_in_line,
    offered_steps,
    step_above,
    take_bid,
)
from millstream.deals.types import BidState
from millstream.kernel.refusals import Refusal

OPENED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLOSES = OPENED + timedelta(minutes=2)
BIDDERS = [UUID(int=number) for number in range(1, 7)]
HOST = UUID(int=99)


def standing(start: int = 1_000, **changes: object) -> Standing:
    """A fresh auction."""
    told: dict[str, object] = {
        "currency": "CNY",
        "start_minor": start,
        "price_minor": start,
        "closes_at": CLOSES,
        "extend_seconds": 10,
        "most_extensions": 3,
        "extensions": 0,
        "bids": 0,
        "last_at": OPENED,
        "leader": None,
        "barred": frozenset({HOST}),
    }
    return Standing(**(told | changes))  # type: ignore[arg-type]


def slow_price(start: int, history: list[tuple[UUID, int]]) -> tuple[UUID, int]:
    """Who leads at what price, from every bid that was taken, thought anew.

    The best maximum of each bidder, in the order in which they were reached; the winner pays a step above the second.
    Raising one's own lead pays nothing.
    """
    best: dict[UUID, tuple[int, int]] = {}
    leader, price = history[0][0], start
    for number, (bidder, maximum) in enumerate(history):
        leads_already = bidder == leader and bidder in best
        best[bidder] = (maximum, -number)
        ranked = sorted(best, key=lambda one: best[one], reverse=True)
        leader = ranked[0]
        if leads_already or len(ranked) == 1:
            continue
        second = best[ranked[1]][0]
        price = max(price, min(best[leader][0], second + step_above(second, "CNY")))
    return leader, price


bids = st.lists(st.tuples(st.sampled_from(BIDDERS), st.integers(1, 30_000)), min_size=1, max_size=40)


@settings(deadline=None)
@given(start=st.integers(1, 20_000), wanted=bids)
def test_the_quick_rule_is_the_slow_model(start, wanted):
    """Whatever is bid, leader and price are those of a model that sorts every bid anew; refused bids change nothing."""
    now, table = OPENED, standing(start)
    own: dict[UUID, int] = {}
    taken: list[tuple[UUID, int]] = []
    for bidder, maximum in wanted:
        try:
            after = take_bid(table, bidder, maximum, own.get(bidder), now)
        except Refusal:
            continue
        table, own[bidder] = after.standing, maximum
        taken.append((bidder, maximum))
        leader, price = slow_price(start, taken)
        assert table.leader is not None
        assert (table.leader.bidder, table.price_minor) == (leader, price)
        assert table.bids == len(taken)
        assert (after.state is BidState.OUTBID) == (leader != bidder)


@settings(deadline=None)
@given(start=st.integers(1, 20_000), wanted=bids)
def test_the_price_stays_between_start_and_the_winners_maximum(start, wanted):
    """The price never falls, never passes the leader's maximum, and nobody else's maximum is above it unpaid."""
    table = standing(start)
    own: dict[UUID, int] = {}
    for bidder, maximum in wanted:
        before = table.price_minor
        try:
            table = take_bid(table, bidder, maximum, own.get(bidder), OPENED).standing
        except Refusal:
            continue
        own[bidder] = maximum
        assert table.leader is not None
        assert start <= before <= table.price_minor <= table.leader.max_minor
        others = [most for one, most in own.items() if one != table.leader.bidder]
        assert all(most <= table.price_minor for most in others)


def test_the_winner_pays_a_step_above_the_second():
    """Bo bids up to 50, Chen up to 30: Bo leads at 31 and keeps the rest to himself."""
    bo, chen = BIDDERS[0], BIDDERS[1]
    table = take_bid(standing(), bo, 5_000, None, OPENED).standing
    assert table.price_minor == 1_000
    after = take_bid(table, chen, 3_000, None, OPENED)
    assert after.state is BidState.OUTBID
    assert after.standing.leader == Maximum(bo, 5_000, 1)
    assert after.standing.price_minor == 3_100


def test_a_tie_goes_to_who_was_first():
    """Two equal maxima: the earlier one leads, at that price."""
    table = take_bid(standing(), BIDDERS[0], 5_000, None, OPENED).standing
    after = take_bid(table, BIDDERS[1], 5_000, None, OPENED)
    assert after.state is BidState.OUTBID
    assert after.standing.price_minor == 5_000
    assert after.standing.leader is not None
    assert after.standing.leader.bidder == BIDDERS[0]


def test_raising_ones_own_maximum_changes_nothing_that_others_see():
    """The leader's second bid moves neither price nor close, even in the last second."""
    table = take_bid(standing(), BIDDERS[0], 5_000, None, OPENED).standing
    late = CLOSES - timedelta(seconds=1)
    after = take_bid(table, BIDDERS[0], 9_000, 5_000, late)
    assert after.state is BidState.RAISED
    assert (after.standing.price_minor, after.standing.closes_at) == (table.price_minor, CLOSES)


@pytest.mark.parametrize(
    ("bidder", "maximum", "own", "at", "refusal"),
    [
        (BIDDERS[0], 999, None, OPENED, BidTooLow),
        (HOST, 5_000, None, OPENED, NotYourAuction),
        (BIDDERS[0], 5_000, None, CLOSES, AuctionOver),
        (BIDDERS[0], 5_000, 5_000, OPENED, BidLowered),
        (BIDDERS[0], HIGHEST_BID_MINOR + 1, None, OPENED, BidTooHigh),
    ],
)
def test_what_cannot_be_bid_is_refused(bidder, maximum, own, at, refusal):
    """Too low, one's own lot, too late, lowered, beyond reason."""
    with pytest.raises(refusal):
        take_bid(standing(), bidder, maximum, own, at)


def test_a_late_bid_gives_the_others_time_but_not_for_ever():
    """A bid within the last ten seconds moves the close to ten seconds after it, three times here and no more."""
    table, closes = standing(), CLOSES
    for turn in range(5):
        at = closes - timedelta(seconds=2)
        after = take_bid(table, BIDDERS[turn % 2], 2_000 + 1_000 * turn, None if turn < 2 else turn * 1_000, at)
        table = after.standing
        assert after.extended == (turn < 3)
        closes = table.closes_at
        assert closes == (at + timedelta(seconds=10) if turn < 3 else closes)
    assert table.extensions == 3


def test_a_bid_before_the_last_seconds_moves_nothing():
    """With more than ten seconds left the close stays."""
    after = take_bid(standing(), BIDDERS[0], 5_000, None, CLOSES - timedelta(seconds=10))
    assert not after.extended
    assert after.standing.closes_at == CLOSES


def test_time_never_goes_back():
    """A bid that comes with an older clock than the one before gets the time of that one."""
    table = take_bid(standing(), BIDDERS[0], 5_000, None, OPENED + timedelta(seconds=30)).standing
    after = take_bid(table, BIDDERS[1], 9_000, None, OPENED + timedelta(seconds=29))
    assert after.standing.last_at == OPENED + timedelta(seconds=30)


@settings(deadline=None)
@given(price=st.integers(0, 10**10), currency=st.sampled_from(["CNY", "JPY", "KWD"]))
def test_steps_are_coins_and_never_shrink(price, currency):
    """A step is one coin at least, and a dearer lot never has a smaller one."""
    assert step_above(price, currency) >= 1
    assert step_above(price + 1, currency) >= step_above(price, currency)
    shown = offered_steps(price + 1, currency)
    assert shown == sorted(set(shown))


def test_an_unpaid_lot_falls_to_the_next_as_if_the_winner_had_not_bid():
    """Chen's 80 and Dao's 50 are left when Bo does not pay: Chen gets it for a step above 50; alone, for the start."""
    bo, chen, dao = BIDDERS[:3]
    maxima = [Maximum(bo, 9_000, 3), Maximum(chen, 8_000, 2), Maximum(dao, 5_000, 1)]
    assert next_in_line(maxima, bo, 1_000, "CNY") == (maxima[1], 5_200)
    assert next_in_line(maxima[:2], bo, 1_000, "CNY") == (maxima[1], 1_000)
    assert next_in_line(maxima[:1], bo, 1_000, "CNY") is None
