"""Release holds: the buyer does not want it after all."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from millstream.shops.stock import ending, rows
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import HoldId, HoldState, Outcome


@transaction.atomic(savepoint=False)
def release_holds(hold_ids: Sequence[HoldId], *, reason: str, now: datetime) -> dict[HoldId, Outcome]:
    """Free what these holds hold: released now, released or expired already, or gone (claimed, unknown)."""
    found = ending.find_holds(hold_ids)
    items = rows.lock_items(hold.stock_item_id for hold in found.values())
    released = ending.mark_released(sorted(found), reason=reason, now=now)
    moved_items, moved_pools = ending.give_back(released)
    variants = {item_id: item.variant_id for item_id, item in items.items()}
    tell_left(moved_items, moved_pools, variants, now)
    done = {hold.hold_id for hold in released}
    others = [hold_id for hold_id in hold_ids if hold_id not in done]
    standing = ending.find_holds(others) if others else {}
    outcomes: dict[HoldId, Outcome] = dict.fromkeys(done, Outcome.RELEASED)
    for hold_id in others:
        hold = standing.get(hold_id)
        free = hold is not None and hold.state in (HoldState.RELEASED, HoldState.EXPIRED)
        outcomes[hold_id] = Outcome.ALREADY if free else Outcome.GONE
    return outcomes
