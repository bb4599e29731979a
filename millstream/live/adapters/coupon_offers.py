"""Lets coupons take something off what other offers cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from millstream.deals.api import least_prices
from millstream.deals.types import LeastAsk
from millstream.gifts import api as gifts
from millstream.gifts.types import CouponAsk, CouponId, CouponOffer
from millstream.kernel.refusals import Refusal
from millstream.orders.ports import CouponChoice, CouponTaken, Offer, OfferAsk, Prices
from millstream.people.api import buyer_key, guest_of, newest_contact


class CouponOffers:
    """Implements `orders.ports.Offers` around prices: two statements more for a batch that brings coupons."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    def offers(self, asks: Sequence[OfferAsk], *, now: datetime) -> list[Offer | Refusal]:
        """The prices; for those who bring a coupon less what it takes off, or why it takes nothing."""
        answers = self._prices.offers(asks, now=now)
        brought: list[tuple[int, Offer]] = []
        for place, (ask, answer) in enumerate(zip(asks, answers, strict=True)):
            if ask.coupon and isinstance(answer, Offer):
                brought.append((place, answer))
        if not brought:
            return answers
        wanted = _coupon_asks([(asks[place], offer) for place, offer in brought], now)
        for (place, offer), found in zip(brought, gifts.offer_coupons(wanted, now=now), strict=True):
            answers[place] = _less(offer, found)
        return answers

    def take_coupons(self, taken: Sequence[CouponTaken], *, now: datetime) -> None:
        """Mark the coupons of orders that stand."""
        gifts.use_coupons(
            [gifts.CouponUse(CouponId(one.coupon_id), one.order_id, one.discount_minor) for one in taken], now=now
        )

    def coupons_for(self, ask: OfferAsk, offer: Offer, *, now: datetime) -> list[CouponChoice]:
        """What whoever asks could use on one of these, the one that ends first first."""
        if ask.visitor is None or offer.host is None:
            return []
        key = ask.buyer_key or _key_on_file(ask.visitor)
        coupons = gifts.coupons_of(ask.visitor, key, now=now, host=offer.host)
        if not coupons:
            return []
        asks = _coupon_asks([(replace(ask, coupon=coupon.code, buyer_key=key), offer) for coupon in coupons], now)
        found = gifts.offer_coupons(asks, now=now)
        return [
            CouponChoice(coupon.code, one.discount_minor, coupon.currency, coupon.usable_until)
            for coupon, one in zip(coupons, found, strict=True)
            if isinstance(one, CouponOffer)
        ]


def _key_on_file(visitor: UUID) -> bytes | None:
    actor = guest_of(visitor)
    known = newest_contact(actor) if actor else None
    return buyer_key(known[1]) if known else None


def _less(offer: Offer, found: CouponOffer | Refusal) -> Offer | Refusal:
    if isinstance(found, Refusal):
        return found
    return replace(offer, discount_minor=found.discount_minor, coupon_id=found.coupon)


def _coupon_asks(brought: Sequence[tuple[OfferAsk, Offer]], now: datetime) -> list[CouponAsk]:
    """What each coupon meets: the goods and how low they may go, by the rule that deals and auctions keep too.

    Where the maker agreed to no lower price that is what they cost anyway: the coupon takes nothing.
    """
    least = least_prices(
        [LeastAsk(offer.variant_id, offer.seller, offer.host, offer.price_minor) for _, offer in brought], now=now
    )
    return [
        CouponAsk(
            code=ask.coupon,
            visitor=ask.visitor,
            buyer_key=ask.buyer_key,
            host=offer.host,
            currency=offer.currency,
            goods_minor=offer.price_minor * ask.quantity,
            least_minor=found.minor * ask.quantity,
        )
        for (ask, offer), found in zip(brought, least, strict=True)
    ]
