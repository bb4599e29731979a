"""Write off damaged or lost goods."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.people.types import ActorId
from millstream.shops.refusals import QuantityNotPositive, ReasonMissing
from millstream.shops.stock.moving import move_once
from millstream.shops.types import MovementKind, StockItemId


@transaction.atomic
def damage_stock(
    item_id: StockItemId, *, quantity: int, reason: str, source_id: UUID, by: ActorId | None = None, now: datetime
) -> bool:
    """Take damaged units out of stock, with the reason; refuses to take what is held for buyers."""
    if quantity <= 0:
        raise QuantityNotPositive(quantity=quantity)
    if not reason.strip():
        raise ReasonMissing
    return move_once(
        item_id, MovementKind.DAMAGED, -quantity, source_id=source_id, reason=reason.strip(), actor=by, now=now
    )
