"""A coupon takes something off one order, never below the floor price, and comes back if the order does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from millstream.gifts import api
from millstream.gifts.models import Coupon
from millstream.gifts.refusals import (
    CouponExpired,
    CouponNeedsMore,
    CouponNotHere,
    CouponTakesNothing,
    CouponUnknown,
    CouponUsed,
)
from millstream.gifts.types import GiftKind, GiftRecord, GrabAsk, Grabbed
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live.api import add_to_rundown, start_show
from millstream.live.types import ShowRecord
from millstream.orders.api import check_orders, expire_orders, order, place_orders
from millstream.orders.types import OrderPlaced, OrderWish
from millstream.pacts.api import agree_floor_price, check_splits, end_floor_price, split_lines
from millstream.pacts.types import FloorPriceSpec, Part
from millstream.people.api import buyer_key
from tests.gifts.giving import make_gift
from tests.live.town import agree, make_host, make_show
from tests.orders.market import BO_PHONE, PRICE_MINOR, Market, make_market, pay, wish

pytestmark = pytest.mark.django_db

FLOOR_MINOR = 10_000


class Fair:
    """A live show of Dao's with Amina's tea bowl, and what Bo does there."""

    def __init__(self) -> None:
        self.market: Market = make_market()
        now = read_now()
        agree(self.market.dao, self.market.counter.amina, now)
        planned = make_show(self.market.dao, now)
        add_to_rundown(planned.id, self.market.counter.variant, host=self.market.dao, now=now)
        self.show: ShowRecord = start_show(planned.id, host=self.market.dao, now=now)
        self.bo = new_id()

    def agree_floor(self, price_minor: int = FLOOR_MINOR) -> None:
        """Amina agrees that Dao may go down to this price."""
        counter = self.market.counter
        spec = FloorPriceSpec(counter.variant, counter.amina, self.market.dao, price_minor, "CNY")
        agree_floor_price(spec, now=read_now())

    def coupon(self, amount_minor: int, **changes: object) -> str:
        """Bo gets a coupon of Dao's."""
        gift: GiftRecord = make_gift(
            GiftKind.COUPON,
            pieces=1,
            budget_minor=amount_minor,
            show=self.show.id,
            **{"host": self.market.dao, **changes},  # type: ignore[arg-type]
        )
        got = api.grab_gifts([GrabAsk(gift.id, self.bo, buyer_key(BO_PHONE), "Bo")], now=read_now())[0]
        assert isinstance(got, Grabbed)
        return got.coupon

    def wish(self, coupon: str, **changes: object) -> OrderWish:
        """Bo's wish in the show."""
        told = {"show_id": self.show.id, "coupon": coupon, "visitor": self.bo, **changes}
        return replace(wish(self.market), **told)  # type: ignore[arg-type]


def _one(wished: OrderWish, later: timedelta = timedelta()) -> object:
    return place_orders([wished], now=read_now() + later)[0]


def test_a_coupon_takes_its_amount_off() -> None:
    """The order costs less, the line says why, and everybody's share is of what is paid."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(800)
    placed = _one(fair.wish(code))
    assert isinstance(placed, OrderPlaced)
    assert placed.goods_minor == PRICE_MINOR - 800
    (line,) = order(placed.order_id).lines
    assert (line.price_minor, line.discount_minor, line.goods_minor) == (PRICE_MINOR, 800, PRICE_MINOR - 800)
    shares = split_lines([line.id])[line.id]
    assert sum(share.amount_minor for share in shares if share.part is not Part.CARRIAGE) == PRICE_MINOR - 800
    pay(placed)
    assert Coupon.objects.get(code=code).used_order == placed.order_id
    assert [*api.check_gifts(), *check_orders(), *check_splits()] == []


def test_a_coupon_stops_at_the_floor_price() -> None:
    """A coupon of 50 on a bowl of 128 with a floor of 100 takes 28 off; without an agreed floor it takes nothing."""
    fair = Fair()
    code = fair.coupon(5_000)
    assert isinstance(_one(fair.wish(code)), CouponTakesNothing)
    fair.agree_floor()
    placed = _one(fair.wish(code))
    assert isinstance(placed, OrderPlaced)
    assert placed.goods_minor == FLOOR_MINOR


def test_a_coupon_is_used_once() -> None:
    """Twice in one batch, and again after, the second is refused; the same key gives the same order."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500)
    first = fair.wish(code)
    placed, twin = place_orders([first, fair.wish(code, key=b"2" * 32)], now=read_now())
    assert isinstance(placed, OrderPlaced)
    assert isinstance(twin, CouponUsed)
    assert isinstance(_one(fair.wish(code, key=b"3" * 32)), CouponUsed)
    again = _one(replace(first, order_id=fair.wish("").order_id))
    assert isinstance(again, OrderPlaced)
    assert (again.order_id, again.existed) == (placed.order_id, True)


@pytest.mark.django_db(transaction=True)
def test_a_coupon_comes_back_when_nobody_paid() -> None:
    """The hold runs out, the order expires, the coupon can be used again."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500)
    hear_all()
    placed = _one(fair.wish(code))
    assert isinstance(placed, OrderPlaced)
    expire_orders(now=placed.expires_at + timedelta(seconds=1))
    hear_all()
    assert Coupon.objects.get(code=code).used_order is None
    assert isinstance(_one(fair.wish(code, key=b"4" * 32)), OrderPlaced)


def test_a_coupon_of_somebody_else_is_none() -> None:
    """Femi cannot use Bo's coupon; Bo can on another phone, with the same contact."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500)
    femi = fair.wish(code, visitor=new_id(), contact="+8613900139000")
    assert isinstance(_one(femi), CouponUnknown)
    assert isinstance(_one(fair.wish("0000-0000-00")), CouponUnknown)
    assert isinstance(_one(fair.wish(code, visitor=new_id())), OrderPlaced)


def test_a_coupon_counts_where_and_while_it_says() -> None:
    """Outside the host's room, too late, or on too little it is refused, and stays good."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500, minimum_minor=PRICE_MINOR + 1)
    assert isinstance(_one(fair.wish(code)), CouponNeedsMore)
    assert isinstance(_one(fair.wish(code, show_id=None)), CouponNotHere)
    assert isinstance(_one(fair.wish(code), timedelta(days=3)), CouponExpired)
    others = fair.coupon(500, host=make_host("Lin", "小林"))
    assert isinstance(_one(fair.wish(others)), CouponNotHere)
    assert Coupon.objects.filter(used_order__isnull=False).count() == 0


def test_what_a_refused_order_brought_stays_good() -> None:
    """Sold out: the coupon is not used."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500)
    assert not isinstance(_one(fair.wish(code, quantity=99)), OrderPlaced)
    assert Coupon.objects.get(code=code).used_order is None


def test_on_own_goods_a_coupon_goes_to_the_smallest_coin() -> None:
    """Amina hosts and gives: her bowl goes for a cent, though others may not go below her floor."""
    fair = Fair()
    amina, variant = fair.market.counter.amina, fair.market.counter.variant
    agree_floor_price(FloorPriceSpec(variant, amina, None, FLOOR_MINOR, "CNY"), now=read_now())
    planned = make_show(amina, read_now())
    add_to_rundown(planned.id, variant, host=amina, now=read_now())
    show = start_show(planned.id, host=amina, now=read_now())
    code = fair.coupon(PRICE_MINOR, host=amina)
    placed = _one(fair.wish(code, show_id=show.id))
    assert isinstance(placed, OrderPlaced)
    assert placed.goods_minor == 1


def test_a_floor_price_that_is_taken_back_stops_coupons_at_once() -> None:
    """The coupon stays good for goods whose makers agree."""
    fair = Fair()
    fair.agree_floor()
    code = fair.coupon(500)
    end_floor_price(fair.market.counter.variant, host=fair.market.dao, now=read_now())
    assert isinstance(_one(fair.wish(code), timedelta(seconds=1)), CouponTakesNothing)
    assert Coupon.objects.get(code=code).used_order is None
