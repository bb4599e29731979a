"""Deals: the allotment, the floor price, what the till offers, how they end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from millstream.deals import api
from millstream.deals.models import Deal
from millstream.deals.refusals import BelowFloor, DealRunning, PriceNotBetter
from millstream.deals.types import DealEnd, DealState, RoomPriceSpec
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.live.api import end_show, start_show, trade_after
from millstream.orders.api import place_orders
from millstream.orders.models import Line
from millstream.orders.refusals import PriceChanged
from millstream.orders.types import OrderPlaced
from millstream.shops.api import check_stock, set_price
from millstream.shops.refusals import CapReached, SoldOut
from tests.deals.fair import LIST_MINOR, Fair, make_fair

MINUTE = timedelta(minutes=1)


def test_a_deal_carves_its_allotment(fair: Fair) -> None:
    """Five of ten bowls are set aside; the rest stays for who buys at the shop's price."""
    deal = fair.deal(size=5, cap=2)
    assert (deal.state, deal.left, deal.was_minor) == (DealState.OPEN, 5, LIST_MINOR)
    assert fair.stock() == (10, 0, 5)
    assert [one.id for one in api.deals_of(fair.show.id, now=fair.now)] == [deal.id]


def test_a_deal_is_refused_below_the_floor_and_not_below_the_shops_price(fair: Fair) -> None:
    """Amina's floor is 90: at 89 the refusal names it; at the shop's price it is no deal."""
    fair.floor(9_000)
    with pytest.raises(BelowFloor) as below:
        fair.deal(8_900)
    assert below.value.facts["floor"] == "¥90.00"
    with pytest.raises(PriceNotBetter):
        fair.deal(LIST_MINOR)
    assert fair.stock() == (10, 0, 0)
    assert fair.deal(9_000).price_minor == 9_000


def test_more_than_is_free_cannot_be_set_aside(fair: Fair) -> None:
    """Eleven of ten bowls: refused, nothing is carved, nothing is opened."""
    with pytest.raises(SoldOut):
        fair.deal(size=11)
    assert fair.stock() == (10, 0, 0)
    assert api.deals_of(fair.show.id, now=fair.now) == []


def test_a_product_has_one_deal_in_a_show(fair: Fair) -> None:
    """A second deal is refused while one is planned or open; after its window it may come, swept or not."""
    fair.deal()
    with pytest.raises(DealRunning):
        fair.deal(8_000, opens_at=fair.now + 30 * MINUTE)
    later = Fair(fair.market, fair.show, fair.now + 11 * MINUTE)
    assert later.deal(8_000).price_minor == 8_000
    assert fair.stock() == (10, 0, 5)


def test_buyers_get_the_deals_price_while_the_allotment_lasts(fair: Fair) -> None:
    """Five at 99; the sixth who saw 99 is told the shop's price; who has seen that buys beside."""
    fair.deal(size=5)
    wishes = [fair.wish(seen=9_900, phone=f"+861390000000{n}") for n in range(6)]
    answers = place_orders(wishes, now=fair.now)
    placed = [answer for answer in answers if isinstance(answer, OrderPlaced)]
    assert [answer.goods_minor for answer in placed] == [9_900] * 5
    assert isinstance(answers[5], SoldOut)
    again = place_orders([fair.wish(seen=9_900), fair.wish(seen=LIST_MINOR)], now=fair.now)
    assert isinstance(again[0], PriceChanged)
    assert isinstance(again[1], OrderPlaced)
    assert again[1].goods_minor == LIST_MINOR
    sources = Line.objects.order_by("price_minor").values_list("price_source", flat=True)
    assert list(sources) == ["deal"] * 5 + ["show"]


def test_the_cap_holds_for_a_buyer_whoever_asks(fair: Fair) -> None:
    """Two a buyer, by contact: the third is refused from another browser too; another buyer is not."""
    fair.deal(size=5, cap=2)
    first = place_orders([fair.wish(seen=9_900, quantity=2)], now=fair.now)
    assert isinstance(first[0], OrderPlaced)
    second = place_orders([fair.wish(seen=9_900), fair.wish(seen=9_900, phone="+8613900000009")], now=fair.now)
    assert isinstance(second[0], CapReached)
    assert isinstance(second[1], OrderPlaced)


def test_the_window_is_the_clocks_not_the_sweeps(fair: Fair) -> None:
    """Planned for five minutes: before it, in it and after it the offer is right with no sweep at all."""
    opens_at = fair.now + 10 * MINUTE
    fair.deal(opens_at=opens_at, lasts=5 * MINUTE)
    pair = (fair.show.id, fair.variant)
    assert api.deal_prices([pair], now=opens_at - MINUTE) == {}
    assert api.deal_prices([pair], now=opens_at)[pair][0].price_minor == 9_900
    assert api.deal_prices([pair], now=opens_at + 5 * MINUTE) == {}


def test_the_sweep_tidies_once(fair: Fair) -> None:
    """It opens what is due and closes what is over; called again it changes nothing; the stock is back."""
    opens_at = fair.now + 10 * MINUTE
    deal = fair.deal(opens_at=opens_at, lasts=5 * MINUTE)
    assert api.tend_deals(now=fair.now) == 0
    assert api.tend_deals(now=opens_at) == 1
    assert api.tend_deals(now=opens_at) == 0
    assert api.deal_of(deal.id, now=opens_at).state is DealState.OPEN
    over = opens_at + 5 * MINUTE
    assert api.tend_deals(now=over) == 1
    assert api.tend_deals(now=over) == 0
    closed = api.deal_of(deal.id, now=over)
    assert (closed.state, closed.end) == (DealState.CLOSED, DealEnd.TIME)
    assert fair.stock() == (10, 0, 0)
    assert api.check_deals(over) == []
    assert check_stock() == []


def test_closing_early_gives_the_rest_back_and_keeps_what_is_held(fair: Fair) -> None:
    """Two are being paid when Dao closes: three go back, the two stay theirs."""
    deal = fair.deal(size=5)
    place_orders([fair.wish(seen=9_900, quantity=2)], now=fair.now)
    assert api.close_deal(deal.id, now=fair.now)
    assert not api.close_deal(deal.id, now=fair.now)
    assert fair.stock() == (10, 2, 0)
    assert isinstance(place_orders([fair.wish(seen=9_900)], now=fair.now)[0], PriceChanged)


def test_a_floor_agreed_later_ends_the_deal(open_fair: Fair) -> None:
    """Amina raises her floor above a running deal: at once no offer is below it, and the deal ends."""
    fair = open_fair
    deal = fair.deal(9_900)
    fair.floor(10_000)
    pair = (fair.show.id, fair.variant)
    assert api.deal_prices([pair], now=fair.now + MINUTE) == {}
    hear_all()
    assert api.deal_of(deal.id, now=fair.now).end is DealEnd.FLOOR
    assert fair.stock() == (10, 0, 0)


def test_a_shop_that_is_cheaper_ends_the_deal(open_fair: Fair) -> None:
    """The shop's price moves: a deal that still beats it says the new figure, one that does not is over."""
    fair = open_fair
    deal = fair.deal(9_900)
    amina = fair.market.counter.amina
    set_price(fair.market.counter.variant, price_minor=11_000, currency="CNY", by=amina, now=fair.now)
    hear_all()
    assert api.deal_of(deal.id, now=fair.now).was_minor == 11_000
    set_price(fair.market.counter.variant, price_minor=9_900, currency="CNY", by=amina, now=fair.now + MINUTE)
    hear_all()
    assert api.deal_of(deal.id, now=fair.now).end is DealEnd.LIST_PRICE


def test_a_price_in_the_room_opens_and_ends_with_the_show(transactional_db: None) -> None:
    """Planned before, on with the show's beginning, an allotment as far as there are units, over with its end."""
    fair = make_fair(stock=3, live=False)
    spec = RoomPriceSpec(fair.show.id, fair.market.dao, fair.variant, 11_000, size=5, cap=1)
    first = api.plan_room_price(spec, now=fair.now)
    second = api.plan_room_price(spec, now=fair.now)
    assert list(api.room_prices(fair.show.id, now=fair.now)) == [fair.variant]
    assert api.deal_of(first, now=fair.now).state is DealState.CANCELLED
    start_show(fair.show.id, host=fair.market.dao, now=fair.now)
    hear_all()
    deal = api.deal_of(second, now=fair.now)
    assert (deal.state, deal.size, deal.left) == (DealState.OPEN, 3, 3)
    with pytest.raises(DealRunning):
        api.plan_room_price(spec, now=fair.now)
    placed = place_orders([fair.wish(seen=11_000)], now=read_now())[0]
    assert isinstance(placed, OrderPlaced)
    end_show(fair.show.id, host=fair.market.dao, now=fair.now)
    hear_all()
    assert api.deal_of(second, now=fair.now).end is DealEnd.SHOW
    assert fair.stock() == (3, 1, 0)


def test_a_room_hears_the_whole_deal(open_fair: Fair) -> None:
    """Opened, one sold, closed: three items, each the whole deal as it stood."""
    fair = open_fair
    deal = fair.deal(size=5, cap=2)
    hear_all()
    place_orders([fair.wish(seen=9_900)], now=fair.now)
    hear_all()
    api.close_deal(deal.id, now=fair.now)
    hear_all()
    told = [item.data for item in trade_after(fair.show.room, 0) if item.kind.value == "deal"]
    assert [(one["state"], one["left"]) for one in told] == [("open", 5), ("open", 4), ("closed", 0)]
    expected = {"size": 5, "cap": 2, "price_minor": 9_900, "was_minor": LIST_MINOR, "deal": str(deal.id)}
    assert {name: told[0][name] for name in expected} == expected


def test_lowest_in_30_days_is_said_when_it_is_true(open_fair: Fair) -> None:
    """A bowl that is on sale since September and never was cheaper; after a deal at 90 it is not said of 95."""
    fair = open_fair
    history = api.price_history(fair.variant, now=fair.now)
    assert [(span.source, span.price_minor, span.until) for span in history] == [("list", LIST_MINOR, None)]
    month_later = Fair(fair.market, fair.show, fair.now + timedelta(days=31))
    first = month_later.deal(9_000)
    assert first.lowest_30_days
    api.close_deal(first.id, now=month_later.now + MINUTE)
    again = Fair(fair.market, fair.show, month_later.now + timedelta(days=3)).deal(9_500)
    assert not again.lowest_30_days


@pytest.mark.parametrize(
    ("promise", "changes"),
    [
        ("deal_price_is_better", {"was_minor": 9_900}),
        ("deal_never_below_floor", {"floor_minor": 9_901}),
        ("deal_window_valid", {"closes_at": None}),
        ("deal_cap_is_of_an_allotment", {"cap": 0}),
        ("deal_going_or_ended", {"state": "closed"}),
        ("deal_kind_known", {"kind": "gone"}),
        ("deal_in_shop_currency", {"currency": "EUR"}),
        ("deal_ends_once", {"price_minor": 9_000}),
    ],
)
def test_the_database_keeps_each_promise(fair: Fair, promise: str, changes: dict[str, object]) -> None:
    """What the rules refuse, PostgreSQL refuses under the same name."""
    deal = fair.deal()
    with pytest.raises(IntegrityError, match=f"{promise}|deal_ends_once"), transaction.atomic():
        Deal.objects.filter(id=deal.id).update(**changes)
