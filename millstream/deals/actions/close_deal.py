"""Close a deal: in time, early, or because it may not go on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.deals.facts import DealClosed
from millstream.deals.models import GOING, Deal
from millstream.deals.types import DealEnd, DealId, DealState
from millstream.kernel.facts import record
from millstream.shops.api import close_pool
from millstream.shops.types import PoolId


@transaction.atomic
def close_deal(deal_id: DealId, *, now: datetime, why: DealEnd = DealEnd.HOST) -> bool:
    """End a deal; the rest of its allotment goes back to the stock, what is held of it stays held.

    One that was on is closed, one that never opened is cancelled. Returns whether it ended now: again changes nothing.
    """
    row = Deal.objects.filter(id=deal_id, state__in=GOING).first()
    if row is None:
        return False
    # The stock before the deal: one order of locks for everybody.
    back = close_pool(PoolId(row.pool_id), now=now) if row.pool_id else 0
    was_on = row.opens_at is not None and row.opens_at <= now
    ended_at = min(now, row.closes_at) if row.closes_at and was_on else now
    changed = Deal.objects.filter(id=deal_id, state__in=GOING).update(
        state=(DealState.CLOSED if was_on else DealState.CANCELLED).value,
        opened_at=row.opened_at or (row.opens_at if was_on else None),
        ended_at=ended_at,
        ended_why=why.value,
    )
    if not changed:
        return False
    record(DealClosed(deal=row.id, show=row.show_id, variant=row.variant_id, back=back, why=why.value), now=now)
    return True


def close_deals_of(show: UUID, *, now: datetime) -> int:
    """End every deal of a show that is over, planned ones too; returns how many."""
    going = Deal.objects.filter(show_id=show, state__in=GOING).order_by("id").values_list("id", flat=True)
    return sum(close_deal(DealId(deal), now=now, why=DealEnd.SHOW) for deal in list(going))
