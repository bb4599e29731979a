"""Placing orders."""

from dataclasses import replace

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.orders.api import check_orders, place_order, place_orders
from millstream.orders.models import Line, Order, Payment
from millstream.orders.refusals import AddressMissing, KeyReused, PriceChanged, QuantityRefused
from millstream.orders.types import OrderPlaced, OrderState, PaymentState
from millstream.pacts.api import split_lines
from millstream.shops.refusals import NotForSale, SoldOut
from tests.orders.market import PRICE_MINOR, again, buy, make_market, row, wish

pytestmark = pytest.mark.django_db


def test_an_order_holds_stock_freezes_its_split_and_waits_for_money() -> None:
    """An order holds stock, freezes who gets what, and waits for one payment of its total."""
    market = make_market(stock=3)
    placed = buy(market, quantity=2)
    order = row(placed)
    assert (order.state, order.goods_minor, order.delivery_minor) == (
        OrderState.PLACED,
        2 * PRICE_MINOR,
        market.delivery_minor,
    )
    assert market.free() == 1
    payment = Payment.objects.get(order=order)
    assert (payment.id, payment.state, payment.amount_minor) == (
        placed.payment_id,
        PaymentState.OPEN,
        order.total_minor,
    )
    line = Line.objects.get(order=order)
    shares = split_lines([line.id])[line.id]
    assert sum(share.amount_minor for share in shares) == order.total_minor
    assert check_orders() == []


def test_the_last_unit_is_sold_once_within_a_batch() -> None:
    """Of three wishes for two units in one batch, the first two are met and the third is told what is left."""
    market = make_market(stock=2)
    answers = place_orders([wish(market) for _ in range(3)], now=read_now())
    assert [isinstance(answer, OrderPlaced) for answer in answers] == [True, True, False]
    assert isinstance(answers[2], SoldOut)
    assert answers[2].facts == {"left": 0}
    assert market.free() == 0


def test_one_bad_wish_is_refused_alone() -> None:
    """A wish for nothing, for too much, or at an old price leaves the others of its batch alone."""
    market = make_market(stock=5)
    answers = place_orders(
        [
            wish(market),
            replace(wish(market), variant_id=new_id()),
            replace(wish(market), quantity=100),
            replace(wish(market), price_seen_minor=PRICE_MINOR - 1),
            wish(market),
        ],
        now=read_now(),
    )
    assert [type(answer) for answer in answers] == [OrderPlaced, NotForSale, QuantityRefused, PriceChanged, OrderPlaced]
    assert market.free() == 3
    assert Order.objects.unscoped("a test").count() == 2


def test_the_same_wish_twice_is_one_order() -> None:
    """The same visitor with the same key gets the same order, in one batch or later; another body is refused."""
    market = make_market(stock=5)
    first = wish(market, key="k1")
    twins = place_orders([first, again(first)], now=read_now())
    later = place_order(again(first), now=read_now())
    assert isinstance(twins[0], OrderPlaced)
    assert isinstance(twins[1], OrderPlaced)
    assert {answer.order_id for answer in (twins[0], twins[1], later)} == {first.order_id}
    assert [twins[0].existed, twins[1].existed, later.existed] == [False, True, True]
    assert later == replace(twins[0], existed=True)
    assert market.free() == 4
    with pytest.raises(KeyReused):
        place_order(again(first, body=b"other".ljust(32, b"-")), now=read_now())


def test_the_same_key_of_another_visitor_is_another_order() -> None:
    """Keys belong to visitors."""
    market = make_market(stock=5)
    first = place_order(wish(market, key="k"), now=read_now())
    second = place_order(wish(market, key="k"), now=read_now())
    assert first.order_id != second.order_id


def test_a_visitor_without_an_address_is_asked_for_one() -> None:
    """Without an address on file an order is refused and holds nothing; with one on file it is used."""
    market = make_market(stock=5)
    first = wish(market)
    with pytest.raises(AddressMissing):
        place_order(replace(first, address=None), now=read_now())
    assert market.free() == 5
    place_order(first, now=read_now())
    second = place_order(replace(wish(market, visitor=first.visitor), address=None), now=read_now())
    rows = Order.objects.unscoped("a test").filter(visitor=first.visitor)
    assert len({order.address_id for order in rows}) == 1
    assert row(second).buyer_id == rows[0].buyer_id
