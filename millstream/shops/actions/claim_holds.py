"""Claim holds: what was held is sold."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from millstream.shops.stock import ending, rows
from millstream.shops.stock.rows import Delta, PoolDelta
from millstream.shops.types import HoldId, HoldState, MovementKind, Outcome, PoolId, StockItemId


@transaction.atomic(savepoint=False)
def claim_holds(hold_ids: Sequence[HoldId], *, now: datetime) -> dict[HoldId, Outcome]:
    """Sell what these holds hold: claimed now, claimed already, or gone (released, run out by `now`, unknown).

    A claimed unit leaves the stock with a movement of its own, once, however often it is claimed.
    """
    found = ending.find_holds(hold_ids)
    rows.lock_items(hold.stock_item_id for hold in found.values())
    claimed = ending.mark_claimed(sorted(found), now=now)
    pools: defaultdict[PoolId, PoolDelta] = defaultdict(PoolDelta)
    items: defaultdict[StockItemId, Delta] = defaultdict(Delta)
    for hold in claimed:
        change = Delta(on_hand=-hold.quantity, held=-hold.quantity)
        items[hold.stock_item_id] = items[hold.stock_item_id].plus(change)
        if hold.pool_id is not None:
            change_of_pool = PoolDelta(held=-hold.quantity, sold=hold.quantity)
            pools[hold.pool_id] = pools[hold.pool_id].plus(change_of_pool)
    rows.lock_pools(pools)
    rows.move_pools(pools)
    rows.move_items(items)
    rows.add_movements(
        MovementKind.SOLD, ((hold.stock_item_id, -hold.quantity, hold.hold_id) for hold in claimed), now=now
    )
    return _outcomes(hold_ids, {hold.hold_id for hold in claimed})


def _outcomes(hold_ids: Sequence[HoldId], claimed: set[HoldId]) -> dict[HoldId, Outcome]:
    """Say of each hold what became of it; read after the locks, so that a claim by somebody else is seen."""
    others = [hold_id for hold_id in hold_ids if hold_id not in claimed]
    standing = ending.find_holds(others) if others else {}
    outcomes: dict[HoldId, Outcome] = dict.fromkeys(claimed, Outcome.CLAIMED)
    for hold_id in others:
        hold = standing.get(hold_id)
        sold = hold is not None and hold.state is HoldState.CLAIMED
        outcomes[hold_id] = Outcome.ALREADY if sold else Outcome.GONE
    return outcomes
