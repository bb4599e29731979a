"""Auctions: bids in batches, the close, the winner's time, the receipt."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from millstream.deals import api
from millstream.deals.actions.settle_auctions import CLOSING_GRACE
from millstream.deals.models import Auction, Bid, Bidder
from millstream.deals.refusals import (
    AuctionOver,
    BelowFloor,
    BidLowered,
    BidsStand,
    BidTooLow,
    ContactNeeded,
    DealRunning,
    KeyMissing,
    KeyReused,
    NotYourAuction,
)
from millstream.deals.rules.receipt import seal_of
from millstream.deals.types import AuctionState, BidAnswer, BidAsk, BidState
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live.api import trade_after
from millstream.orders.api import capture_payments, expire_orders, place_orders
from millstream.orders.refusals import PriceChanged
from millstream.orders.types import OrderPlaced
from millstream.shops.api import check_stock
from tests.deals.fair import Fair, people
from tests.orders.market import captured

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def closed(fair: Fair, minutes: int = 2) -> datetime:
    """When an auction of so many minutes can be settled."""
    return fair.now + minutes * MINUTE + CLOSING_GRACE


def test_an_auction_carves_one_unit_and_starts_at_its_reserve(fair: Fair) -> None:
    """One of ten is set aside; the start may not be below the maker's floor; a second one is refused."""
    fair.floor(5_000)
    with pytest.raises(BelowFloor):
        fair.auction(4_900)
    auction = fair.auction(5_000)
    assert (auction.state, auction.price_minor, auction.next_minor) == (AuctionState.OPEN, 5_000, 5_000)
    assert fair.stock() == (10, 0, 1)
    with pytest.raises(DealRunning):
        fair.auction(6_000)


def test_bids_are_numbered_and_the_winner_pays_the_second_price(fair: Fair) -> None:
    """Bo to 90, Chen to 40, Chen to 95: numbers 1 to 3, Chen leads one step above Bo's 90."""
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    told = [
        api.place_bid(bidder.ask(auction.id, most), now=fair.now + place * SECOND)
        for place, (bidder, most) in enumerate([(bo, 9_000), (chen, 4_000), (chen, 9_500)])
    ]
    assert [(one.number, one.state, one.price_minor) for one in told] == [
        (1, BidState.LEADING, 1_000),
        (2, BidState.OUTBID, 4_100),
        (3, BidState.LEADING, 9_200),
    ]
    standing = api.auction(auction.id)
    assert (standing.bids, standing.leader) == (3, told[2].you)
    assert told[2].you.endswith("#2")
    assert api.verify_receipt(api.receipt(auction.id)) == []


def test_a_batch_is_as_good_as_one_by_one(fair: Fair) -> None:
    """Six bids at once stand as six bids in that order; refused ones among them change nothing."""
    first, second = fair.auction(), None
    bidders = people(4, now=fair.now)
    asked = [(0, 2_000), (1, 1_500), (2, 5_000), (0, 1_000), (3, 5_000), (1, 5_050)]
    answers = api.place_bids([bidders[who].ask(first.id, most) for who, most in asked], now=fair.now)
    assert [type(answer) for answer in answers] == [BidAnswer] * 3 + [BidLowered, BidAnswer, BidTooLow]
    together = [(step.number, step.price_minor, step.leader) for step in api.steps(first.id)]
    Auction.objects.filter(id=first.id).update(state="unsold", ended_at=fair.now)
    second = fair.auction()
    for who, most in asked:
        api.place_bids([bidders[who].ask(second.id, most)], now=fair.now)
    assert [(step.number, step.price_minor, step.leader) for step in api.steps(second.id)] == together


def test_a_batch_takes_the_same_statements_whatever_its_size(fair: Fair) -> None:
    """Three bids or sixty: the same number of statements."""
    auction = fair.auction()
    bidders = people(60, now=fair.now)
    counts = []
    for few, least in ((bidders[:3], 2_000), (bidders[3:], 9_000)):
        with CaptureQueriesContext(connection) as seen:
            api.place_bids([one.ask(auction.id, least + 1_000 * place) for place, one in enumerate(few)], now=fair.now)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 13
    assert api.auction(auction.id).bids == 60


def test_the_same_key_is_the_same_bid(fair: Fair) -> None:
    """Sent twice, in one batch and again later: one bid. With another maximum the key is refused."""
    auction = fair.auction()
    (bo,) = people(1, now=fair.now)
    ask = bo.ask(auction.id, 5_000, key="press-once")
    both = api.place_bids([ask, ask], now=fair.now)
    again = api.place_bid(ask, now=fair.now + SECOND)
    assert {one.number for one in [*both, again] if isinstance(one, BidAnswer)} == {1}
    assert Bid.objects.filter(auction_id=auction.id).count() == 1
    with pytest.raises(KeyReused):
        api.place_bid(bo.ask(auction.id, 6_000, key="press-once"), now=fair.now)


@pytest.mark.parametrize(
    "key", ["\0aaaaaaaaa", "\ud800-half-a-letter", "line\nbreak", "", "short", "k" * 65, "钥匙钥匙钥匙钥匙"]
)
def test_a_key_that_no_row_takes_costs_its_own_bid_alone(key: str, fair: Fair) -> None:
    """Femi's bid under it is refused; Bo's in the same batch stands."""
    auction = fair.auction()
    bo, femi = people(2, now=fair.now)
    forged = BidAsk(auction.id, femi.visitor, key, 9_000)
    answers = api.place_bids([forged, bo.ask(auction.id, 5_000), forged], now=fair.now)
    assert [type(answer) for answer in answers] == [KeyMissing, BidAnswer, KeyMissing]
    assert api.auction(auction.id).bids == 1


def test_who_cannot_be_reached_and_whose_lot_it_is_do_not_bid(fair: Fair) -> None:
    """A stranger without a contact, the host and the maker are refused; signed in is enough."""
    auction = fair.auction()
    stranger = BidAsk(auction.id, new_id(), "12345678", 5_000)
    assert isinstance(api.place_bids([stranger], now=fair.now)[0], ContactNeeded)
    for mine in (fair.market.dao, fair.market.counter.amina):
        ask = BidAsk(auction.id, new_id(), "12345678", 5_000, actor=mine)
        assert isinstance(api.place_bids([ask], now=fair.now)[0], NotYourAuction)
    femi = BidAsk(auction.id, new_id(), "12345678", 5_000, actor=fair.market.counter.femi)
    assert isinstance(api.place_bids([femi], now=fair.now)[0], BidAnswer)


def test_a_late_bid_extends_and_one_after_the_close_is_refused(fair: Fair) -> None:
    """A tenth before the close is in time and gives ten seconds; at the close of those it is over, settled or not."""
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    late = auction.closes_at - timedelta(milliseconds=100)
    api.place_bid(bo.ask(auction.id, 5_000), now=late)
    extended = api.auction(auction.id)
    assert (extended.closes_at, extended.extensions) == (late + 10 * SECOND, 1)
    with pytest.raises(AuctionOver):
        api.place_bid(chen.ask(auction.id, 9_000), now=extended.closes_at)
    assert api.settle_auctions(now=extended.closes_at + SECOND) == 0
    assert api.settle_auctions(now=extended.closes_at + CLOSING_GRACE) == 1
    with pytest.raises(AuctionOver):
        api.place_bid(chen.ask(auction.id, 9_000), now=late)


def test_the_winner_buys_at_the_second_price_and_nobody_else(fair: Fair) -> None:
    """Bo has won at 41: the sheet offers it to Bo alone; paid, the lot is sold."""
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 4_000)], now=fair.now)
    now = closed(fair)
    assert api.settle_auctions(now=now) == 1
    assert api.settle_auctions(now=now) == 0
    won = api.auction(auction.id)
    assert (won.state, won.price_minor, won.offer_until) == (AuctionState.WON, 4_100, now + 15 * MINUTE)
    others = place_orders([fair.wish(seen=4_100, visitor=chen.visitor, phone=chen.phone)], now=now)
    assert isinstance(others[0], PriceChanged)
    placed = place_orders([fair.wish(seen=4_100, visitor=bo.visitor, phone=bo.phone)], now=now)[0]
    assert isinstance(placed, OrderPlaced)
    again = place_orders([fair.wish(seen=4_100, visitor=bo.visitor, phone=bo.phone)], now=now)[0]
    assert isinstance(again, PriceChanged)
    assert api.settle_auctions(now=now + 20 * MINUTE) == 0
    capture_payments([captured(placed)], now=now + MINUTE)
    assert api.settle_auctions(now=now + MINUTE) == 1
    assert api.auction(auction.id).state is AuctionState.SOLD
    assert api.check_deals(now) == []
    assert check_stock() == []


def test_an_unpaid_lot_falls_once_then_goes_back(fair: Fair) -> None:
    """Bo does not pay: Chen may buy at the price without Bo; Chen does not either: the bowl is back in the shop."""
    auction = fair.auction()
    bo, chen, dan = people(3, now=fair.now)
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 6_000), dan.ask(auction.id, 7_000)], now=fair.now)
    now = closed(fair)
    api.settle_auctions(now=now)
    assert api.auction(auction.id).price_minor == 7_200
    now += 15 * MINUTE
    assert api.settle_auctions(now=now) == 1
    fallen = api.auction(auction.id)
    assert (fallen.state, fallen.price_minor, fallen.has_fallen) == (AuctionState.WON, 6_200, True)
    offers = place_orders([fair.wish(seen=7_200, visitor=bo.visitor, phone=bo.phone)], now=now)
    assert isinstance(offers[0], PriceChanged)
    assert api.won_lots([(fair.variant, dan.visitor, None)], now=now)
    now += 15 * MINUTE
    assert api.settle_auctions(now=now) == 1
    assert api.auction(auction.id).state is AuctionState.UNSOLD
    assert fair.stock() == (10, 0, 0)
    assert api.check_deals(now) == []


def test_a_lot_does_not_fall_when_the_host_chose_so(fair: Fair) -> None:
    """Without falling the bowl goes back after the winner's time."""
    auction = fair.auction(falls=False)
    bo, chen = people(2, now=fair.now)
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 6_000)], now=fair.now)
    now = closed(fair)
    api.settle_auctions(now=now)
    api.settle_auctions(now=now + 15 * MINUTE)
    assert api.auction(auction.id).state is AuctionState.UNSOLD


def test_a_lot_that_is_being_paid_waits(fair: Fair) -> None:
    """Bo confirms in the last second and pays slowly: the lot falls only when his hold has run out."""
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 6_000)], now=fair.now)
    now = closed(fair)
    api.settle_auctions(now=now)
    last = now + 15 * MINUTE - SECOND
    placed = place_orders([fair.wish(seen=6_200, visitor=bo.visitor, phone=bo.phone)], now=last)[0]
    assert isinstance(placed, OrderPlaced)
    assert api.settle_auctions(now=last + 2 * SECOND) == 0
    late = placed.expires_at + SECOND
    expire_orders(now=late)
    assert api.settle_auctions(now=late) == 1
    assert api.auction(auction.id).has_fallen


def test_without_a_bid_it_goes_back_and_can_be_called_off_before(fair: Fair) -> None:
    """Nobody bids: unsold. Called off before the first bid: cancelled. After one: it runs to its end."""
    first = fair.auction()
    api.settle_auctions(now=closed(fair))
    assert api.auction(first.id).state is AuctionState.UNSOLD
    second = fair.auction()
    assert api.cancel_auction(second.id, now=fair.now)
    assert not api.cancel_auction(second.id, now=fair.now)
    third = fair.auction()
    (bo,) = people(1, now=fair.now)
    api.place_bid(bo.ask(third.id, 5_000), now=fair.now)
    with pytest.raises(BidsStand):
        api.cancel_auction(third.id, now=fair.now)
    assert fair.stock() == (10, 0, 1)


def test_maxima_stay_secret_and_seals_prove_them(fair: Fair) -> None:
    """Nothing public has the maximum or the salt; its bidder has both, and they make the seal."""
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    api.place_bids([bo.ask(auction.id, 87_654), chen.ask(auction.id, 4_000)], now=fair.now)
    public = f"{api.receipt(auction.id)}{api.auction(auction.id)}{api.steps(auction.id)}"
    salts = list(Bid.objects.values_list("salt", flat=True))
    assert "87654" not in public
    assert not any(salt in public for salt in salts)
    mine = api.bidding(auction.id, bo.actor)
    assert mine is not None
    assert seal_of(mine.own[0].max_minor, mine.own[0].salt) == api.steps(auction.id)[0].seal
    assert api.bidding(auction.id, None) is None


def test_a_room_hears_bids_once_a_batch(open_fair: Fair) -> None:
    """Opened, a batch of two, a late one that extends, won: each item is the whole auction, none has a maximum."""
    fair = open_fair
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    hear_all()
    api.place_bids([bo.ask(auction.id, 9_000), chen.ask(auction.id, 4_000)], now=read_now())
    hear_all()
    api.place_bid(chen.ask(auction.id, 8_765), now=auction.closes_at - SECOND)
    hear_all()
    api.settle_auctions(now=closed(fair, 3))
    hear_all()
    told = [item.data for item in trade_after(fair.show.room, 0) if item.kind.value == "auction"]
    assert [(one["state"], one["bids"], one["extended"]) for one in told] == [
        ("open", 0, 0),
        ("open", 2, 0),
        ("open", 3, 1),
        ("open", 3, 1),
        ("won", 3, 1),
    ]
    assert told[1]["price_minor"] == 4_100
    assert told[-1]["leader"] == api.auction(auction.id).leader
    assert "9000" not in str(told[1])


def test_check_deals_sees_what_was_tampered_with(fair: Fair) -> None:
    """A price written by hand, or a bid changed past its trigger, is told."""
    auction = fair.auction()
    (bo,) = people(1, now=fair.now)
    api.place_bid(bo.ask(auction.id, 9_000), now=fair.now)
    assert api.check_deals(fair.now + MINUTE) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE deals_bid DISABLE TRIGGER bids_are_immutable")
    Bid.objects.filter(auction_id=auction.id).update(price_minor=1_234, max_minor=9_999)
    promises = {one.promise for one in api.check_deals(fair.now + MINUTE)}
    assert promises == {
        "a bidder's maximum is their highest bid",
        "the receipt proves itself",
        "a seal fits its maximum",
    }


@pytest.mark.parametrize(
    ("promise", "changes"),
    [
        ("price_not_below_start", {"start_minor": 1_001, "price_minor": 1_000}),
        ("start_never_below_floor", {"floor_minor": 1_001}),
        ("auction_goes_forward", {"closes_at": datetime(2020, 1, 1).astimezone()}),
        ("auction_extensions_bounded", {"extensions": 31}),
        ("won_by_somebody", {"state": "won"}),
        ("auction_going_or_ended", {"state": "unsold"}),
        ("leader_has_bid", {"bids": 1}),
        ("auction_in_shop_currency", {"currency": "EUR"}),
    ],
)
def test_the_database_keeps_each_promise(fair: Fair, promise: str, changes: dict[str, object]) -> None:
    """What the rules refuse, PostgreSQL refuses under the same name."""
    auction = fair.auction()
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Auction.objects.filter(id=auction.id).update(**changes)


def test_bids_are_kept_by_the_database(fair: Fair) -> None:
    """No bid is changed, dropped, numbered twice, written late or into a closed auction; no maximum is lowered."""
    auction = fair.auction()
    (bo,) = people(1, now=fair.now)
    api.place_bid(bo.ask(auction.id, 9_000), now=fair.now)
    bid = Bid.objects.get(auction_id=auction.id)
    for promise, change in (
        ("bids_are_immutable", lambda: Bid.objects.filter(id=bid.id).update(price_minor=5)),
        ("bids_are_immutable", lambda: Bid.objects.filter(id=bid.id).delete()),
        ("maximum_never_lowered", lambda: Bidder.objects.filter(auction_id=auction.id).update(max_minor=8_999)),
    ):
        with pytest.raises(IntegrityError, match=promise), transaction.atomic():
            change()
    for promise, changes in (
        ("bid_number_once", {"key": "other-key"}),
        ("closed_auction_takes_no_bid", {"number": 2, "key": "other-key"}),
        ("closed_auction_takes_no_bid", {"number": 1, "key": "other-key", "at": auction.closes_at}),
    ):
        bid.pk = None
        for field, value in changes.items():
            setattr(bid, field, value)
        with pytest.raises(IntegrityError, match=promise), transaction.atomic():
            bid.save(force_insert=True)
