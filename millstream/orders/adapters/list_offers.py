"""Offers at list prices, straight from the shops: what is sold when nothing above knows of a better price."""

from collections.abc import Sequence
from datetime import datetime

from millstream.kernel.refusals import Refusal
from millstream.orders.ports import CouponChoice, CouponTaken, Offer, OfferAsk
from millstream.shops.api import for_sale
from millstream.shops.refusals import NotForSale
from millstream.shops.types import ForSale, VariantId


class ListOffers:
    """Implements `Offers` without rooms and deals."""

    def offers(self, asks: Sequence[OfferAsk], *, now: datetime) -> list[Offer | Refusal]:
        """The list price of each variant, or that it is not for sale."""
        found = for_sale([VariantId(ask.variant_id) for ask in asks])
        return [
            list_offer(found[VariantId(ask.variant_id)]) if ask.variant_id in found else NotForSale() for ask in asks
        ]

    def take_coupons(self, taken: Sequence[CouponTaken], *, now: datetime) -> None:
        """There are no coupons here."""
        assert not taken, f"coupons without rooms at {now}"

    def coupons_for(self, ask: OfferAsk, offer: Offer, *, now: datetime) -> list[CouponChoice]:
        """None."""
        return []


def list_offer(goods: ForSale) -> Offer:
    """A variant at its list price, outside any room."""
    return Offer(
        variant_id=goods.variant_id,
        stock_item_id=goods.stock_item_id,
        price_minor=goods.price_minor,
        currency=goods.currency,
        price_source="list",
        seller=goods.seller,
        shop_id=goods.shop_id,
        shop_currency=goods.shop_currency,
        title=goods.title,
        variant_title=goods.variant_title,
        station_actor=goods.station_actor,
        weight_grams=goods.weight_grams,
        image=goods.image,
    )
