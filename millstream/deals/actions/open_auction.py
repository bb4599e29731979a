"""Open an auction, and call one off."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.deals.actions.open_deal import goods_of, least_of
from millstream.deals.facts import AuctionClosed, AuctionOpened
from millstream.deals.models import Auction
from millstream.deals.queries.auctions import auction_record, terms_of
from millstream.deals.refusals import BidsStand, DealRunning, NoSuchAuction
from millstream.deals.rules.pricing import check_terms
from millstream.deals.rules.receipt import terms_hash
from millstream.deals.types import AuctionRecord, AuctionSpec, AuctionState
from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.shops.api import close_pool, open_pool
from millstream.shops.types import PoolId, PoolKind


def open_auction(spec: AuctionSpec, *, now: datetime) -> AuctionRecord:
    """Carve one unit and take bids on it from now on until the close, which late bids move.

    The start price is the reserve: not below the maker's floor price (`BelowFloor`), nor below the shop's price where
    the maker agreed to no lower one (`NotAgreed`). Refuses a second open auction of a product in a show. The caller
    has checked who may direct the show and that the product is in its rundown.
    """
    try:
        return _open(spec, now)
    except IntegrityError as broken:
        if "one_open_auction_in_a_show" not in str(broken):
            raise
        raise DealRunning from None


@transaction.atomic
def _open(spec: AuctionSpec, now: datetime) -> AuctionRecord:
    goods = goods_of(spec.variant)
    least = least_of(goods, spec.host, now)
    check_terms(spec, least=least, currency=goods.shop_currency)
    pool = PoolId(new_id())
    open_pool(pool, stock_item_id=goods.stock_item_id, kind=PoolKind.AUCTION, size=1, now=now)
    row = Auction(
        id=new_id(),
        show_id=spec.show,
        host_id=spec.host,
        shop_id=goods.shop_id,
        variant_id=goods.variant_id,
        stock_item_id=goods.stock_item_id,
        pool_id=pool,
        seller_id=goods.seller,
        start_minor=spec.start_minor,
        floor_minor=least.minor,
        list_minor=goods.price_minor,
        price_minor=spec.start_minor,
        currency=goods.shop_currency,
        opened_at=now,
        first_closes_at=now + spec.lasts,
        closes_at=now + spec.lasts,
        **{name: getattr(spec, name) for name in ("extend_seconds", "most_extensions", "pay_minutes", "falls")},
        last_at=now,
        title=dict(goods.title),
        image=goods.image,
    )
    row.head = terms_hash(terms_of(row))
    row.save(force_insert=True)
    told = AuctionOpened(
        auction=row.id,
        show=row.show_id,
        variant=row.variant_id,
        start_minor=row.start_minor,
        currency=row.currency,
    )
    record(told, now=now)
    return auction_record(row)


@transaction.atomic
def cancel_auction(auction_id: UUID, *, now: datetime) -> bool:
    """Call an auction off before anybody has bid; the unit goes back. Returns whether it was called off now.

    Refuses one with bids: who bids is promised that it runs to its end.
    """
    row = Auction.objects.filter(id=auction_id).first()
    if row is None:
        raise NoSuchAuction
    if row.state != AuctionState.OPEN.value:
        return False
    close_pool(PoolId(row.pool_id), now=now)
    changed = Auction.objects.filter(id=auction_id, state=AuctionState.OPEN.value, bids=0).update(
        state=AuctionState.CANCELLED.value, ended_at=now
    )
    if not changed:
        raise BidsStand
    tell_closed(row, AuctionState.CANCELLED, row.start_minor, now)
    return True


def tell_closed(row: Auction, state: AuctionState, price_minor: int, now: datetime) -> None:
    """Record what became of an auction."""
    told = AuctionClosed(
        auction=row.id,
        show=row.show_id,
        variant=row.variant_id,
        state=state.value,
        price_minor=price_minor,
        currency=row.currency,
    )
    record(told, now=now)
