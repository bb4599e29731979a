"""REST of deals: the deals and auctions of a show, a receipt, a bid."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Header, Router, Schema

from millstream.deals import api
from millstream.deals.types import AuctionRecord, AuctionState, BidAsk, BidState, DealKind, DealRecord, DealState
from millstream.deals.web.room_views import limit_bids, told_answer
from millstream.kernel.clock import read_now
from millstream.kernel.web.asking import asking_network
from millstream.people.acting import acting_as_of

router = Router(tags=["deals"], auth=None)


class DealOut(Schema):
    """A deal; money in minor units of `currency`. `left` is null without an allotment."""

    deal: UUID
    variant: UUID
    kind: DealKind
    state: DealState
    price_minor: int
    was_minor: int
    currency: str
    size: int | None
    left: int | None
    cap: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    lowest_30_days: bool
    title: dict[str, str]


class AuctionOut(Schema):
    """An auction; `next_minor` is the least that can be bid. No maximum is ever in it."""

    auction: UUID
    variant: UUID
    state: AuctionState
    start_minor: int
    price_minor: int
    next_minor: int
    currency: str
    bids: int
    leader: str
    closes_at: datetime
    extensions: int
    title: dict[str, str]
    receipt_url: str


class BidIn(Schema):
    """A bid up to a maximum, in minor units of the auction's currency."""

    max_minor: int


class BidOut(Schema):
    """A bid that stands under its number, and how the bidder stands."""

    auction: UUID
    number: int
    state: BidState
    you: str
    your_max_minor: int
    price_minor: int
    next_minor: int
    currency: str
    closes_at: datetime


@router.get("/shows/{uuid:show}/deals", response=list[DealOut], summary="Deals of a show that are on or to come")
def deals(request: HttpRequest, show: UUID) -> list[dict[str, Any]]:
    """What is cheaper in this show, and until when."""
    return [_deal(deal) for deal in api.deals_of(show, now=request.now())]  # type: ignore[attr-defined]


@router.get("/shows/{uuid:show}/auctions", response=list[AuctionOut], summary="Auctions of a show")
def auctions(request: HttpRequest, show: UUID) -> list[dict[str, Any]]:
    """The newest 60, those that run first."""
    return [_auction(auction) for auction in api.auctions_of(show)]


@router.post("/auctions/{uuid:auction}/bids", response=BidOut, summary="Bid up to a maximum")
def bid(
    request: HttpRequest,
    auction: UUID,
    wanted: BidIn,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = "",
) -> dict[str, Any]:
    """Place one bid; the same key and maximum again are the same bid."""
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    limit_bids(visitor, asking_network(request))
    acting = acting_as_of(request)
    signed_in = acting.actor.id if acting.actor else None
    ask = BidAsk(auction, visitor, idempotency_key, wanted.max_minor, signed_in, get_language() or "")
    return told_answer(api.place_bid(ask, now=read_now()))


def _deal(deal: DealRecord) -> dict[str, Any]:
    return {
        "deal": deal.id,
        "variant": deal.variant,
        "kind": deal.kind,
        "state": deal.state,
        "price_minor": deal.price_minor,
        "was_minor": deal.was_minor,
        "currency": deal.currency,
        "size": deal.size,
        "left": deal.left,
        "cap": deal.cap,
        "opens_at": deal.opens_at,
        "closes_at": deal.closes_at,
        "lowest_30_days": deal.lowest_30_days,
        "title": dict(deal.title),
    }


def _auction(auction: AuctionRecord) -> dict[str, Any]:
    return {
        "auction": auction.id,
        "variant": auction.variant,
        "state": auction.state,
        "start_minor": auction.start_minor,
        "price_minor": auction.price_minor,
        "next_minor": auction.next_minor,
        "currency": auction.currency,
        "bids": auction.bids,
        "leader": auction.leader,
        "closes_at": auction.closes_at,
        "extensions": auction.extensions,
        "title": dict(auction.title),
        "receipt_url": f"/auctions/{auction.id}/receipt.json",
    }
