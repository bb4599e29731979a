"""Facts become the numbered trade of a room; paid orders are counted."""

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.facts import Hint, record, record_many
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Show, Trade
from millstream.orders.facts import OrderPaid
from millstream.shops.api import set_price
from millstream.shops.facts import StockLeft
from tests.live.town import Town, make_host, make_show

pytestmark = pytest.mark.django_db(transaction=True)


def room_hints(hints: list[Hint], town: Town) -> list[Hint]:
    return [hint for hint in hints if hint.subject == f"room.{town.show.room}.trade"]


def test_everything_a_room_trades_has_a_number_without_gaps(open_town: Town) -> None:
    """Start, pin, stock, price, clear, end: numbers from 1, and a hint for each with the whole item."""
    town = open_town
    hear_all()
    town.start()
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)
    hints = hear_all()
    town.counter.stock(5)
    set_price(town.counter.variant, price_minor=9_900, currency="CNY", by=town.counter.amina, now=town.now)
    hints += hear_all()
    api.unpin_product(town.show.id, host=town.dao, now=town.now)
    api.end_show(town.show.id, host=town.dao, now=town.now)
    hints += hear_all()
    told = api.trade_after(town.show.room, 0)
    assert [item.number for item in told] == [1, 2, 3, 4, 5, 6]
    assert [item.kind.value for item in told] == ["state", "pin", "stock", "price", "unpin", "state"]
    assert told[1].data["left"] == 10
    assert told[1].data["buy_url"] == f"/buy/{town.counter.variant}/?show={town.show.id}"
    assert set(told[1].data["title"]) == {"en", "zh-hans"}
    assert told[2].data == {"variant": str(town.counter.variant), "left": 15}
    assert told[3].data["price_minor"] == 9_900
    assert told[5].data == {"state": "ended"}
    mine = room_hints(hints, town)
    assert [hint.payload["items"][0]["n"] for hint in mine] == [1, 2, 3, 4, 5, 6]
    assert [item.number for item in api.trade_after(town.show.room, 4)] == [5, 6]


def test_stock_of_goods_in_no_live_show_is_no_trade(open_town: Town) -> None:
    """A planned show's room stays quiet."""
    open_town.counter.stock(5)
    hear_all()
    assert api.trade_after(open_town.show.room, 0) == []


def test_two_live_rooms_with_the_same_product_each_have_their_own_numbers(open_town: Town) -> None:
    """One fact, two rooms, two rows."""
    town = open_town
    lin = make_host("Lin", "小林")
    from tests.live.town import agree

    agree(lin, town.counter.amina, town.now)
    other = make_show(lin, town.now)
    api.add_to_rundown(other.id, town.counter.variant, host=lin, now=town.now)
    town.start()
    api.start_show(other.id, host=lin, now=town.now)
    hear_all()
    with transaction.atomic():
        stock = StockLeft(stock_item=new_id(), variant=town.counter.variant, left=4)
        record_many([stock, stock], now=town.now)
    hear_all()
    for room in (town.show.room, other.room):
        assert [item.number for item in api.trade_after(room, 0)][-2:] == [2, 3]


def test_a_trade_number_stands_once(open_town: Town) -> None:
    """The constraint keeps what the one writer promises."""
    row = {"show_id": open_town.show.id, "room": open_town.show.room, "kind": "pin", "at": open_town.now, "data": {}}
    Trade.objects.create(number=1, **row)
    with pytest.raises(IntegrityError, match="trade_number_once"), transaction.atomic():
        Trade.objects.create(number=1, **row)


def test_paid_orders_are_counted_for_their_show_once(open_town: Town) -> None:
    """Orders outside a room, or of an unknown show, count nowhere."""
    town = open_town

    def paid(show: object) -> OrderPaid:
        return OrderPaid(
            order=new_id(),
            code="7K3M",
            seller=town.counter.amina,
            buyer=new_id(),
            show=show,  # type: ignore[arg-type]
            host=town.dao,
            lines=((town.counter.variant, 2, 25_600),),
            total_minor=26_800,
            currency="CNY",
        )

    with transaction.atomic():
        record_many([paid(town.show.id), paid(None), paid(new_id()), paid(town.show.id)], now=town.now)
    hear_all()
    hear_all()
    tally = api.tally(town.show.id)
    assert (tally.orders, tally.units, tally.total_minor, tally.currency) == (2, 4, 53_600, "CNY")
    assert api.rundown(town.show.id)[0].sold == 4


def test_a_product_withdrawn_before_its_pin_is_heard_clears_the_table(open_town: Town) -> None:
    """Nothing that cannot be bought is put on the table."""
    from millstream.shops.api import withdraw_product

    town = open_town
    town.start()
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)
    withdraw_product(town.counter.product, by=town.counter.amina, now=town.now)
    hear_all()
    told = [item.kind.value for item in api.trade_after(town.show.room, 0)]
    assert told == ["state", "unpin", "unpin"]  # for its pin, and when the withdrawal is heard
    assert api.pinned(town.show.id) is None


def test_numbers_move_on_with_the_show(open_town: Town) -> None:
    """The row's last number is that of its last trade."""
    town = open_town
    hear_all()
    town.start()
    hear_all()
    with transaction.atomic():
        record(StockLeft(stock_item=new_id(), variant=town.counter.variant, left=4), now=town.now)
    hear_all()
    assert Show.objects.get(id=town.show.id).last_trade == 2
