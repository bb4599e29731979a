"""Two connections at once: bids and the close, the deal's end and a buyer, the cap, one deal of a product."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from millstream.deals import api
from millstream.deals.actions.settle_auctions import CLOSING_GRACE
from millstream.deals.models import Bid, Deal
from millstream.deals.refusals import AuctionOver, DealRunning
from millstream.deals.types import AuctionState, BidAnswer, DealRecord
from millstream.kernel.refusals import Refusal
from millstream.orders.api import place_orders
from millstream.orders.types import OrderPlaced
from millstream.shops.api import check_stock
from millstream.shops.models import PoolCap
from tests.deals.fair import Fair, people

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works at the same moment, each on a connection of its own; refusals are answers."""
    gate = threading.Barrier(len(works))

    def alone(work: Callable[[], object]) -> object:
        gate.wait(5)
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


def test_bids_of_many_connections_have_one_order_without_a_gap(open_fair: Fair) -> None:
    """Eight connections, five bids each: every acknowledged bid stands under its own number, and the chain holds."""
    fair = open_fair
    auction = fair.auction()
    bidders = people(40, now=fair.now)

    def bid(part: int) -> Callable[[], object]:
        def work() -> object:
            mine = bidders[part::8]
            return [
                api.place_bids([one.ask(auction.id, 2_000 + 900 * (part + 8 * turn))], now=fair.now)[0]
                for turn, one in enumerate(mine)
            ]

        return work

    answers = [one for told in at_once(*[bid(part) for part in range(8)]) for one in told]  # type: ignore[attr-defined]
    taken = {one.number: one for one in answers if isinstance(one, BidAnswer)}
    rows = {row.number: row.max_minor for row in Bid.objects.filter(auction_id=auction.id)}
    assert sorted(rows) == list(range(1, len(taken) + 1)) == sorted(taken)
    assert all(rows[number] == one.your_max_minor for number, one in taken.items())
    assert api.verify_receipt(api.receipt(auction.id)) == []
    assert api.check_deals() == []
    best = max(rows.values())
    assert api.auction(auction.id).price_minor <= best


@pytest.mark.parametrize("turn", range(4))
def test_a_bid_against_the_close_is_taken_or_refused_never_lost(open_fair: Fair, turn: int) -> None:
    """Settling meets bids that came in time and bids that did not: an answer of either kind is what the rows say."""
    fair = open_fair
    auction = fair.auction(lasts=timedelta(seconds=30))
    first, second, third = people(3, now=fair.now)
    api.place_bid(first.ask(auction.id, 5_000), now=fair.now)
    end = auction.closes_at + CLOSING_GRACE
    in_time = auction.closes_at - timedelta(milliseconds=1 + turn)
    answers = at_once(
        lambda: api.place_bid(second.ask(auction.id, 9_000), now=in_time),
        lambda: api.settle_auctions(now=end),
        lambda: api.place_bid(third.ask(auction.id, 12_000), now=auction.closes_at),
    )
    rows = set(Bid.objects.filter(auction_id=auction.id).values_list("max_minor", flat=True))
    assert (9_000 in rows) == isinstance(answers[0], BidAnswer)
    assert (12_000 in rows) == isinstance(answers[2], BidAnswer)
    assert isinstance(answers[0], BidAnswer | AuctionOver)
    assert api.auction(auction.id).state is (AuctionState.WON if answers[1] else AuctionState.OPEN)
    assert api.check_deals() == []


def test_a_deals_end_against_buyers_sells_what_it_said(open_fair: Fair) -> None:
    """Six buy while Dao ends the deal: who got it pays the deal's price, all units are somewhere, books hold."""
    fair = open_fair
    deal = fair.deal(size=5)

    def buy(number: int) -> Callable[[], object]:
        wish = fair.wish(seen=9_900, phone=f"+86139000000{number:02d}")
        return lambda: place_orders([wish], now=fair.now)[0]

    answers = at_once(*[buy(number) for number in range(6)], lambda: api.close_deal(deal.id, now=fair.now))
    sold = [one for one in answers[:6] if isinstance(one, OrderPlaced)]
    assert all(one.goods_minor == 9_900 for one in sold)
    assert len(sold) <= 5
    assert fair.stock() == (10, len(sold), 0)
    assert check_stock() == []
    assert api.check_deals() == []


def test_the_cap_holds_against_one_buyer_with_two_browsers(open_fair: Fair) -> None:
    """Two units each: three browsers of one phone number, two units a press: one press gets them."""
    fair = open_fair
    fair.deal(size=9, cap=2)
    wishes = [fair.wish(seen=9_900, quantity=2) for _ in range(3)]
    answers = at_once(*[lambda wish=wish: place_orders([wish], now=fair.now)[0] for wish in wishes])
    assert sum(isinstance(one, OrderPlaced) for one in answers) == 1
    assert list(PoolCap.objects.values_list("taken", flat=True)) == [2]


def test_two_presses_open_one_deal(open_fair: Fair) -> None:
    """Host and co-host open a deal of the same product in the same moment: one stands, its allotment is carved once."""
    fair = open_fair
    answers = at_once(lambda: fair.deal(9_900), lambda: fair.deal(9_500))
    assert sorted(type(one).__name__ for one in answers) == [DealRecord.__name__, DealRunning.__name__]
    assert Deal.objects.count() == 1
    assert fair.stock() == (10, 0, 5)


def test_two_sweeps_close_once(open_fair: Fair) -> None:
    """Two workers tidy at once: each deal and each auction moves once."""
    fair = open_fair
    fair.deal(size=5)
    auction = fair.auction()
    (bo,) = people(1, now=fair.now)
    api.place_bid(bo.ask(auction.id, 9_000), now=fair.now)
    late = fair.now + timedelta(minutes=11)
    assert sum(at_once(*[lambda: api.tend_deals(now=late)] * 2)) == 1  # type: ignore[arg-type]
    assert sum(at_once(*[lambda: api.settle_auctions(now=late)] * 2)) == 1  # type: ignore[arg-type]
    assert fair.stock() == (10, 0, 1)
    assert api.check_deals() == []


def test_the_winner_against_the_fall_has_it_or_has_not(open_fair: Fair) -> None:
    """Bo buys in the last moment while the lot falls: he holds it and it stays his, or it is the next one's."""
    fair = open_fair
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 6_000)], now=fair.now)
    now = auction.closes_at + CLOSING_GRACE
    api.settle_auctions(now=now)
    until = now + timedelta(minutes=15)
    wish = fair.wish(seen=6_200, visitor=bo.visitor, phone=bo.phone)
    answers = at_once(
        lambda: place_orders([wish], now=until - timedelta(milliseconds=1))[0],
        lambda: api.settle_auctions(now=until),
    )
    fallen = api.auction(auction.id).has_fallen
    assert isinstance(answers[0], OrderPlaced) != fallen
    assert check_stock() == []
    assert api.check_deals() == []
