"""Answers the till: what a variant costs in a show, and who hosts it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.deals.api import deal_prices, price_of_one, won_lots
from millstream.deals.types import SpecialPrice
from millstream.kernel.refusals import Refusal
from millstream.live.queries import live_shows_with
from millstream.live.queries.order import counters_closed
from millstream.live.refusals.talk import SaleClosed
from millstream.live.types import REPLAY_SELLS_FOR
from millstream.orders.api import list_offer
from millstream.orders.ports import Offer, OfferAsk
from millstream.shops.api import for_sale
from millstream.shops.refusals import NotForSale
from millstream.shops.types import VariantId

IN_A_SHOW: Final = "show"


class RoomOffers:
    """Implements `orders.ports.Offers`: five statements a batch, two or three more when deals or lots are in it."""

    def offers(self, asks: Sequence[OfferAsk], *, now: datetime) -> list[Offer | Refusal]:
        """One answer per ask, in their order.

        A variant in the rundown of the show that it is asked in, live or within 30 days of its replay, is offered
        with that show's host; anything else at the shop's price without one. Nothing of it comes from the client
        but which show it says it watches. A lot goes to who has won it; a deal that is on goes to everybody in the
        show, while its allotment lasts: after that the shop's price counts again.
        """
        goods = for_sale([VariantId(ask.variant_id) for ask in asks])
        hosts = self._hosts(asks, now)
        deals = deal_prices(((show, variant) for show, variant in hosts if show is not None), now=now)
        lots = won_lots(((ask.variant_id, ask.visitor, ask.buyer_id) for ask in asks), now=now)
        closed, all_closed = counters_closed(ask.show_id for ask in asks)
        answers: list[Offer | Refusal] = []
        for ask in asks:
            if all_closed or ask.show_id in closed:
                answers.append(SaleClosed())
                continue
            found = goods.get(VariantId(ask.variant_id))
            if found is None:
                answers.append(NotForSale())
                continue
            offer = list_offer(found)
            host = hosts.get((ask.show_id, ask.variant_id))
            if host:
                offer = replace(offer, show_id=ask.show_id, host=host, price_source=IN_A_SHOW)
            lot = lots.get((ask.variant_id, ask.visitor, ask.buyer_id)) if ask.quantity == 1 else None
            on = deals.get((ask.show_id, ask.variant_id), ()) if ask.show_id else ()
            special = price_of_one(offer.price_minor, on, lot, now)
            answers.append(_at(offer, special) if special else offer)
        return answers

    @staticmethod
    def _hosts(asks: Sequence[OfferAsk], now: datetime) -> dict[tuple[UUID | None, UUID], UUID]:
        """The host by (show, variant), for the pairs that are asked for and stand in a rundown."""
        asked = {(ask.show_id, ask.variant_id) for ask in asks if ask.show_id is not None}
        if not asked:
            return {}
        found = live_shows_with([variant for _, variant in asked], now, REPLAY_SELLS_FOR)
        return {(show, variant): host for show, host, variant in found if (show, variant) in asked}


def _at(offer: Offer, special: SpecialPrice) -> Offer:
    """The offer at a special price, out of its allotment if it has one."""
    return replace(
        offer,
        price_minor=special.price_minor,
        price_source=special.price_source,
        pool_id=special.pool,
        cap=special.cap,
        stock_item_id=special.stock_item or offer.stock_item_id,
    )
