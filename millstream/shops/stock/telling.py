"""Tell the world what is left, once per stock item or pool and batch."""

from collections.abc import Iterable
from datetime import datetime

from millstream.kernel.facts import Fact, record_many
from millstream.shops.facts import PoolLeft, StockLeft
from millstream.shops.stock.rows import Left
from millstream.shops.types import StockItemId, VariantId


def tell_left(
    items: Iterable[Left], pools: Iterable[Left], variants: dict[StockItemId, VariantId], now: datetime
) -> None:
    """Record what is free now of the stock items and pools whose free quantity changed."""
    facts: list[Fact] = [
        StockLeft(stock_item=item.stock_item_id, variant=variants[item.stock_item_id], left=item.left) for item in items
    ]
    facts += [
        PoolLeft(pool=pool.pool_id, stock_item=pool.stock_item_id, variant=variants[pool.stock_item_id], left=pool.left)
        for pool in pools
        if pool.pool_id is not None
    ]
    record_many(facts, now=now)
