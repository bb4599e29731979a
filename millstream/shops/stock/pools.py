"""What is free of pools now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.shops.types import PoolId, PoolRecord, StockItemId

# Holds that have run out count as free, swept or not: the next hold that is short makes room of them.
_POOLS: Final = """
SELECT pool.id, pool.stock_item_id, pool.size, pool.held, pool.sold, pool.is_open, coalesce((
    SELECT sum(hold.quantity) FROM shops_hold hold
    WHERE hold.stock_item_id = pool.stock_item_id AND hold.pool_id = pool.id
      AND hold.state = 'live' AND hold.expires_at <= %s
), 0)
FROM shops_pool pool WHERE pool.id = ANY(%s::uuid[])
"""


def pools(pool_ids: Iterable[UUID], *, now: datetime) -> dict[PoolId, PoolRecord]:
    """How much of these pools is held, sold and free now, in one statement; unknown ids are left out. Reads only."""
    wanted = list(set(pool_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_POOLS, [now, wanted])
        return {
            PoolId(row[0]): PoolRecord(
                pool_id=PoolId(row[0]),
                stock_item_id=StockItemId(row[1]),
                size=row[2],
                held=row[3] - int(row[6]),
                sold=row[4],
                is_open=row[5],
            )
            for row in cursor.fetchall()
        }
