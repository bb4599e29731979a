"""Expire holds that ran out."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from millstream.shops.stock import ending, rows
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import HoldExpired

LARGEST_SWEEP: Final = 1_000

_RUN_OUT = """
SELECT id, stock_item_id FROM shops_hold
WHERE state = 'live' AND expires_at <= %s ORDER BY expires_at LIMIT %s
"""


@transaction.atomic(savepoint=False)
def expire_holds(now: datetime, limit: int = LARGEST_SWEEP) -> list[HoldExpired]:
    """Free what holds that ran out by `now` still hold, oldest first, at most `limit`; returns them.

    Only tidies: a hold that ran out can no longer be claimed, swept or not.
    """
    assert 0 < limit <= LARGEST_SWEEP
    with connection.cursor() as cursor:
        cursor.execute(_RUN_OUT, [now, limit])
        found = cursor.fetchall()
    if not found:
        return []
    items = rows.lock_items(row[1] for row in found)
    expired = ending.mark_expired(sorted(row[0] for row in found), now=now)
    moved_items, moved_pools = ending.give_back(expired)
    tell_left(moved_items, moved_pools, {item_id: item.variant_id for item_id, item in items.items()}, now)
    return [HoldExpired(hold.hold_id, hold.order_id) for hold in expired]
