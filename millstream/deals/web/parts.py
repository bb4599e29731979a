"""What the room and the studio show of deals and auctions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from millstream.deals import api
from millstream.deals.ports import ShowSeen, shows_port
from millstream.deals.rules.bidding import offered_steps
from millstream.deals.rules.pricing import suggested_prices, usual_start
from millstream.deals.types import (
    AuctionRecord,
    AuctionState,
    Bidding,
    Consent,
    DealRecord,
    DealState,
    Least,
    LeastAsk,
)
from millstream.deals.web.forms import AUCTION_MINUTES, DEAL_MINUTES
from millstream.kernel.ids import new_id
from millstream.kernel.money import to_major
from millstream.kernel.texts import Text
from millstream.people.acting import acting_as_of
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

# Since when an auction must have closed to be gone from the room.
SHOWN_AFTER: Final = timedelta(minutes=5)
USUAL_SIZE: Final = 10
USUAL_CAP: Final = 2


@dataclass(frozen=True, slots=True)
class Lot:
    """An auction with what its reader may know and press."""

    auction: AuctionRecord
    mine: Bidding | None
    steps: tuple[int, ...]
    key: str
    key_of_maximum: str

    @property
    def is_open(self) -> bool:
        """Whether it takes bids, as far as its row says; the clock decides."""
        return self.auction.state is AuctionState.OPEN

    @property
    def is_won_by_me(self) -> bool:
        """Whether the reader may buy it now."""
        return self.auction.state is AuctionState.WON and self.mine is not None and self.mine.is_leading


@dataclass(frozen=True, slots=True)
class Good:
    """A product of the rundown as a host can offer it. Prices in minor units; the least there is only directors see."""

    variant: UUID
    title: Text
    variant_title: Text
    price_minor: int
    price_typed: str
    currency: str
    left: int
    least: Least
    prices: tuple[int, ...]
    size: int
    is_pinned: bool

    @property
    def is_agreed(self) -> bool:
        """Whether it may be offered below the shop's price."""
        return self.least.consent is not Consent.NONE

    @property
    def has_floor(self) -> bool:
        """Whether a floor price was agreed for it."""
        return self.least.consent is Consent.AGREED


def lot_of(auction: AuctionRecord, mine: Bidding | None) -> Lot:
    """A lot with fresh keys: pressing twice is one bid."""
    steps = tuple(offered_steps(auction.next_minor, auction.currency))
    return Lot(auction, mine, steps, new_id().hex, new_id().hex)


def in_room(request: HttpRequest, show: UUID) -> dict[str, Any]:
    """The deals that are on or to come, and the auctions that run or have just ended."""
    now: datetime = request.now()  # type: ignore[attr-defined]
    actor = acting_as_of(request).actor_id
    shown = [
        auction
        for auction in api.auctions_of(show)
        if auction.state in (AuctionState.OPEN, AuctionState.WON) or auction.closes_at > now - SHOWN_AFTER
    ]
    mine = api.biddings([auction.id for auction in shown], actor)
    return {
        "show": show,
        "now": now,
        "deals": api.deals_of(show, now=now),
        "lots": [lot_of(auction, mine.get(auction.id)) for auction in shown],
        "is_reachable": actor is not None,
    }


def in_studio(request: HttpRequest, show: UUID) -> dict[str, Any]:
    """What a director presses: what runs, and each product that could have a deal; nothing for anybody else."""
    seen = shows_port().show(show, actor=acting_as_of(request).actor_id)
    if seen is None or not seen.may_direct:
        return {"may_direct": False}
    now: datetime = request.now()  # type: ignore[attr-defined]
    deals = api.deals_of(show, now=now)
    auctions = api.auctions_of(show)
    return {
        "may_direct": True,
        "show": show,
        "is_over": seen.is_over,
        "now": now,
        "deals": deals,
        "auctions": [one for one in auctions if one.state in (AuctionState.OPEN, AuctionState.WON)],
        "ended": [one for one in auctions if one.state in (AuctionState.SOLD, AuctionState.UNSOLD)][:5],
        "goods": [] if seen.is_over else _goods(seen, deals, now),
        "deal_minutes": DEAL_MINUTES,
        "auction_minutes": AUCTION_MINUTES,
        "usual_cap": USUAL_CAP,
    }


def _goods(seen: ShowSeen, deals: list[DealRecord], now: datetime) -> list[Good]:
    """The products without a deal of their own window, the pinned one first."""
    busy = {deal.variant for deal in deals if deal.state in (DealState.OPEN, DealState.PLANNED) and deal.closes_at}
    known = for_sale([VariantId(variant) for variant in seen.variants])
    shown = [
        found
        for variant in seen.variants
        if (found := known.get(VariantId(variant))) is not None and found.left > 0 and variant not in busy
    ]
    asks = [LeastAsk(one.variant_id, one.seller, seen.host, one.price_minor) for one in shown]
    goods: list[Good] = []
    for found, least in zip(shown, api.least_prices(asks, now=now), strict=True):
        goods.append(
            Good(
                variant=found.variant_id,
                title=found.title,
                variant_title=found.variant_title,
                price_minor=found.price_minor,
                price_typed=str(to_major(usual_start(found.price_minor, least, found.currency), found.currency)),
                currency=found.currency,
                left=found.left,
                least=least,
                prices=tuple(suggested_prices(found.price_minor, least, found.currency)),
                size=min(USUAL_SIZE, found.left),
                is_pinned=found.variant_id == seen.pinned,
            )
        )
    return sorted(goods, key=lambda good: not good.is_pinned)
