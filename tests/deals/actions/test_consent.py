"""Nobody sells another's goods below the shop's price without the maker's consent: deals, rooms, auctions, coupons."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from millstream.deals import api
from millstream.deals.models import Auction, Deal
from millstream.deals.refusals import BelowFloor, NotAgreed
from millstream.deals.types import Consent, DealEnd, DealState, LeastAsk, RoomPriceSpec
from millstream.kernel.facts.testing import hear_all
from millstream.live.api import add_to_rundown, start_show
from millstream.orders.api import place_orders
from millstream.orders.refusals import PriceChanged
from millstream.orders.types import OrderPlaced
from millstream.pacts.api import agree_floor_price, end_floor_price
from millstream.pacts.types import FloorPriceSpec
from tests.deals.fair import LIST_MINOR, LOWEST_MINOR, Fair, make_fair
from tests.live.town import make_host, make_show

MINUTE = timedelta(minutes=1)


@pytest.fixture
def silent_fair(db: None) -> Fair:
    """Amina has agreed with nobody to a lower price."""
    return make_fair(agreed=False)


def room_price(fair: Fair, price_minor: int) -> RoomPriceSpec:
    """A price in Dao's show."""
    return RoomPriceSpec(fair.show.id, fair.market.dao, fair.variant, price_minor, size=5, cap=1)


def test_without_a_floor_price_nothing_is_offered_below_the_shops_price(silent_fair: Fair) -> None:
    """A cent off is refused as a deal, as a price in the room and as a start; the refusal says what was agreed to."""
    fair, less = silent_fair, LIST_MINOR - 1
    for offer in (
        lambda: fair.deal(less),
        lambda: fair.auction(less),
        lambda: api.plan_room_price(room_price(fair, less), now=fair.now),
    ):
        with pytest.raises(NotAgreed) as refused:
            offer()
        assert refused.value.facts["list"] == "¥128.00"
    assert fair.stock() == (10, 0, 0)
    assert fair.auction(LIST_MINOR).start_minor == LIST_MINOR


def test_a_floor_price_is_consent_down_to_itself_and_with_that_host(silent_fair: Fair) -> None:
    """Agreed with Dao: Dao may go down to it, and what was the least is frozen; another host may not."""
    fair = silent_fair
    amina, lin = fair.market.counter.amina, make_host("Lin", "小林")
    agree_floor_price(FloorPriceSpec(fair.variant, amina, fair.market.dao, 9_000, "CNY"), now=fair.now)
    with pytest.raises(BelowFloor):
        fair.deal(8_999)
    deal, auction = fair.deal(9_000), fair.auction(9_000)
    assert Deal.objects.get(id=deal.id).floor_minor == 9_000
    assert Auction.objects.get(id=auction.id).floor_minor == 9_000
    with pytest.raises(NotAgreed):
        fair.deal(9_000, host=lin, show=make_show(lin, fair.now).id)


def test_own_goods_need_nobodys_consent(silent_fair: Fair) -> None:
    """Amina hosts: her bowl goes for a cent, as a deal and at auction, whatever floor she agreed with others."""
    fair = silent_fair
    amina = fair.market.counter.amina
    fair.floor(9_000)
    show = make_show(amina, fair.now)
    add_to_rundown(show.id, fair.variant, host=amina, now=fair.now)
    start_show(show.id, host=amina, now=fair.now)
    deal = fair.deal(1, host=amina, show=show.id)
    auction = fair.auction(1, host=amina, show=show.id)
    assert (deal.price_minor, Deal.objects.get(id=deal.id).floor_minor) == (1, 1)
    assert (auction.start_minor, Auction.objects.get(id=auction.id).floor_minor) == (1, 1)


@dataclass(frozen=True, slots=True)
class Offered:
    """A deal that is on, one that is planned, and what the till asks for the first."""

    fair: Fair
    going: UUID
    planned: UUID

    def price_now(self) -> int | None:
        """The deal's price at the till; None for none."""
        pair = (self.fair.show.id, self.fair.variant)
        found = api.deal_prices([pair], now=self.fair.now + MINUTE)
        return found[pair][0].price_minor if found else None


@pytest.fixture
def offered(open_fair: Fair) -> Offered:
    """A deal on, and a price in a show to come, of the same bowl."""
    fair = open_fair
    going = fair.deal(9_900)
    later = make_show(fair.market.dao, fair.now, hours=24)
    planned = api.plan_room_price(
        RoomPriceSpec(later.id, fair.market.dao, fair.variant, 11_000, None, None), now=fair.now
    )
    return Offered(fair, going.id, planned)


def test_consent_that_is_taken_back_ends_what_is_on_and_what_is_planned(offered: Offered) -> None:
    """At once nothing is sold below the shop's price; heard, both offers are over and the stock is back."""
    fair = offered.fair
    assert offered.price_now() == 9_900
    assert end_floor_price(fair.variant, host=None, now=fair.now)
    assert not end_floor_price(fair.variant, host=None, now=fair.now)
    assert offered.price_now() is None
    assert isinstance(place_orders([fair.wish(seen=9_900)], now=fair.now + MINUTE)[0], PriceChanged)
    hear_all()
    assert api.deal_of(offered.going, now=fair.now).end is DealEnd.FLOOR
    assert api.deal_of(offered.planned, now=fair.now).end is DealEnd.FLOOR
    assert fair.stock() == (10, 0, 0)
    assert isinstance(place_orders([fair.wish(seen=LIST_MINOR)], now=fair.now + MINUTE)[0], OrderPlaced)


def test_consent_that_shrinks_ends_only_what_is_below_it(offered: Offered) -> None:
    """A floor of 100: the deal at 99 is over, the price of 110 in tomorrow's room stays."""
    fair = offered.fair
    fair.floor(10_000)
    assert offered.price_now() is None
    hear_all()
    assert api.deal_of(offered.going, now=fair.now).end is DealEnd.FLOOR
    assert api.deal_of(offered.planned, now=fair.now).state is DealState.PLANNED


def test_a_planned_deal_without_consent_does_not_open(open_fair: Fair) -> None:
    """The sweep comes before the fact is heard: the deal is cancelled, not opened."""
    fair = open_fair
    opens_at = fair.now + 10 * MINUTE
    deal = fair.deal(9_900, opens_at=opens_at)
    end_floor_price(fair.variant, host=None, now=fair.now)
    api.tend_deals(now=opens_at)
    ended = api.deal_of(deal.id, now=opens_at)
    assert ended.end is DealEnd.FLOOR
    assert fair.stock() == (10, 0, 0)


def test_one_question_answers_for_many_goods_and_hosts(fair: Fair) -> None:
    """Answers come in the order of the asks, each by its own host and seller."""
    amina, dao = fair.market.counter.amina, fair.market.dao
    other = UUID(int=7)
    asks = [
        LeastAsk(fair.variant, amina, dao, LIST_MINOR),
        LeastAsk(other, amina, dao, 500),
        LeastAsk(fair.variant, amina, amina, LIST_MINOR),
    ]
    told = [(one.minor, one.consent) for one in api.least_prices(asks, now=fair.now)]
    assert told == [(LOWEST_MINOR, Consent.AGREED), (500, Consent.NONE), (1, Consent.OWN)]
