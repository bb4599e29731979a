"""Carve an allotment from a stock item."""

from datetime import datetime

from django.db import transaction

from millstream.shops.models import Pool
from millstream.shops.refusals import NotForSale, QuantityNotPositive, SoldOut
from millstream.shops.stock import rows
from millstream.shops.stock.rows import Delta
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import PoolId, PoolKind, StockItemId


@transaction.atomic
def open_pool(pool_id: PoolId, *, stock_item_id: StockItemId, kind: PoolKind, size: int, now: datetime) -> None:
    """Set `size` free units aside for a deal, an auction or a lease; refuses more than is free.

    Opening the same pool again changes nothing.
    """
    if size <= 0:
        raise QuantityNotPositive(quantity=size)
    items = rows.lock_items([stock_item_id])
    if stock_item_id not in items:
        raise NotForSale(stock_item_id=stock_item_id)
    if Pool.objects.filter(id=pool_id).exists():
        return
    item = items[stock_item_id]
    if item.free < size:
        raise SoldOut(left=item.free)
    Pool.objects.create(id=pool_id, stock_item_id=stock_item_id, kind=kind, size=size, opened_at=now)
    lefts = rows.move_items({stock_item_id: Delta(carved=size)})
    tell_left(lefts, (), {stock_item_id: item.variant_id}, now)
