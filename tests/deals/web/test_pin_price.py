"""The pin card says at every moment what the till would charge its reader for one."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from millstream.deals import api
from millstream.deals.actions.settle_auctions import CLOSING_GRACE
from millstream.deals.types import RoomPriceSpec
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.live import api as live
from millstream.live.adapters.room_offers import RoomOffers
from millstream.live.types import SpokenBy, TalkRole
from millstream.live.web.room_page import dressed_pin, goods_of
from millstream.orders.actions.place_orders import place_order
from millstream.orders.ports import Offer, OfferAsk
from tests.deals.fair import LIST_MINOR, Fair, make_fair, people

ROOM_MINOR = 11_000
WINDOW_MINOR = 9_900


def with_room_price(size: int | None = None) -> Fair:
    """Dao's show began with a price in the room, and the bowl is on the table."""
    fair = make_fair(live=False)
    spec = RoomPriceSpec(fair.show.id, fair.market.dao, fair.variant, ROOM_MINOR, size=size)
    api.plan_room_price(spec, now=fair.now)
    show = live.start_show(fair.show.id, host=fair.market.dao, now=fair.now)
    api.open_room_prices(fair.show.id, now=fair.now)
    live.pin_product(fair.show.id, fair.variant, host=fair.market.dao, now=fair.now)
    return replace(fair, show=show)


def charged(fair: Fair, now: datetime, *, visitor: UUID | None = None, actor: UUID | None = None) -> int:
    """What the till charges for one."""
    (offer,) = RoomOffers().offers([OfferAsk(fair.variant, 1, fair.show.id, visitor, actor)], now=now)
    assert isinstance(offer, Offer)
    return offer.price_minor


def drawn(fair: Fair, now: datetime, *, visitor: UUID | None = None, actor: UUID | None = None) -> int:
    """What the card says of one."""
    reader = SpokenBy(visitor or fair.show.room, "Bo", TalkRole.BUYER if visitor else TalkRole.GUEST, actor=actor)
    pin = dressed_pin(fair.show, goods_of(fair.show), reader, now)
    assert pin is not None
    return int(pin["deal"].price_minor if pin["deal"] else pin["price_minor"])


def card(client: Client, fair: Fair) -> dict[str, str]:
    """The attributes of the pin card of the page as it comes."""
    page = client.get(f"/shows/{fair.show.slug}/").content.decode()
    found = re.search(r"<ms-pin ([^>]*)>", page)
    assert found is not None
    shown = re.search(r'data-pin-price>(.*?)</span><span class="pin-deal"', page, re.DOTALL)
    assert shown is not None
    plain = re.sub(r"<[^>]*>", "", shown.group(1))
    return {name: unescape(told) for name, told in re.findall(r'([\w-]+)="([^"]*)"', found.group(1))} | {"shown": plain}


def sell_one(fair: Fair) -> None:
    """Somebody holds one at what it costs now."""
    place_order(fair.wish(seen=charged(fair, fair.now)), now=fair.now)


@pytest.mark.django_db
def test_the_card_draws_the_cheapest_deal_with_something_left() -> None:
    """The window's price while its allotment lasts, then the room's, as the till; the shop's price stays the list's."""
    fair = with_room_price()
    deal = fair.deal(WINDOW_MINOR, size=1)
    assert drawn(fair, fair.now) == charged(fair, fair.now) == WINDOW_MINOR
    sell_one(fair)
    assert drawn(fair, fair.now) == charged(fair, fair.now) == ROOM_MINOR
    api.drop_room_price(fair.show.id, fair.variant, now=fair.now)
    assert drawn(fair, fair.now) == charged(fair, fair.now) == LIST_MINOR
    assert deal.closes_at is not None


@pytest.mark.django_db
def test_the_cards_price_goes_by_the_clock_as_the_tills_does() -> None:
    """Before a planned window, in it, and after it, whatever was swept."""
    fair = with_room_price()
    opens_at = fair.now + timedelta(minutes=5)
    fair.deal(WINDOW_MINOR, opens_at=opens_at, lasts=timedelta(minutes=5))
    for minutes, price in ((4, ROOM_MINOR), (5, WINDOW_MINOR), (9, WINDOW_MINOR), (10, ROOM_MINOR)):
        moment = fair.now + timedelta(minutes=minutes)
        assert drawn(fair, moment) == charged(fair, moment) == price


@pytest.mark.django_db
def test_the_page_brings_every_price_that_its_script_needs(nats_url: str, client: Client) -> None:
    """What is on and what is to come, with windows and what is left; the figures that are drawn are the till's."""
    fair = with_room_price()
    fair.deal(WINDOW_MINOR, size=5)
    told = card(client, fair)
    assert (told["data-price"], told["data-stock"], told["shown"]) == (str(LIST_MINOR), "5", "¥99")
    window, room = json.loads(told["data-deals"])
    assert (window["price_minor"], window["left"]) == (WINDOW_MINOR, 5)
    assert window["opens_at"] < window["closes_at"]
    assert (room["price_minor"], room["left"], room["closes_at"]) == (ROOM_MINOR, None, None)
    assert drawn(fair, read_now()) == WINDOW_MINOR


@pytest.mark.django_db
def test_who_has_won_a_lot_reads_its_price_and_nobody_else_does() -> None:
    """The card of the winner says the lot's price while it is theirs."""
    fair = with_room_price()
    auction = fair.auction()
    (bo,) = people(1, now=fair.now)
    api.place_bid(bo.ask(auction.id, 5_000), now=fair.now)
    over = auction.closes_at + CLOSING_GRACE
    api.settle_auctions(now=over)
    for visitor, actor in ((bo.visitor, None), (None, bo.actor)):
        assert drawn(fair, over, visitor=visitor, actor=actor) == charged(fair, over, visitor=visitor, actor=actor)
        assert drawn(fair, over, visitor=visitor, actor=actor) == 1_000
    assert drawn(fair, over) == charged(fair, over) == ROOM_MINOR


def traded(fair: Fair, kind: str) -> dict[str, Any]:
    """The last item of a kind."""
    hear_all()
    return dict([item for item in live.trade_after(fair.show.room, 0) if item.kind.value == kind][-1].data)


@pytest.mark.django_db(transaction=True)
def test_a_pin_tells_every_price_of_its_product(nats_url: str) -> None:
    """Who came after a deal had opened knows it from the next pin: the shop's price, and every deal on it."""
    fair = with_room_price()
    fair.deal(WINDOW_MINOR, size=2)
    pin = traded(fair, "pin")
    assert pin["price_minor"] == LIST_MINOR
    assert [(deal["price_minor"], deal["left"]) for deal in pin["deals"]] == [(WINDOW_MINOR, 2), (ROOM_MINOR, None)]
    assert set(pin["deals"][0]) == {"deal", "price_minor", "left", "opens_at", "closes_at"}
    sell_one(fair)
    assert traded(fair, "deal")["left"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_deal_that_the_clock_has_opened_is_traded_as_open(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of it is told before a sweep has said that it began."""
    fair = with_room_price()
    opens_at = fair.now + timedelta(minutes=5)
    deal = fair.deal(WINDOW_MINOR, size=2, opens_at=opens_at)
    hear_all()
    monkeypatch.setattr("millstream.live.handlers.deal_trade.read_now", lambda: opens_at)
    place_order(fair.wish(seen=WINDOW_MINOR), now=opens_at)
    told = traded(fair, "deal")
    assert (told["deal"], told["state"], told["left"]) == (str(deal.id), "open", 1)


def test_what_one_costs_is_one_rule(fair: Fair, django_assert_num_queries: Callable[..., Any]) -> None:
    """The lot, else the cheapest that is on, has something left and beats the list; else nothing but the list."""
    pair = (fair.show.id, fair.variant)
    fair.deal(WINDOW_MINOR)
    (deal,) = api.deal_prices([pair], now=fair.now)[pair]
    cheaper = replace(deal, price_minor=9_000)
    with django_assert_num_queries(0):
        assert api.price_of_one(LIST_MINOR, [deal, cheaper], None, fair.now) == cheaper
        assert api.price_of_one(LIST_MINOR, [deal, replace(cheaper, left=0)], None, fair.now) == deal
        assert api.price_of_one(WINDOW_MINOR, [deal], None, fair.now) is None
        assert api.price_of_one(LIST_MINOR, [], None, fair.now) is None
        lot = replace(deal, price_minor=20_000)
        assert api.price_of_one(LIST_MINOR, [deal], lot, fair.now) == lot
