"""Correct stock to what was counted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.people.types import ActorId
from millstream.shops.models import StockItem, StockMovement
from millstream.shops.refusals import NotForSale, QuantityNotPositive, ReasonMissing
from millstream.shops.stock import rows
from millstream.shops.stock.moving import move_once
from millstream.shops.types import MovementKind, StockItemId


@transaction.atomic
def correct_stock(
    item_id: StockItemId, *, counted: int, reason: str, source_id: UUID, by: ActorId | None = None, now: datetime
) -> int:
    """Set what is on hand to what was counted, by a movement of the difference; returns the difference.

    Refuses a count below what is held for buyers, and a correction without a reason. The same `source_id` twice
    changes nothing.
    """
    if counted < 0:
        raise QuantityNotPositive(quantity=counted)
    if not reason.strip():
        raise ReasonMissing
    if item_id not in rows.lock_items([item_id]):
        raise NotForSale(stock_item_id=item_id)
    done = StockMovement.objects.filter(kind=MovementKind.CORRECTED, source_id=source_id).first()
    if done is not None:
        return done.quantity
    difference = counted - StockItem.objects.values_list("on_hand", flat=True).get(id=item_id)
    if difference:
        move_once(
            item_id,
            MovementKind.CORRECTED,
            difference,
            source_id=source_id,
            reason=reason.strip(),
            actor=by,
            now=now,
        )
    return difference
