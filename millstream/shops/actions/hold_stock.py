"""Hold stock for buyers, in batches: the hottest path."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from millstream.shops import rules
from millstream.shops.stock import ending, rows
from millstream.shops.stock.rows import Delta, Left, LockedItem, PoolDelta
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import HoldAnswer, HoldAsk, HoldTaken, PoolId, StockItemId

LARGEST_BATCH: Final = 1_000

_INSERT = """
INSERT INTO shops_hold (id, stock_item_id, pool_id, quantity, order_id, buyer_key, state, made_at, expires_at)
SELECT id, stock_item_id, pool_id, quantity, order_id, buyer_key, 'live', %s, expires_at
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::bytea[], %s::timestamptz[])
     AS asked(id, stock_item_id, pool_id, quantity, order_id, buyer_key, expires_at)
"""


@transaction.atomic(savepoint=False)
def hold_stock(asks: Sequence[HoldAsk], *, now: datetime) -> list[HoldAnswer]:
    """Hold what fits, in the order asked, and answer each ask in its place; an order is held whole or not at all.

    Stock rows stay locked, in key order, until the caller's transaction ends. Holds that have run out by `now`
    make room for an item that is short. One StockLeft is recorded per item whose free quantity changed.

    When nothing of what is asked can be held, nothing is locked: in a rush for the last units those who come too
    late do not stand in the way of those who pay.
    """
    assert len(asks) <= LARGEST_BATCH
    refused = _refused_at_sight(asks, now)
    if refused is not None:
        return refused
    items = rows.lock_items(ask.stock_item_id for ask in asks)
    answers = _decide(asks, items)
    short = rules.short_items(asks, answers)
    expired = ending.mark_expired_of(short, now=now) if short else []
    freed: tuple[list[Left], list[Left]] = ([], [])
    if expired:
        freed = ending.give_back(expired)
        items = rows.lock_items(items)
        answers = _decide(asks, items)
    taken = [ask for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, HoldTaken)]
    _insert(taken, now)
    held = _count(taken)
    tell_left(
        _last([*freed[0], *held[0]]),
        _last([*freed[1], *held[1]]),
        {item_id: item.variant_id for item_id, item in items.items()},
        now,
    )
    return answers


def _refused_at_sight(asks: Sequence[HoldAsk], now: datetime) -> list[HoldAnswer] | None:
    """The answers if every ask must be refused by what is free at this moment; None when it has to be counted."""
    if any(ask.pool_id is not None for ask in asks):
        return None
    items, could_make_room = rows.look_at_items((ask.stock_item_id for ask in asks), now=now)
    fits = (ask.quantity <= items[ask.stock_item_id].free for ask in asks if ask.stock_item_id in items)
    if could_make_room or any(fits):
        return None
    return _decide(asks, items)


def _decide(asks: Sequence[HoldAsk], items: Mapping[StockItemId, LockedItem]) -> list[HoldAnswer]:
    pools, are_open = rows.lock_pools(ask.pool_id for ask in asks if ask.pool_id is not None)
    keys = [key for ask in asks if (key := rules.cap_key(ask)) is not None]
    return rules.decide_holds(
        asks,
        {item_id: item.free for item_id, item in items.items()},
        {pool_id: room for pool_id, room in pools.items() if pool_id in are_open},
        rows.read_caps(keys),
    )


def _insert(taken: Sequence[HoldAsk], now: datetime) -> None:
    if not taken:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                now,
                [ask.hold_id for ask in taken],
                [ask.stock_item_id for ask in taken],
                [ask.pool_id for ask in taken],
                [ask.quantity for ask in taken],
                [ask.order_id for ask in taken],
                [ask.buyer_key if rules.cap_key(ask) else None for ask in taken],
                [ask.expires_at for ask in taken],
            ],
        )


def _count(taken: Sequence[HoldAsk]) -> tuple[list[Left], list[Left]]:
    """Move the counters of items, pools and caps; returns what is left of those whose free quantity changed."""
    items: defaultdict[StockItemId, Delta] = defaultdict(Delta)
    pools: defaultdict[PoolId, PoolDelta] = defaultdict(PoolDelta)
    counted: defaultdict[rules.CapKey, int] = defaultdict(int)
    caps: dict[rules.CapKey, int] = {}
    for ask in taken:
        from_pool = ask.pool_id is not None
        change = Delta(held=ask.quantity, carved=-ask.quantity if from_pool else 0)
        items[ask.stock_item_id] = items[ask.stock_item_id].plus(change)
        if ask.pool_id is not None:
            pools[ask.pool_id] = pools[ask.pool_id].plus(PoolDelta(held=ask.quantity))
        key = rules.cap_key(ask)
        if key is not None and ask.cap is not None:
            counted[key] += ask.quantity
            caps[key] = max(caps.get(key, 0), ask.cap)
    moved_pools = rows.move_pools(pools)
    rows.count_caps(counted, caps)
    freer = {item_id for item_id, change in items.items() if change.held + change.carved != 0}
    return [left for left in rows.move_items(items) if left.stock_item_id in freer], moved_pools


def _last(lefts: Sequence[Left]) -> list[Left]:
    """The latest figure of each item or pool."""
    return list({left.pool_id or left.stock_item_id: left for left in lefts}.values())
