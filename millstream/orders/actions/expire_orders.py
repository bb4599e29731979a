"""Expire orders that nobody paid in time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record_many
from millstream.orders.facts import OrderExpired
from millstream.orders.models import Line, Order
from millstream.orders.types import OrderState
from millstream.shops.api import release_holds
from millstream.shops.types import HoldId

LARGEST_SWEEP: Final = 200


@transaction.atomic
def expire_orders(*, now: datetime, limit: int = LARGEST_SWEEP) -> list[UUID]:
    """End placed orders whose hold ran out by `now`, oldest first, and free what they held.

    Only tidies: a hold that ran out can no longer be claimed, swept or not. Their payments stay open, since the
    gateway may still say that it captured.
    """
    assert 0 < limit <= LARGEST_SWEEP
    unpaid = Order.objects.unscoped("the sweep ends everybody's").filter(state=OrderState.PLACED, expires_at__lte=now)
    found = dict(
        unpaid.order_by("expires_at")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .values_list("id", "seller_id")[:limit]
    )
    if not found:
        return []
    ended = Order.objects.unscoped("the sweep ends everybody's").filter(id__in=found, state=OrderState.PLACED)
    changed = ended.update(state=OrderState.EXPIRED, ended_at=now, ended_why="nobody paid in time")
    assert changed == len(found), "an order changed under its lock"
    holds = Line.objects.filter(order_id__in=found).values_list("hold_id", flat=True)
    release_holds([HoldId(hold) for hold in holds], reason="order expired", now=now)
    record_many([OrderExpired(order=order, seller=seller) for order, seller in found.items()], now=now)
    return list(found)
