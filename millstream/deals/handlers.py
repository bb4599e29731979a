"""What deals hears: prices of shops, floor prices of pacts, what is left of its allotments, and its own auctions."""

from collections.abc import Sequence
from typing import Any

from millstream.deals.actions.keep_prices import begin_list_prices, change_list_price, end_list_prices
from millstream.deals.actions.tell_bidders import tell_bidders
from millstream.deals.actions.tend_deals import follow_consent, follow_list_price
from millstream.deals.facts import AuctionClosed, BidTaken, DealLeft
from millstream.deals.models import GOING, Deal
from millstream.kernel.facts import Heard, hears, hears_batch, record
from millstream.pacts.facts import FloorPriceAgreed, FloorPriceEnded
from millstream.shops.facts import PoolLeft, PriceChanged, ProductListed, ProductWithdrawn


@hears(ProductListed, ProductWithdrawn, PriceChanged, name="deals.prices")
def keep_prices(heard: Heard[Any]) -> None:
    """Keep the spans of list prices, and end deals that are no better than the shop's price any more."""
    match heard.fact:
        case ProductListed(product=product, slug=slug):
            begin_list_prices(product, slug, at=heard.at)
        case ProductWithdrawn(product=product):
            end_list_prices(product, at=heard.at)
        case PriceChanged() as changed:
            change_list_price(
                changed.variant,
                changed.product,
                before_minor=changed.before_minor,
                price_minor=changed.price_minor,
                currency=changed.currency,
                at=heard.at,
            )
            follow_list_price(changed.variant, price_minor=changed.price_minor, now=heard.now)


@hears(FloorPriceAgreed, FloorPriceEnded, name="deals.floors")
def follow_floors(heard: Heard[Any]) -> None:
    """End deals below what the maker agrees to, when that changes while they are planned or on."""
    follow_consent(heard.fact.variant, now=heard.now)


@hears(PoolLeft, name="deals.left")
def tell_left(heard: Heard[PoolLeft]) -> None:
    """Say what is left of a deal's allotment."""
    row = Deal.objects.filter(pool_id=heard.fact.pool, state__in=GOING).first()
    if row is None:
        return
    left = DealLeft(deal=row.id, show=row.show_id, variant=row.variant_id, left=heard.fact.left)
    record(left, now=heard.now)


@hears_batch(BidTaken, AuctionClosed, name="deals.tell_bidders")
def tell_who_is_away(batch: Sequence[Heard[Any]]) -> None:
    """Tell bidders who are away how their auctions stand, once for each auction of the batch."""
    for auction in dict.fromkeys(heard.fact.auction for heard in batch):
        tell_bidders(auction, now=batch[-1].now)
