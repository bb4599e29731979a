"""Answers the till: what a variant costs in a show, and who hosts it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.kernel.refusals import Refusal
from millstream.live.queries import live_shows_with
from millstream.live.types import REPLAY_SELLS_FOR
from millstream.orders.api import list_offer
from millstream.orders.ports import Offer, OfferAsk
from millstream.shops.api import for_sale
from millstream.shops.refusals import NotForSale
from millstream.shops.types import VariantId

IN_A_SHOW: Final = "show"


class RoomOffers:
    """Implements `orders.ports.Offers`: two statements a batch, whatever its size."""

    def offers(self, asks: Sequence[OfferAsk], *, now: datetime) -> list[Offer | Refusal]:
        """One answer per ask, in their order.

        A variant in the rundown of the show that it is asked in, live or within 30 days of its replay, is offered
        with that show's host; anything else at the shop's price without one. Nothing of it comes from the client
        but which show it says it watches.
        """
        goods = for_sale([VariantId(ask.variant_id) for ask in asks])
        hosts = self._hosts(asks, now)
        answers: list[Offer | Refusal] = []
        for ask in asks:
            found = goods.get(VariantId(ask.variant_id))
            if found is None:
                answers.append(NotForSale())
                continue
            offer = list_offer(found)
            host = hosts.get((ask.show_id, ask.variant_id))
            answers.append(replace(offer, show_id=ask.show_id, host=host, price_source=IN_A_SHOW) if host else offer)
        return answers

    @staticmethod
    def _hosts(asks: Sequence[OfferAsk], now: datetime) -> dict[tuple[UUID | None, UUID], UUID]:
        """The host by (show, variant), for the pairs that are asked for and stand in a rundown."""
        asked = {(ask.show_id, ask.variant_id) for ask in asks if ask.show_id is not None}
        if not asked:
            return {}
        found = live_shows_with([variant for _, variant in asked], now, REPLAY_SELLS_FOR)
        return {(show, variant): host for show, host, variant in found if (show, variant) in asked}
