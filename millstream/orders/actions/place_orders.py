"""Place orders, in batches: hold the stock, open the orders and freeze who gets what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record_many
from millstream.kernel.ids import new_id, short_code
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.orders import facts, rules
from millstream.orders.ports import CouponTaken, Offer, OfferAsk, offers_port
from millstream.orders.refusals import AddressMissing, KeyReused
from millstream.orders.till import order_rows
from millstream.orders.types import LineId, OrderPlaced, OrderState, OrderWish
from millstream.pacts.api import freeze_splits
from millstream.pacts.types import SplitAsk
from millstream.people.api import buyer_key, open_guests
from millstream.people.types import GuestAsk, GuestOpened
from millstream.shops.api import hold_stock
from millstream.shops.refusals import CapReached, NotForSale, OnlyTogether, SoldOut
from millstream.shops.types import HoldAsk, HoldId, HoldRefused, PoolId, StockItemId

LARGEST_BATCH: Final = 500
_HOLD_REFUSALS: Final[dict[str, type[Refusal]]] = {
    kind.code: kind for kind in (SoldOut, CapReached, NotForSale, OnlyTogether)
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """A wish with its offer: what will be ordered if the stock can be held."""

    place: int
    wish: OrderWish
    offer: Offer
    line_id: LineId
    hold_id: HoldId
    goods_minor: int
    delivery_minor: int
    expires_at: datetime

    @property
    def total_minor(self) -> int:
        """What the buyer pays."""
        return self.goods_minor + self.delivery_minor


@transaction.atomic
def place_orders(wishes: Sequence[OrderWish], *, now: datetime) -> list[OrderPlaced | Refusal]:
    """Hold the stock, open the orders and freeze who gets what; one answer per wish, in their order.

    A wish that cannot be met is answered with a refusal and changes nothing. A wish whose key placed an order
    before is answered with that order; with another body it is refused. No payment gateway is called here.
    """
    assert 0 < len(wishes) <= LARGEST_BATCH
    answers: list[OrderPlaced | Refusal | None] = list(_placed_before(wishes))
    agreed = _agree(wishes, answers, now)
    if agreed:
        held = _hold(agreed, answers, now)
        if held:
            _open(held, answers, now)
    return _answer_twins(wishes, answers)


def place_order(wish: OrderWish, *, now: datetime) -> OrderPlaced:
    """Place one order, or raise its refusal."""
    answer = place_orders([wish], now=now)[0]
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _placed_before(wishes: Sequence[OrderWish]) -> list[OrderPlaced | Refusal | None]:
    known = order_rows.read_by_key([(wish.visitor, wish.key) for wish in wishes])
    answers: list[OrderPlaced | Refusal | None] = []
    for wish in wishes:
        found = known.get((wish.visitor, wish.key))
        if found is None:
            answers.append(None)
        else:
            placed, body = found
            answers.append(placed if body == wish.body else KeyReused())
    return answers


def _agree(wishes: Sequence[OrderWish], answers: list[OrderPlaced | Refusal | None], now: datetime) -> list[Agreed]:
    """Ask for offers; a second wish under the same key waits for the answer of the first."""
    seen: set[tuple[UUID, bytes]] = set()
    fresh: list[int] = []
    for place, wish in enumerate(wishes):
        if answers[place] is None and (wish.visitor, wish.key) not in seen:
            seen.add((wish.visitor, wish.key))
            fresh.append(place)
    if not fresh:
        return []
    asks = [_offer_ask(wishes[place]) for place in fresh]
    agreed: list[Agreed] = []
    for place, offer in zip(fresh, offers_port().offers(asks, now=now), strict=True):
        try:
            agreed.append(_agreed(place, wishes[place], offer, now))
        except Refusal as refusal:
            answers[place] = refusal
    return agreed


def _offer_ask(wish: OrderWish) -> OfferAsk:
    return OfferAsk(
        variant_id=wish.variant_id,
        quantity=wish.quantity,
        show_id=wish.show_id,
        visitor=wish.visitor,
        buyer_id=wish.buyer_id,
        buyer_key=buyer_key(wish.contact) if wish.coupon else None,
        coupon=wish.coupon,
    )


def _agreed(place: int, wish: OrderWish, offer: Offer | Refusal, now: datetime) -> Agreed:
    if isinstance(offer, Refusal):
        raise offer
    if offer.station_actor is None:
        raise NotForSale  # nobody would carry it
    rules.check_quantity(wish.quantity)
    rules.check_price(
        seen_minor=wish.price_seen_minor,
        price_minor=offer.price_minor,
        currency=offer.currency,
        shop_currency=offer.shop_currency,
    )
    return Agreed(
        place=place,
        wish=wish,
        offer=offer,
        line_id=LineId(new_id()),
        hold_id=HoldId(new_id()),
        goods_minor=offer.price_minor * wish.quantity - offer.discount_minor,
        delivery_minor=conf().delivery_minor,
        expires_at=now + timedelta(seconds=conf().hold_seconds),
    )


def _hold(agreed: Sequence[Agreed], answers: list[OrderPlaced | Refusal | None], now: datetime) -> list[Agreed]:
    asks = [
        HoldAsk(
            hold_id=deal.hold_id,
            stock_item_id=StockItemId(deal.offer.stock_item_id),
            pool_id=PoolId(deal.offer.pool_id) if deal.offer.pool_id else None,
            quantity=deal.wish.quantity,
            order_id=deal.wish.order_id,
            expires_at=deal.expires_at,
            buyer_key=buyer_key(deal.wish.contact) if deal.offer.cap is not None else None,
            cap=deal.offer.cap,
        )
        for deal in agreed
    ]
    held: list[Agreed] = []
    for deal, answer in zip(agreed, hold_stock(asks, now=now), strict=True):
        if isinstance(answer, HoldRefused):
            answers[deal.place] = _HOLD_REFUSALS[answer.code](left=answer.left)
        else:
            held.append(deal)
    return held


def _open(held: Sequence[Agreed], answers: list[OrderPlaced | Refusal | None], now: datetime) -> None:
    guests = open_guests([_guest_ask(deal.wish) for deal in held], now=now)
    for guest in guests:
        if guest.address_id is None:
            raise AddressMissing  # undoes the batch; the till then asks each wish alone
    order_rows.insert_orders([order_row(deal, guest, now) for deal, guest in zip(held, guests, strict=True)], now=now)
    freeze_splits(
        [
            SplitAsk(
                line_id=deal.line_id,
                seller=deal.offer.seller,
                host=deal.offer.host,
                goods_minor=deal.goods_minor,
                delivery_minor=deal.delivery_minor,
                currency=deal.offer.currency,
            )
            for deal in held
        ],
        now=now,
    )
    _use_coupons(held, now)
    record_many([_told(deal, guest) for deal, guest in zip(held, guests, strict=True)], now=now)
    for deal in held:
        answers[deal.place] = _placed(deal)


def _use_coupons(held: Sequence[Agreed], now: datetime) -> None:
    taken = [
        CouponTaken(deal.offer.coupon_id, deal.wish.order_id, deal.offer.discount_minor)
        for deal in held
        if deal.offer.coupon_id is not None
    ]
    if taken:
        offers_port().take_coupons(taken, now=now)


def _guest_ask(wish: OrderWish) -> GuestAsk:
    return GuestAsk(
        visitor=wish.visitor,
        contact=wish.contact,
        contact_kind=wish.contact_kind,
        name=wish.name,
        address=wish.address,
        acts_for=wish.buyer_id,
    )


def order_row(deal: Agreed, guest: GuestOpened, now: datetime) -> order_rows.NewOrder:
    """The row of a new order."""
    offer, wish = deal.offer, deal.wish
    assert guest.address_id is not None
    assert offer.station_actor is not None
    return order_rows.NewOrder(
        id=wish.order_id,
        code=short_code(wish.order_id),
        buyer=wish.buyer_id or guest.actor_id,
        visitor=wish.visitor,
        seller=offer.seller,
        shop=offer.shop_id,
        station=offer.station_actor,
        contact=guest.contact_id,
        address=guest.address_id,
        currency=offer.currency,
        goods_minor=deal.goods_minor,
        delivery_minor=deal.delivery_minor,
        weight_grams=offer.weight_grams * wish.quantity,
        show_id=offer.show_id,
        host=offer.host,
        language=wish.language,
        key=wish.key,
        body=wish.body,
        return_window_seconds=conf().return_window_seconds,
        expires_at=deal.expires_at,
        line_id=deal.line_id,
        variant_id=offer.variant_id,
        stock_item_id=offer.stock_item_id,
        pool_id=offer.pool_id,
        title=offer.title,
        variant_title=offer.variant_title,
        image=offer.image,
        quantity=wish.quantity,
        price_minor=offer.price_minor,
        price_source=offer.price_source,
        discount_minor=offer.discount_minor,
        hold_id=deal.hold_id,
        payment_id=wish.payment_id,
    )


def _told(deal: Agreed, guest: GuestOpened) -> facts.OrderPlaced:
    return facts.OrderPlaced(
        order=deal.wish.order_id,
        code=short_code(deal.wish.order_id),
        seller=deal.offer.seller,
        buyer=deal.wish.buyer_id or guest.actor_id,
        show=deal.offer.show_id,
        variant=deal.offer.variant_id,
        quantity=deal.wish.quantity,
        total_minor=deal.total_minor,
        currency=deal.offer.currency,
        expires_at=deal.expires_at,
    )


def _placed(deal: Agreed) -> OrderPlaced:
    return OrderPlaced(
        order_id=deal.wish.order_id,
        payment_id=deal.wish.payment_id,
        code=short_code(deal.wish.order_id),
        state=OrderState.PLACED,
        title=deal.offer.title,
        quantity=deal.wish.quantity,
        goods_minor=deal.goods_minor,
        delivery_minor=deal.delivery_minor,
        total_minor=deal.total_minor,
        currency=deal.offer.currency,
        language=deal.wish.language,
        expires_at=deal.expires_at,
    )


def _answer_twins(
    wishes: Sequence[OrderWish], answers: Sequence[OrderPlaced | Refusal | None]
) -> list[OrderPlaced | Refusal]:
    """Answer wishes that came twice in one batch like the first of them."""
    firsts: dict[tuple[UUID, bytes], tuple[OrderPlaced | Refusal, bytes]] = {}
    full: list[OrderPlaced | Refusal] = []
    for wish, answer in zip(wishes, answers, strict=True):
        name = (wish.visitor, wish.key)
        if answer is not None:
            firsts.setdefault(name, (answer, wish.body))
            full.append(answer)
            continue
        first, body = firsts[name]
        if body != wish.body:
            full.append(KeyReused())
        else:
            full.append(replace(first, existed=True) if isinstance(first, OrderPlaced) else first)
    return full
