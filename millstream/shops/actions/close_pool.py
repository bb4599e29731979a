"""Give the rest of an allotment back."""

from datetime import datetime

from django.db import transaction

from millstream.shops.models import Pool
from millstream.shops.refusals import NotForSale
from millstream.shops.stock import rows
from millstream.shops.stock.rows import Delta
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import PoolId, StockItemId


@transaction.atomic
def close_pool(pool_id: PoolId, *, now: datetime) -> int:
    """Free what nobody holds or bought of a pool; returns how many units. Live holds of it stay good.

    Closing it again frees nothing.
    """
    found = Pool.objects.filter(id=pool_id).values_list("stock_item_id", flat=True).first()
    if found is None:
        raise NotForSale(pool_id=pool_id)
    item_id = StockItemId(found)
    items = rows.lock_items([item_id])
    rooms, are_open = rows.lock_pools([pool_id])
    if pool_id not in are_open:
        return 0
    rest = rooms[pool_id].free
    Pool.objects.filter(id=pool_id).update(is_open=False, closed_at=now)
    lefts = rows.move_items({item_id: Delta(carved=-rest)})
    tell_left(lefts, (), {item_id: items[item_id].variant_id}, now)
    return rest
