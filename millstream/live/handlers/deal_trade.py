"""What a room trades about deals and auctions, and what a show's beginning and end mean to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from millstream.deals.api import auction, close_deals_of, deal_of, open_room_prices
from millstream.deals.facts import (
    AuctionClosed,
    AuctionExtended,
    AuctionOpened,
    BidTaken,
    DealClosed,
    DealLeft,
    DealOpened,
)
from millstream.deals.types import AuctionRecord, AuctionState, DealRecord, DealState
from millstream.kernel.clock import read_now
from millstream.kernel.facts import Fact, Heard, hears
from millstream.live.facts import ShowEnded, ShowStarted
from millstream.live.rules import buy_url, wire_time
from millstream.live.types import TradeKind

FACTS: Final[tuple[type[Fact], ...]] = (
    DealOpened,
    DealLeft,
    DealClosed,
    AuctionOpened,
    BidTaken,
    AuctionExtended,
    AuctionClosed,
)
# What a room hears of a lot that was called off is what it hears of one that nobody bought.
_TOLD: Final = {AuctionState.CANCELLED: "unsold", AuctionState.SOLD: "won"}


def trade_of(fact: Fact) -> tuple[Sequence[UUID], TradeKind, Mapping[str, Any]]:
    """Which rooms a fact concerns, and what they are told: the whole of the deal or auction as it stands now."""
    match fact:
        case DealOpened(show=show, deal=deal) | DealLeft(show=show, deal=deal) | DealClosed(show=show, deal=deal):
            return (show,), TradeKind.DEAL, _deal_now(deal)
        case (
            AuctionOpened(show=show, auction=lot)
            | BidTaken(show=show, auction=lot)
            | AuctionExtended(show=show, auction=lot)
            | AuctionClosed(show=show, auction=lot)
        ):
            return (show,), TradeKind.AUCTION, auction_data(auction(lot))
        case _:
            raise AssertionError(f"live.trade heard {fact.kind}")


def _deal_now(deal: UUID) -> dict[str, Any]:
    now = read_now()
    return deal_data(deal_of(deal, now=now), now)


def deal_data(deal: DealRecord, now: datetime) -> dict[str, Any]:
    """A deal as a room trades it; one whose window has begun is open whether a sweep has said so or not."""
    return {
        "deal": str(deal.id),
        "variant": str(deal.variant),
        "state": "open" if deal.state is DealState.OPEN or deal.is_on(now) else "closed",
        "kind": deal.kind.value,
        "price_minor": deal.price_minor,
        "was_minor": deal.was_minor,
        "currency": deal.currency,
        "size": deal.size,
        "left": deal.left,
        "cap": deal.cap,
        "opens_at": wire_time(deal.opens_at),
        "closes_at": wire_time(deal.closes_at),
        "lowest_30_days": deal.lowest_30_days,
        "title": dict(deal.title),
        "image": deal.image,
        "buy_url": buy_url(deal.variant, deal.show),
    }


def auction_data(lot: AuctionRecord) -> dict[str, Any]:
    """An auction as a room trades it; `head` is the newest hash of its receipt."""
    return {
        "auction": str(lot.id),
        "variant": str(lot.variant),
        "state": _TOLD.get(lot.state, lot.state.value),
        "price_minor": lot.price_minor,
        "next_minor": lot.next_minor,
        "currency": lot.currency,
        "bids": lot.bids,
        "leader": lot.leader,
        "closes_at": wire_time(lot.closes_at),
        "offer_until": wire_time(lot.offer_until),
        "extended": lot.extensions,
        "title": dict(lot.title),
        "image": lot.image,
        "url": f"/auctions/{lot.id}/",
        "buy_url": buy_url(lot.variant, lot.show),
        "head": lot.head,
    }


@hears(ShowStarted, ShowEnded, name="live.deals")
def follow_show(heard: Heard[Any]) -> None:
    """Prices in the room begin with the show; every deal of it ends with it. An auction runs to its own end."""
    if isinstance(heard.fact, ShowStarted):
        open_room_prices(heard.fact.show, now=heard.now)
    else:
        close_deals_of(heard.fact.show, now=heard.now)
