"""Auctions of a show, their receipts, and what a bidder may know."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from millstream.deals.models import Auction, Bid, Bidder
from millstream.deals.refusals import NoSuchAuction
from millstream.deals.rules.bidding import MOST_BIDS, step_above
from millstream.deals.rules.receipt import TERMS, moment, told_step
from millstream.deals.types import (
    AuctionId,
    AuctionRecord,
    AuctionState,
    Bidding,
    BidStep,
    OwnBid,
    Receipt,
    SpecialPrice,
)
from millstream.people.api import guests_of
from millstream.shops.api import pools

MOST_AUCTIONS: Final = 60
MOST_STEPS: Final = 200
MOST_OWN: Final = 100
LOT: Final = "auction"


def auction_record(row: Auction) -> AuctionRecord:
    """The record of a row; once won, its price and leader are the winner's."""
    won = row.won_minor is not None
    return AuctionRecord(
        id=AuctionId(row.id),
        show=row.show_id,
        host=row.host_id,
        seller=row.seller_id,
        variant=row.variant_id,
        state=AuctionState(row.state),
        start_minor=row.start_minor,
        price_minor=row.won_minor if row.won_minor is not None else row.price_minor,
        next_minor=next_minor(row),
        list_minor=row.list_minor,
        currency=row.currency,
        bids=row.bids,
        leader=row.winner_name if won else row.leader_name,
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        extend_seconds=row.extend_seconds,
        most_extensions=row.most_extensions,
        extensions=row.extensions,
        pay_minutes=row.pay_minutes,
        falls=row.falls,
        has_fallen=row.has_fallen,
        offer_until=row.offer_until,
        title=row.title,
        image=row.image,
        head=row.head,
    )


def next_minor(row: Auction) -> int:
    """The least that somebody who does not lead can bid."""
    return row.start_minor if row.bids == 0 else row.price_minor + step_above(row.price_minor, row.currency)


def auction(auction_id: UUID) -> AuctionRecord:
    """One auction; refuses an unknown id."""
    row = Auction.objects.filter(id=auction_id).first()
    if row is None:
        raise NoSuchAuction
    return auction_record(row)


def auctions_of(show: UUID) -> list[AuctionRecord]:
    """The auctions of a show, those that are open or wait for the winner first, then the newest."""
    rows = list(Auction.objects.filter(show_id=show).order_by("-opened_at", "-id")[:MOST_AUCTIONS])
    going = (AuctionState.OPEN.value, AuctionState.WON.value)
    return [auction_record(row) for row in sorted(rows, key=lambda row: row.state not in going)]


def steps(auction_id: UUID, limit: int = MOST_STEPS) -> list[BidStep]:
    """The bids of an auction as everybody may see them, the newest `limit` of them, the oldest first."""
    rows = list(Bid.objects.filter(auction_id=auction_id).order_by("-number")[:limit])
    return [
        BidStep(
            number=row.number,
            at=row.at,
            name=row.name,
            price_minor=row.price_minor,
            leader=row.leader_name,
            closes_at=row.closes_at,
            extended=row.extended,
            seal=row.seal,
            hash=row.hash,
        )
        for row in reversed(rows)
    ]


def terms_of(row: Auction) -> dict[str, object]:
    """The terms as the chain begins with them."""
    told: dict[str, object] = {
        "auction": str(row.id),
        "currency": row.currency,
        "start_minor": row.start_minor,
        "opened_at": moment(row.opened_at),
        "first_closes_at": moment(row.first_closes_at),
        "extend_seconds": row.extend_seconds,
        "most_extensions": row.most_extensions,
    }
    assert tuple(told) == TERMS
    return told


def receipt(auction_id: UUID) -> Receipt:
    """Everything by which anybody can prove the order of the bids and the price; no maximum is in it."""
    row = Auction.objects.filter(id=auction_id).first()
    if row is None:
        raise NoSuchAuction
    won = {"name": row.winner_name, "price_minor": row.won_minor} if row.won_minor is not None else None
    return {
        "terms": terms_of(row),
        "bids": [told_step(step) for step in steps(row.id, MOST_BIDS)],
        "head": row.head,
        "state": row.state,
        "winner": won,
    }


def bidding(auction_id: UUID, actor: UUID | None) -> Bidding | None:
    """As what somebody stands in an auction; None for who has not bid. Only for that actor's own eyes."""
    if actor is None:
        return None
    found = Bidder.objects.filter(auction_id=auction_id, actor_id=actor).select_related("auction").first()
    if found is None:
        return None
    own = Bid.objects.filter(auction_id=auction_id, actor_id=actor).order_by("-number")[:MOST_OWN]
    leads = (found.auction.winner_id or found.auction.leader_id) == actor
    return Bidding(found.name, found.max_minor, leads, [OwnBid(bid.number, bid.max_minor, bid.salt) for bid in own])


def biddings(auction_ids: Iterable[UUID], actor: UUID | None) -> dict[UUID, Bidding]:
    """As what somebody stands in these auctions, in one query; where they have not bid is left out."""
    wanted = list(auction_ids)
    if actor is None or not wanted:
        return {}
    found = Bidder.objects.filter(auction_id__in=wanted, actor_id=actor).select_related("auction")
    return {
        one.auction_id: Bidding(one.name, one.max_minor, (one.auction.winner_id or one.auction.leader_id) == actor, ())
        for one in found
    }


def lots_at_stake(actors: Collection[UUID], *, now: datetime) -> list[AuctionRecord]:
    """The auctions in which one of these actors leads, or has won and may still buy."""
    leads = Q(leader_id__in=actors, state=AuctionState.OPEN.value)
    may_buy = Q(winner_id__in=actors, state=AuctionState.WON.value, offer_until__gt=now)
    return [auction_record(row) for row in Auction.objects.filter(leads | may_buy).order_by("closes_at")]


def won_lots(
    asks: Iterable[tuple[UUID, UUID | None, UUID | None]], *, now: datetime
) -> dict[tuple[UUID, UUID | None, UUID | None], SpecialPrice]:
    """The lots that somebody has won and may buy now, by (variant, visitor, signed-in buyer).

    A lot is the winner's in every browser of theirs, and in the one that took it by the link of the letter. One
    statement when no such lot waits for its winner, three otherwise, for any number of asks.
    """
    wanted = {ask for ask in asks if ask[1] or ask[2]}
    if not wanted:
        return {}
    rows = list(
        Auction.objects.filter(
            state=AuctionState.WON.value, offer_until__gt=now, variant_id__in={variant for variant, _, _ in wanted}
        ).order_by("won_minor")
    )
    if not rows:
        return {}
    guests = guests_of(visitor for _, visitor, _ in wanted if visitor)
    known = pools([row.pool_id for row in rows], now=now)
    left = {UUID(int=pool_id.int): pool.left for pool_id, pool in known.items()}
    found: dict[tuple[UUID, UUID | None, UUID | None], SpecialPrice] = {}
    for ask in wanted:
        variant, visitor, buyer = ask
        whose = {actor for actor in (buyer, guests.get(visitor) if visitor else None) if actor is not None}
        for row in rows:
            theirs = (visitor is not None and row.winner_visitor == visitor) or row.winner_id in whose
            if row.variant_id == variant and theirs and left.get(row.pool_id, 0) > 0 and row.won_minor:
                found[ask] = _lot(row, row.won_minor)
                break
    return found


def lot_of_winner(auction_id: UUID, winner: UUID, *, now: datetime) -> AuctionRecord | None:
    """The auction while its lot waits for this winner; None when the lot is no longer theirs to buy."""
    row = Auction.objects.filter(
        id=auction_id, winner_id=winner, state=AuctionState.WON.value, offer_until__gt=now
    ).first()
    return auction_record(row) if row else None


def _lot(row: Auction, won_minor: int) -> SpecialPrice:
    return SpecialPrice(
        id=row.id,
        variant=row.variant_id,
        stock_item=row.stock_item_id,
        price_minor=won_minor,
        price_source=LOT,
        pool=row.pool_id,
        cap=None,
        left=1,
        opens_at=row.closes_at,
        closes_at=row.offer_until,
    )
