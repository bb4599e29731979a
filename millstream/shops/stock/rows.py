"""The statements of the stock engine: lock in key order, change by sets, believe the counts.

One order of locks for everybody: stock items by id, then pools by id, then holds. A pool or a hold is only ever
touched by who has locked its stock item, so two batches can wait for each other but never in a ring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from millstream.shops.rules import CapKey, PoolRoom
from millstream.shops.types import MovementKind, PoolId, StockItemId, VariantId

# FOR NO KEY UPDATE keeps writers out as FOR UPDATE does, and lets foreign keys to the row be checked meanwhile.
_LOCK_ITEMS = """
SELECT id, variant_id, on_hand - held - carved, held + carved FROM shops_stockitem
WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
# Not locked: what is free at this moment, and whether a hold that has run out could make room.
_LOOK_AT_ITEMS = """
SELECT id, variant_id, on_hand - held - carved, held + carved,
       EXISTS (SELECT 1 FROM shops_hold hold
               WHERE hold.stock_item_id = item.id AND hold.state = 'live' AND hold.expires_at <= %s)
FROM shops_stockitem item WHERE id = ANY(%s::uuid[])
"""
_LOCK_POOLS = """
SELECT id, stock_item_id, size - held - sold, is_open FROM shops_pool
WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_CAPS = """
SELECT pool_id, buyer_key, taken FROM shops_poolcap
JOIN unnest(%s::uuid[], %s::bytea[]) AS asked(pool_id, buyer_key) USING (pool_id, buyer_key)
"""
_MOVE_ITEMS = """
UPDATE shops_stockitem AS item
SET on_hand = item.on_hand + moved.on_hand, held = item.held + moved.held, carved = item.carved + moved.carved
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::int[]) AS moved(id, on_hand, held, carved)
WHERE item.id = moved.id
RETURNING item.id, item.variant_id, item.on_hand - item.held - item.carved
"""
_MOVE_POOLS = """
UPDATE shops_pool AS pool SET held = pool.held + moved.held, sold = pool.sold + moved.sold
FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS moved(id, held, sold)
WHERE pool.id = moved.id
RETURNING pool.id, pool.stock_item_id, pool.size - pool.held - pool.sold
"""
_MOVE_CAPS = """
INSERT INTO shops_poolcap (pool_id, buyer_key, taken, cap)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::int[], %s::int[])
ON CONFLICT (pool_id, buyer_key)
DO UPDATE SET taken = shops_poolcap.taken + excluded.taken, cap = excluded.cap
"""
_GIVE_CAPS_BACK = """
UPDATE shops_poolcap AS counter SET taken = counter.taken - given.taken
FROM unnest(%s::uuid[], %s::bytea[], %s::int[]) AS given(pool_id, buyer_key, taken)
WHERE counter.pool_id = given.pool_id AND counter.buyer_key = given.buyer_key
"""
_ADD_MOVEMENTS = """
INSERT INTO shops_stockmovement (stock_item_id, kind, quantity, at, source_id, reason, actor_id)
SELECT stock_item_id, %s, quantity, %s, source_id, %s, %s
FROM unnest(%s::uuid[], %s::int[], %s::uuid[]) AS moved(stock_item_id, quantity, source_id)
"""


@dataclass(frozen=True, slots=True)
class LockedItem:
    """A stock item locked by this transaction: its variant, what is free, what is held or set aside."""

    variant_id: VariantId
    free: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Delta:
    """What changes on one stock item, in units."""

    on_hand: int = 0
    held: int = 0
    carved: int = 0

    def plus(self, other: "Delta") -> "Delta":
        """Both changes together."""
        return Delta(self.on_hand + other.on_hand, self.held + other.held, self.carved + other.carved)


@dataclass(frozen=True, slots=True)
class PoolDelta:
    """What changes on one pool, in units."""

    held: int = 0
    sold: int = 0

    def plus(self, other: "PoolDelta") -> "PoolDelta":
        """Both changes together."""
        return PoolDelta(self.held + other.held, self.sold + other.sold)


@dataclass(frozen=True, slots=True)
class Left:
    """What is free of a stock item, or of one of its pools, after a change."""

    stock_item_id: StockItemId
    left: int
    variant_id: VariantId | None = None
    pool_id: PoolId | None = None


def lock_items(item_ids: Iterable[UUID]) -> dict[StockItemId, LockedItem]:
    """Lock stock items in key order until the transaction ends; unknown ids are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ITEMS, [sorted(set(item_ids))])
        return {StockItemId(row[0]): LockedItem(VariantId(row[1]), row[2], row[3]) for row in cursor.fetchall()}


def look_at_items(item_ids: Iterable[UUID], *, now: datetime) -> tuple[dict[StockItemId, LockedItem], bool]:
    """Read stock items without a lock, and whether holds that ran out by `now` could make room in one of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_AT_ITEMS, [now, sorted(set(item_ids))])
        found = cursor.fetchall()
    items = {StockItemId(row[0]): LockedItem(VariantId(row[1]), row[2], row[3]) for row in found}
    return items, any(row[4] for row in found)


def lock_pools(pool_ids: Iterable[UUID]) -> tuple[dict[PoolId, PoolRoom], set[PoolId]]:
    """Lock pools in key order; returns all of them with what is free, and which are open."""
    wanted = sorted(set(pool_ids))
    if not wanted:
        return {}, set()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_POOLS, [wanted])
        rows = cursor.fetchall()
    rooms = {PoolId(row[0]): PoolRoom(StockItemId(row[1]), row[2]) for row in rows}
    return rooms, {PoolId(row[0]) for row in rows if row[3]}


def read_caps(keys: Iterable[CapKey]) -> dict[CapKey, int]:
    """How much these buyers have taken of these pools; the pools are locked, so nobody counts meanwhile."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CAPS, [[pool for pool, _ in wanted], [buyer for _, buyer in wanted]])
        return {(PoolId(row[0]), bytes(row[1])): row[2] for row in cursor.fetchall()}


def move_items(deltas: Mapping[StockItemId, Delta]) -> list[Left]:
    """Change locked stock items in one statement; the constraints refuse what would oversell."""
    if not deltas:
        return []
    ids, changes = list(deltas), list(deltas.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_ITEMS,
            [ids, [d.on_hand for d in changes], [d.held for d in changes], [d.carved for d in changes]],
        )
        moved = [Left(StockItemId(row[0]), row[2], VariantId(row[1])) for row in cursor.fetchall()]
    assert len(moved) == len(ids), "every stock item that was locked was changed"
    return moved


def move_pools(deltas: Mapping[PoolId, PoolDelta]) -> list[Left]:
    """Change locked pools in one statement."""
    if not deltas:
        return []
    ids, changes = list(deltas), list(deltas.values())
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_POOLS, [ids, [d.held for d in changes], [d.sold for d in changes]])
        moved = [Left(StockItemId(row[1]), row[2], pool_id=PoolId(row[0])) for row in cursor.fetchall()]
    assert len(moved) == len(ids), "every pool that was locked was changed"
    return moved


def count_caps(taken: Mapping[CapKey, int], caps: Mapping[CapKey, int]) -> None:
    """Count what capped buyers took; the constraint cap_per_buyer refuses what is over."""
    if not taken:
        return
    keys = list(taken)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE_CAPS,
            [[key[0] for key in keys], [key[1] for key in keys], list(taken.values()), [caps[key] for key in keys]],
        )


def give_caps_back(given: Mapping[CapKey, int]) -> None:
    """Let capped buyers take again what they did not keep."""
    if not given:
        return
    keys = list(given)
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_CAPS_BACK, [[key[0] for key in keys], [key[1] for key in keys], list(given.values())])
        assert cursor.rowcount == len(keys), "every buyer who gives back was counted"


def add_movements(
    kind: MovementKind,
    moved: Iterable[tuple[StockItemId, int, UUID]],
    *,
    now: datetime,
    reason: str = "",
    actor: UUID | None = None,
) -> None:
    """Write movements of one kind: (stock item, signed quantity, what caused it)."""
    rows = list(moved)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_MOVEMENTS,
            [kind.value, now, reason, actor, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]],
        )
