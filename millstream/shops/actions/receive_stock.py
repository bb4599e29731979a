"""Receive goods into stock."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.people.types import ActorId
from millstream.shops.facts import StockReceived
from millstream.shops.models import StockItem
from millstream.shops.refusals import QuantityNotPositive
from millstream.shops.stock.moving import move_once
from millstream.shops.types import MovementKind, StockItemId, VariantId

MOST_AT_ONCE: Final = 1_000_000


@transaction.atomic
def receive_stock(
    variant_id: VariantId,
    *,
    location: ActorId,
    quantity: int,
    source_id: UUID,
    by: ActorId | None = None,
    reason: str = "",
    now: datetime,
) -> StockItemId:
    """Add goods at a location, opening the stock item there if need be; the same `source_id` is received once."""
    if not 0 < quantity <= MOST_AT_ONCE:
        raise QuantityNotPositive(quantity=quantity)
    item, _ = StockItem.objects.get_or_create(variant_id=variant_id, location_id=location)
    item_id = StockItemId(item.id)
    moved = move_once(item_id, MovementKind.RECEIVED, quantity, source_id=source_id, reason=reason, actor=by, now=now)
    if moved:
        record(StockReceived(stock_item=item_id, variant=variant_id, quantity=quantity), now=now)
    return item_id
