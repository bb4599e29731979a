"""Prove the stock books from their rows, and say every difference."""

from typing import Final
from uuid import UUID

from django.db import connection

from millstream.shops.types import StockDifference

MOST_DIFFERENCES: Final = 1_000

# Each statement gives (row, expected from the rows below it, found in its counter) where these differ.
_PROOFS: Final = {
    "stock_equals_fold_of_movements": """
        SELECT item.id, coalesce(sum(movement.quantity), 0) AS expected, item.on_hand AS found
        FROM shops_stockitem item LEFT JOIN shops_stockmovement movement ON movement.stock_item_id = item.id
        GROUP BY item.id""",
    "held_equals_live_holds": """
        SELECT item.id, coalesce(sum(hold.quantity), 0) AS expected, item.held AS found
        FROM shops_stockitem item LEFT JOIN shops_hold hold ON hold.stock_item_id = item.id AND hold.state = 'live'
        GROUP BY item.id""",
    "carved_equals_rest_of_open_pools": """
        SELECT item.id, coalesce(sum(pool.size - pool.held - pool.sold), 0) AS expected, item.carved AS found
        FROM shops_stockitem item LEFT JOIN shops_pool pool ON pool.stock_item_id = item.id AND pool.is_open
        GROUP BY item.id""",
    "pool_held_equals_its_live_holds": """
        SELECT pool.id, coalesce(sum(hold.quantity), 0) AS expected, pool.held AS found
        FROM shops_pool pool LEFT JOIN shops_hold hold ON hold.pool_id = pool.id AND hold.state = 'live'
        GROUP BY pool.id""",
    "pool_sold_equals_its_claimed_holds": """
        SELECT pool.id, coalesce(sum(hold.quantity), 0) AS expected, pool.sold AS found
        FROM shops_pool pool LEFT JOIN shops_hold hold ON hold.pool_id = pool.id AND hold.state = 'claimed'
        GROUP BY pool.id""",
    "cap_counters_equal_kept_holds": """
        SELECT counter.pool_id, coalesce(sum(hold.quantity), 0) AS expected, counter.taken AS found
        FROM shops_poolcap counter LEFT JOIN shops_hold hold
            ON hold.pool_id = counter.pool_id AND hold.buyer_key = counter.buyer_key
            AND hold.state IN ('live', 'claimed')
        GROUP BY counter.id""",
    "claimed_holds_equal_sold_movements": """
        SELECT hold.id, hold.quantity AS expected, coalesce(-movement.quantity, 0) AS found
        FROM shops_hold hold
        LEFT JOIN shops_stockmovement movement ON movement.source_id = hold.id AND movement.kind = 'sold'
        WHERE hold.state = 'claimed'""",
    "sold_movements_equal_claimed_holds": """
        SELECT movement.source_id AS id, coalesce(hold.quantity, 0) AS expected, -movement.quantity AS found
        FROM shops_stockmovement movement
        LEFT JOIN shops_hold hold ON hold.id = movement.source_id AND hold.state = 'claimed'
        WHERE movement.kind = 'sold'""",
}


def check_stock() -> list[StockDifference]:
    """Compare every counter of the stock books with the rows it sums; an empty list is a proof. At most 1,000.

    Each proof is one statement, so it sees one moment, whoever buys meanwhile.
    """
    differences: list[StockDifference] = []
    with connection.cursor() as cursor:
        for promise, statement in _PROOFS.items():
            cursor.execute(
                f"SELECT id, expected, found FROM ({statement}) AS proof(id, expected, found)"  # noqa: S608 - constants
                " WHERE expected <> found ORDER BY id LIMIT %s",
                [MOST_DIFFERENCES],
            )
            differences += [
                StockDifference(promise, UUID(str(row[0])), int(row[1]), int(row[2])) for row in cursor.fetchall()
            ]
    return differences[:MOST_DIFFERENCES]
