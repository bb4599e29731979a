"""Bids over a room's real socket: who bids is the visitor of the cookie, what it came to is the auction's word."""

import asyncio
import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from millstream.deals import api
from millstream.deals.actions.settle_auctions import CLOSING_GRACE
from millstream.deals.models import Bid
from millstream.deals.types import AuctionRecord, AuctionState, DealRecord
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live.api import end_show
from millstream.orders.models import Order
from millstream.people.api import open_guests
from millstream.people.types import AddressLines, ContactKind, GuestAsk
from tests.deals.fair import LIST_MINOR, Fair, Reachable, people
from tests.live.room.processes import PATIENCE, Viewer, enter, on_rows, room_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def settle(auction: AuctionRecord) -> None:
    """Let the auction's time be over and its end be heard."""
    api.settle_auctions(now=auction.closes_at + CLOSING_GRACE)
    hear_all()


async def bid(viewer: Viewer, auction: AuctionRecord, key: str, most: int) -> dict[str, Any]:
    """Send a bid; the answer that came under its key, taken or refused."""
    await viewer.send(t="bid", key=key, auction=str(auction.id), max_minor=most)
    return await answered(viewer, key)


async def answered(viewer: Viewer, key: str) -> dict[str, Any]:
    """The next frame under this key."""
    while True:
        frame = await viewer._next(PATIENCE, f"an answer to {key}")
        if frame.get("key") == key:
            return frame


def test_bids_are_answered_to_their_socket_and_told_to_the_room(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Bo leads, Chen outbids, Bo's same press again is the same bid; the room hears the price and no maximum."""
    fair = open_fair
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)
    hear_all()

    async def play(port: int) -> None:
        first, second = [await enter(port, fair.show.room, one.visitor) for one in (bo, chen)]
        leading = await bid(first, auction, "bos-first-bid", 5_000)
        assert (leading["t"], leading["state"], leading["price_minor"]) == ("bid", "leading", 1_000)
        taken = await bid(second, auction, "chens-first-bid", 8_000)
        assert (taken["state"], taken["your_max_minor"]) == ("leading", 8_000)
        again = await bid(first, auction, "bos-first-bid", 5_000)
        assert (again["t"], again["your_max_minor"]) == ("bid", 5_000)
        await on_rows(hear_all)
        told = (await first.trade("auction"))["data"]
        assert (told["bids"], told["price_minor"], told["leader"]) == (2, 5_200, taken["you"])
        assert "8000" not in json.dumps(first.heard)
        assert not [frame for frame in second.heard if frame.get("key") == "bos-first-bid"]

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    rows = list(
        Bid.objects.filter(auction_id=auction.id).order_by("number").values_list("number", "actor", "max_minor")
    )
    assert rows == [(1, bo.actor, 5_000), (2, chen.actor, 8_000)]
    assert api.check_deals() == []


def test_forged_bids_are_no_bids(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Another bidder, another price, a field too many, no number: refused and logged; others bid on."""
    fair = open_fair
    auction = fair.auction()
    bo, femi = people(2, now=fair.now)
    whole = {"t": "bid", "key": "forged-key", "auction": str(auction.id), "max_minor": 5_000}
    forged: tuple[dict[str, object], ...] = (
        {"visitor": str(bo.visitor)},
        {"actor": str(bo.actor)},
        {"price_minor": 1},
        {"at": "2020-01-01T00:00:00Z"},
        {"max_minor": None},
        {"max_minor": 0},
        {"max_minor": -5},
        {"max_minor": 10**20},
        {"max_minor": "5000"},
        {"max_minor": 50.5},
        {"auction": "the vase"},
        {"key": "short"},
        {"key": "\0aaaaaaaaa"},
        {"key": "\ud800-half-a-letter"},
    )

    async def play(port: int) -> None:
        other = await enter(port, fair.show.room, bo.visitor)
        for change in forged:  # a socket that goes on like this is closed: each comes on its own
            forger = await enter(port, fair.show.room, femi.visitor)
            told = {name: value for name, value in {**whole, **change}.items() if value is not None}
            await forger.wire.send(json.dumps(told))
            assert (await forger.until("refused"))["code"] == "live.bad_message", change
            await forger.wire.close()
        stranger = await enter(port, fair.show.room)
        assert (await bid(stranger, auction, "a-stranger", 9_000))["code"] == "deals.contact_needed"
        assert (await bid(other, auction, "what-comes-after", 6_000))["state"] == "leading"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert list(Bid.objects.values_list("actor", "max_minor")) == [(bo.actor, 6_000)]
    assert "a field too many" in (tmp_path / "room.log").read_text()


def test_the_rules_of_an_auction_hold_over_the_socket(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Too little, lowered, a used key, an unknown auction, one that is over: each is refused by its own word."""
    fair = open_fair
    auction = fair.auction(5_000)
    bo, chen = people(2, now=fair.now)
    nowhere = fair.auction(5_000, show=new_id(), lasts=timedelta(minutes=1))
    api.cancel_auction(nowhere.id, now=fair.now)

    async def play(port: int) -> None:
        first, second = [await enter(port, fair.show.room, one.visitor) for one in (bo, chen)]
        assert (await bid(first, auction, "far-too-low", 4_900))["code"] == "deals.bid_too_low"
        assert (await bid(first, auction, "enough-now", 9_000))["state"] == "leading"
        assert (await bid(first, auction, "lowered-it", 8_000))["code"] == "deals.bid_lowered"
        assert (await bid(first, auction, "enough-now", 9_500))["code"] == "deals.key_reused"
        assert (await bid(second, nowhere, "called-off", 9_500))["code"] == "deals.auction_over"
        await on_rows(partial(settle, auction))
        assert (await bid(second, auction, "after-the-close", 99_000))["code"] == "deals.auction_over"
        await second.send(t="bid", key="unknown-auction", auction=str(new_id()), max_minor=9_000)
        assert (await answered(second, "unknown-auction"))["code"] == "deals.no_such_auction"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    won = api.auction(auction.id)
    assert (won.state, won.bids, won.price_minor) == (AuctionState.WON, 1, 5_000)
    assert api.check_deals(read_now() + timedelta(minutes=5)) == []


def test_an_auction_outlives_its_show(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Dao ends the show while Bo leads: the room bids on until the auction's own close, and then no more."""
    fair = open_fair
    auction = fair.auction()
    bo, chen = people(2, now=fair.now)

    def end() -> None:
        end_show(fair.show.id, host=fair.market.dao, now=read_now())
        hear_all()

    async def play(port: int) -> None:
        first, second = [await enter(port, fair.show.room, one.visitor) for one in (bo, chen)]
        assert (await bid(first, auction, "bos-first-bid", 5_000))["state"] == "leading"
        await on_rows(end)
        assert (await second.trade("state"))["data"] == {"state": "ended"}
        assert (await bid(second, auction, "after-the-show", 8_000))["state"] == "leading"
        assert (await bid(first, auction, "bo-once-more", 9_000))["state"] == "leading"
        assert (await buy(second, fair, "a-bowl-after-it"))["code"] == "live.sale_over"
        await on_rows(partial(settle, auction))
        assert (await bid(second, auction, "after-the-close", 99_000))["code"] == "deals.auction_over"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    won = api.auction(auction.id)
    assert (won.state, won.bids) == (AuctionState.WON, 3)
    assert api.check_deals(read_now() + timedelta(minutes=5)) == []


def test_two_hundred_bids_from_twenty_sockets_have_one_order(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Each bid that was acknowledged stands once under its maximum; what was refused does not stand."""
    fair = open_fair
    auction = fair.auction()
    bidders = people(20, now=fair.now)
    answers: dict[tuple[Reachable, str, int], dict[str, Any]] = {}

    async def press(port: int, place: int, bidder: Reachable) -> None:
        viewer = await enter(port, fair.show.room, bidder.visitor)
        for turn in range(10):
            most = 2_000 + 2_000 * (turn * len(bidders) + place)
            answers[bidder, f"bid-{place:02}-{turn:02}", most] = await bid(
                viewer, auction, f"bid-{place:02}-{turn:02}", most
            )

    async def play(port: int) -> None:
        await asyncio.gather(*(press(port, place, one) for place, one in enumerate(bidders)))

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    taken = sorted((who.actor, key, most) for (who, key, most), told in answers.items() if told["t"] == "bid")
    rows = Bid.objects.filter(auction_id=auction.id).values_list("actor", "key", "max_minor")
    assert sorted(rows) == taken
    assert {told["code"] for told in answers.values() if told["t"] == "refused"} <= {"deals.bid_too_low"}
    assert len(answers) == 200
    assert api.verify_receipt(api.receipt(auction.id)) == []
    assert api.check_deals() == []


def buyers(count: int) -> list[UUID]:
    """Visitors who bought before: contact and address are on file."""
    asks = [
        GuestAsk(new_id(), phone, ContactKind.PHONE, "Bo", AddressLines("Bo", phone, "1 Canal Street, Hangzhou"))
        for phone in (f"+861390{number:07d}" for number in range(1, count + 1))
    ]
    open_guests(asks, now=read_now())
    return [ask.visitor for ask in asks]


async def buy(viewer: Viewer, fair: Fair, key: str, **changes: object) -> dict[str, Any]:
    """Ask for one bowl at the price that the page claims to have seen; the answer under this key."""
    told: dict[str, object] = {"key": key, "variant": str(fair.variant), "quantity": 1, "seen_minor": 9_900}
    await viewer.send(t="buy", **{**told, **changes})
    return await answered(viewer, key)


def test_a_price_that_is_over_is_nobodys_price(open_fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Before a deal opens, over its cap, named by its id, after its close: nobody pays less than the till says."""
    fair = open_fair
    bo, femi = buyers(2)
    opened: list[DealRecord] = []

    def open_it() -> None:
        opened.append(fair.deal(9_900, size=5, cap=1))
        hear_all()

    def close_it() -> None:
        assert api.close_deal(opened[0].id, now=read_now())
        hear_all()

    async def play(port: int) -> None:
        buyer, forger = [await enter(port, fair.show.room, one) for one in (bo, femi)]
        assert (await buy(forger, fair, "before-it-opens"))["code"] == "orders.price_changed"
        await on_rows(open_it)
        assert (await buy(buyer, fair, "in-its-time"))["t"] == "bought"
        assert (await buy(buyer, fair, "over-the-cap"))["code"] == "shops.cap_reached"
        named = {"t": "buy", "key": "by-its-name", "variant": str(fair.variant), "quantity": 1, "seen_minor": 9_900}
        await forger.send(**named, deal=str(opened[0].id))
        assert (await forger.until("refused", code="live.bad_message"))["t"] == "refused"
        await on_rows(close_it)
        refused = await buy(forger, fair, "after-its-close")
        assert (refused["t"], refused["code"]) == ("refused", "orders.price_changed")
        assert refused["price_minor"] == LIST_MINOR  # the card takes it over: the next press buys
        assert "price has changed" in refused["text"]
        assert (await buy(forger, fair, "at-the-true-price", seen_minor=LIST_MINOR))["t"] == "bought"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    lines = Order.objects.unscoped("a test").order_by("placed_at").values_list("visitor", "goods_minor")
    assert list(lines) == [(bo, 9_900), (femi, LIST_MINOR)]
    assert api.check_deals() == []
