"""End live holds of locked stock items: claimed, released or run out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from millstream.shops.rules import CapKey
from millstream.shops.stock.rows import Delta, Left, PoolDelta, give_caps_back, lock_pools, move_items, move_pools
from millstream.shops.types import HoldId, HoldState, PoolId, StockItemId

_CLAIM = """
UPDATE shops_hold SET state = 'claimed', ended_at = %s
WHERE id = ANY(%s::uuid[]) AND state = 'live' AND expires_at > %s
RETURNING id, stock_item_id, pool_id, quantity, order_id, buyer_key
"""
_RELEASE = """
UPDATE shops_hold SET state = 'released', ended_at = %s, ended_why = %s
WHERE id = ANY(%s::uuid[]) AND state = 'live'
RETURNING id, stock_item_id, pool_id, quantity, order_id, buyer_key
"""
_EXPIRE = """
UPDATE shops_hold SET state = 'expired', ended_at = %s
WHERE id = ANY(%s::uuid[]) AND state = 'live' AND expires_at <= %s
RETURNING id, stock_item_id, pool_id, quantity, order_id, buyer_key
"""
_EXPIRE_OF_ITEMS = """
UPDATE shops_hold SET state = 'expired', ended_at = %s
WHERE stock_item_id = ANY(%s::uuid[]) AND state = 'live' AND expires_at <= %s
RETURNING id, stock_item_id, pool_id, quantity, order_id, buyer_key
"""
_HOLDS = "SELECT id, stock_item_id, state FROM shops_hold WHERE id = ANY(%s::uuid[])"


@dataclass(frozen=True, slots=True)
class EndedHold:
    """A hold that this transaction ended."""

    hold_id: HoldId
    stock_item_id: StockItemId
    pool_id: PoolId | None
    quantity: int
    order_id: UUID
    buyer_key: bytes | None


@dataclass(frozen=True, slots=True)
class FoundHold:
    """A hold as it stands, unlocked; the stock item it is of never changes."""

    hold_id: HoldId
    stock_item_id: StockItemId
    state: HoldState


def find_holds(hold_ids: Iterable[UUID]) -> dict[HoldId, FoundHold]:
    """Read holds; unknown ids are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [list(set(hold_ids))])
        return {
            HoldId(row[0]): FoundHold(HoldId(row[0]), StockItemId(row[1]), HoldState(row[2]))
            for row in cursor.fetchall()
        }


def _end(statement: str, values: Sequence[str | datetime | list[UUID]]) -> list[EndedHold]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            EndedHold(
                HoldId(row[0]),
                StockItemId(row[1]),
                None if row[2] is None else PoolId(row[2]),
                row[3],
                row[4],
                None if row[5] is None else bytes(row[5]),
            )
            for row in cursor.fetchall()
        ]


def mark_claimed(hold_ids: Sequence[UUID], *, now: datetime) -> list[EndedHold]:
    """Claim those of the holds that are live and have not run out by `now`."""
    return _end(_CLAIM, [now, list(hold_ids), now])


def mark_released(hold_ids: Sequence[UUID], *, reason: str, now: datetime) -> list[EndedHold]:
    """Release those of the holds that are live."""
    return _end(_RELEASE, [now, reason, list(hold_ids)])


def mark_expired(hold_ids: Sequence[UUID], *, now: datetime) -> list[EndedHold]:
    """Expire those of the holds that are live and have run out."""
    return _end(_EXPIRE, [now, list(hold_ids), now])


def mark_expired_of(item_ids: Iterable[UUID], *, now: datetime) -> list[EndedHold]:
    """Expire every hold of these stock items that has run out."""
    return _end(_EXPIRE_OF_ITEMS, [now, list(item_ids), now])


def give_back(ended: Sequence[EndedHold]) -> tuple[list[Left], list[Left]]:
    """Free what released or expired holds claimed; returns what is left of the items and of the open pools.

    Units of an open pool go back to it, those of a closed one to the free stock.
    """
    pools, are_open = lock_pools(hold.pool_id for hold in ended if hold.pool_id is not None)
    items: defaultdict[StockItemId, Delta] = defaultdict(Delta)
    rooms: defaultdict[PoolId, PoolDelta] = defaultdict(PoolDelta)
    caps: defaultdict[CapKey, int] = defaultdict(int)
    for hold in ended:
        to_pool = hold.pool_id in are_open
        change = Delta(held=-hold.quantity, carved=hold.quantity if to_pool else 0)
        items[hold.stock_item_id] = items[hold.stock_item_id].plus(change)
        if hold.pool_id is not None:
            assert hold.pool_id in pools
            rooms[hold.pool_id] = rooms[hold.pool_id].plus(PoolDelta(held=-hold.quantity))
            if hold.buyer_key is not None:
                caps[hold.pool_id, hold.buyer_key] += hold.quantity
    moved_pools = [left for left in move_pools(rooms) if left.pool_id in are_open]
    give_caps_back(caps)
    freed = {item for item, change in items.items() if change.held + change.carved != 0}
    return [left for left in move_items(items) if left.stock_item_id in freed], moved_pools
