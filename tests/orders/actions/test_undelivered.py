"""Orders that will not arrive: given back before they left, come back, written off."""

import pytest
from django.db import transaction

from millstream.kernel.clock import read_now
from millstream.kernel.facts import record
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.ledger.api import subject_balance
from millstream.ledger.types import Purpose
from millstream.logistics.actions.deliver import give_back
from millstream.logistics.actions.move_custody import Why, lock_parcels, move_parcels
from millstream.logistics.api import check_custody, pack_parcel, parcels_held
from millstream.logistics.facts import ParcelLost
from millstream.logistics.refusals import ParcelCancelled
from millstream.logistics.types import EventKind, Holder, HolderKind, ParcelState
from millstream.orders.api import ask_refund, cancel_order, check_orders, close_case
from millstream.orders.models import PaymentCase, Refund
from millstream.orders.refusals import NotCancellable
from millstream.orders.types import CaseKind, EndedWhy, OrderPlaced, OrderState
from tests.orders.actions.test_settle_orders import prove
from tests.orders.market import Market, arrive, buy_and_pay, leave, make_market, parcel_of, row

pytestmark = pytest.mark.django_db(transaction=True)


def test_giving_everything_back_before_packing_calls_the_order_off() -> None:
    """Nobody packs for nothing: the parcel leaves the packing list, and the goods are for sale again."""
    market = make_market(stock=3)
    placed = buy_and_pay(market, quantity=2)
    ask_refund(placed.order_id, amount_minor=None, reason="changed mind", by=market.counter.amina, now=read_now())
    assert (row(placed).state, parcel_of(placed).state) == (OrderState.REFUNDED, ParcelState.CANCELLED)
    assert market.free() == 3
    assert parcels_held(market.counter.amina, states=[ParcelState.ANNOUNCED], reader=market.counter.amina) == ()
    with pytest.raises(ParcelCancelled):
        pack_parcel(parcel_of(placed).id, acting=market.counter.amina, weight_grams=100, now=read_now())
    hear_all()
    assert Refund.objects.count() == 1
    prove()


def test_the_last_part_of_a_refund_calls_the_order_off_like_a_whole_one() -> None:
    """A part is money alone, the goods stay sold; the part that makes it whole gives them back."""
    market = make_market(stock=3)
    placed = buy_and_pay(market)
    ask_refund(placed.order_id, amount_minor=500, reason="chipped", by=market.counter.amina, now=read_now())
    assert (market.free(), parcel_of(placed).state) == (2, ParcelState.ANNOUNCED)
    left = placed.total_minor - 500
    ask_refund(placed.order_id, amount_minor=left, reason="broken", by=market.counter.amina, now=read_now())
    assert (market.free(), parcel_of(placed).state) == (3, ParcelState.CANCELLED)
    prove()


def test_giving_everything_back_on_the_way_lets_the_parcel_go_on() -> None:
    """What left the station cannot be called back: the buyer has the money and gets the goods, which stay sold."""
    market = make_market(stock=3)
    placed = buy_and_pay(market)
    leave(market, placed)
    with pytest.raises(NotCancellable):
        cancel_order(placed.order_id, reason="late", by=market.counter.amina, now=read_now())
    ask_refund(placed.order_id, amount_minor=None, reason="late", by=market.counter.amina, now=read_now())
    assert (market.free(), parcel_of(placed).state) == (2, ParcelState.AT_CENTRE)
    prove()


def test_a_parcel_that_came_back_gives_the_buyer_everything_and_the_maker_the_goods() -> None:
    """Undelivered and with its maker again: goods for sale, money and delivery to the buyer, once."""
    market = make_market(stock=3)
    placed = buy_and_pay(market)
    leave(market, placed)
    come_back(placed)
    hear_all()
    hear_all()
    assert (row(placed).state, row(placed).ended_why) == (OrderState.REFUNDED, EndedWhy.CAME_BACK)
    assert Refund.objects.get().amount_minor == placed.total_minor
    assert subject_balance(Purpose.ESCROW, placed.order_id) == 0
    assert market.free() == 3
    assert not PaymentCase.objects.exists()
    prove()
    assert check_custody() == []


def test_a_parcel_that_came_back_after_a_whole_refund_changes_nothing_more() -> None:
    """The money went back on the way; nothing is given back twice."""
    market = make_market(stock=3)
    placed = buy_and_pay(market)
    leave(market, placed)
    ask_refund(placed.order_id, amount_minor=None, reason="late", by=market.counter.amina, now=read_now())
    come_back(placed)
    hear_all()
    assert Refund.objects.count() == 1
    assert market.free() == 3, "the goods are with their maker again"
    prove()


def test_a_lost_parcel_gives_the_buyer_everything_and_the_platform_a_case() -> None:
    """The goods are gone and the money went back: who had the parcel is settled with the maker, by a person."""
    market = make_market(stock=3)
    placed = buy_and_pay(market)
    lose(market, placed)
    hear_all()
    hear_all()
    assert (row(placed).state, row(placed).ended_why) == (OrderState.REFUNDED, EndedWhy.LOST)
    assert Refund.objects.get().amount_minor == placed.total_minor
    assert market.free() == 2
    case = PaymentCase.objects.get()
    assert (case.kind, case.order_id, case.owner_id) == (CaseKind.PARCEL_LOST, placed.order_id, conf().platform_actor)
    prove()
    assert close_case(case.id, resolution="the carrier paid", by=conf().platform_actor, now=read_now()) is True


def test_a_delivered_order_hears_nothing_of_a_loss() -> None:
    """What arrived is not lost, whatever a late message says."""
    placed = buy_and_pay(make_market())
    arrive(placed)
    with transaction.atomic():
        record(ParcelLost(parcel_of(placed).id, placed.order_id, new_id()), now=read_now())
    hear_all()
    assert (row(placed).state, Refund.objects.count()) == (OrderState.DELIVERED, 0)
    assert check_orders() == []


def come_back(placed: OrderPlaced) -> None:
    """The parcel is given to its maker again."""
    with transaction.atomic():
        (parcel,) = lock_parcels([parcel_of(placed).id])
        give_back(parcel, Why(EventKind.RETURN), now=read_now())


def lose(market: Market, placed: OrderPlaced) -> None:
    """The parcel is written off at the centre."""
    leave(market, placed)
    case, now = new_id(), read_now()
    with transaction.atomic():
        (parcel,) = lock_parcels([parcel_of(placed).id])
        nobody = Holder(HolderKind.CASE, case)
        move_parcels([parcel], Why(EventKind.CASE_CLOSE), to=nobody, state=ParcelState.LOST, now=now)
        record(ParcelLost(parcel.id, parcel.order_id, case), now=now)
