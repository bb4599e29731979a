"""Decide auctions whose close has passed, and settle lots that their winners bought or did not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.deals.actions.open_auction import tell_closed
from millstream.deals.models import Auction, Bidder
from millstream.deals.rules.bidding import Maximum, next_in_line
from millstream.deals.types import AuctionState
from millstream.kernel.ids import new_id
from millstream.shops.api import close_pool, open_pool, pools
from millstream.shops.refusals import SoldOut
from millstream.shops.types import PoolId, PoolKind, PoolRecord, StockItemId

# A bid that came in time may still wait for the auction's lock: it is decided only after this.
CLOSING_GRACE: Final = timedelta(seconds=2)
MOST_AT_ONCE: Final = 100


class _MovedMeanwhile(Exception):
    """Somebody has just bid, or bought the lot: what was about to be done is undone."""


def settle_auctions(*, now: datetime) -> int:
    """Give each auction that is over to its winner, and each unpaid lot to the next; returns how many moved.

    No bid is taken after the close whether this has run or not. Again changes nothing.
    """
    over = Auction.objects.filter(state=AuctionState.OPEN.value, closes_at__lte=now - CLOSING_GRACE)
    due = list(over.order_by("closes_at", "id").values_list("id", flat=True)[:MOST_AT_ONCE])
    done = sum(_tried(_decide, auction, now) for auction in due)
    won = list(Auction.objects.filter(state=AuctionState.WON.value).order_by("offer_until", "id")[:MOST_AT_ONCE])
    known = pools([row.pool_id for row in won], now=now)
    return done + sum(_settle(row, known[PoolId(row.pool_id)], now) for row in won)


def _tried(move: Callable[[UUID, datetime], bool], auction_id: UUID, now: datetime) -> bool:
    try:
        return move(auction_id, now)
    except _MovedMeanwhile:
        return False


@transaction.atomic
def _decide(auction_id: UUID, now: datetime) -> bool:
    """The close: the leader has won and may buy for some minutes; without a bid the unit goes back."""
    found = Auction.objects.filter(id=auction_id).values_list("pool_id", "bids").first()
    assert found is not None
    if found[1] == 0:  # the stock before the auction: one order of locks for everybody
        close_pool(PoolId(found[0]), now=now)
    row = Auction.objects.select_for_update(no_key=True).get(id=auction_id)
    if row.state != AuctionState.OPEN.value or row.closes_at > now - CLOSING_GRACE or row.bids != found[1]:
        raise _MovedMeanwhile
    if row.bids == 0:
        Auction.objects.filter(id=row.id).update(state=AuctionState.UNSOLD.value, ended_at=now)
        tell_closed(row, AuctionState.UNSOLD, row.start_minor, now)
        return True
    assert row.leader_id is not None
    winner = Bidder.objects.get(auction_id=row.id, actor_id=row.leader_id)
    _offer(row, winner, row.price_minor, now)
    return True


def _offer(row: Auction, winner: Bidder, price_minor: int, now: datetime) -> None:
    Auction.objects.filter(id=row.id).update(
        state=AuctionState.WON.value,
        winner_id=winner.actor_id,
        winner_visitor=winner.visitor,
        winner_name=winner.name,
        won_minor=price_minor,
        offer_until=now + timedelta(minutes=row.pay_minutes),
        has_fallen=row.winner_id is not None,
        pool_id=row.pool_id,
    )
    tell_closed(row, AuctionState.WON, price_minor, now)


def _settle(row: Auction, pool: PoolRecord, now: datetime) -> bool:
    """A lot that was paid is sold; one that is being paid waits; one that was not, falls."""
    if pool.sold:
        sold = Auction.objects.filter(id=row.id, state=AuctionState.WON.value).update(
            state=AuctionState.SOLD.value, ended_at=now
        )
        if sold:
            tell_closed(row, AuctionState.SOLD, row.won_minor or row.price_minor, now)
        return bool(sold)
    if pool.held or row.offer_until is None or row.offer_until > now:
        return False
    return _tried(_fall, row.id, now)


@transaction.atomic
def _fall(auction_id: UUID, now: datetime) -> bool:
    """Give an unpaid lot to the next in line, once, at the price as if the winner had not bid; else back to the stock.

    Closing the allotment under the stock's lock decides between this and a winner who buys in the last moment.
    """
    seen = Auction.objects.get(id=auction_id)
    if not close_pool(PoolId(seen.pool_id), now=now):
        raise _MovedMeanwhile
    row = Auction.objects.select_for_update(no_key=True).get(id=auction_id)
    if row.state != AuctionState.WON.value or row.pool_id != seen.pool_id:
        raise _MovedMeanwhile
    heir = None if row.has_fallen or not row.falls else _heir(row)
    if heir is not None and _carve_again(row, now):
        _offer(row, heir[0], heir[1], now)
        return True
    Auction.objects.filter(id=row.id).update(state=AuctionState.UNSOLD.value, ended_at=now)
    tell_closed(row, AuctionState.UNSOLD, row.won_minor or row.price_minor, now)
    return True


def _heir(row: Auction) -> tuple[Bidder, int] | None:
    assert row.winner_id is not None
    bidders = {one.actor_id: one for one in Bidder.objects.filter(auction_id=row.id)}
    maxima = [Maximum(one.actor_id, one.max_minor, one.number) for one in bidders.values()]
    found = next_in_line(maxima, row.winner_id, row.start_minor, row.currency)
    return (bidders[found[0].bidder], found[1]) if found else None


def _carve_again(row: Auction, now: datetime) -> bool:
    pool = PoolId(new_id())
    try:
        item = StockItemId(row.stock_item_id)
        open_pool(pool, stock_item_id=item, kind=PoolKind.AUCTION, size=1, now=now)
    except SoldOut:
        return False
    row.pool_id = pool
    return True
