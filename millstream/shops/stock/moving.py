"""One movement of one stock item, with its count, its row and what it tells."""

from datetime import datetime
from uuid import UUID

from millstream.shops.models import StockMovement
from millstream.shops.refusals import BelowClaims, NotForSale
from millstream.shops.stock import rows
from millstream.shops.stock.rows import Delta
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import MovementKind, StockItemId


def move_once(
    item_id: StockItemId,
    kind: MovementKind,
    quantity: int,
    *,
    source_id: UUID,
    reason: str,
    actor: UUID | None,
    now: datetime,
) -> bool:
    """Move stock by a signed quantity, once per `source_id`; refuses to go below what is held and set aside.

    Returns whether it moved now. The caller is in a transaction.
    """
    items = rows.lock_items([item_id])
    if item_id not in items:
        raise NotForSale(stock_item_id=item_id)
    if StockMovement.objects.filter(kind=kind, source_id=source_id).exists():
        return False
    item = items[item_id]
    if item.free + quantity < 0:
        raise BelowClaims(claimed=item.claimed, free=item.free)
    lefts = rows.move_items({item_id: Delta(on_hand=quantity)})
    rows.add_movements(kind, [(item_id, quantity, source_id)], now=now, reason=reason, actor=actor)
    tell_left(lefts, (), {item_id: item.variant_id}, now)
    return True
