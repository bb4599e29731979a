"""Take sold units back into stock."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from millstream.shops.models import StockMovement
from millstream.shops.refusals import NotForSale, QuantityNotPositive, TooMuchReturned
from millstream.shops.stock import ending, rows
from millstream.shops.stock.rows import Delta
from millstream.shops.stock.telling import tell_left
from millstream.shops.types import HoldId, MovementKind, Outcome, ReturnAsk, StockItemId

_RETURN = """
UPDATE shops_hold SET returned = returned + %s
WHERE id = %s AND state = 'claimed' AND returned + %s <= quantity
"""
_SOLD = "SELECT quantity, returned FROM shops_hold WHERE id = %s AND state = 'claimed'"


@transaction.atomic
def return_stock(asks: Sequence[ReturnAsk], *, now: datetime) -> dict[UUID, Outcome]:
    """Put sold units back, all asks or none; a return done before is said to be so and done once.

    Refuses a hold that was never claimed, and more units than were sold.
    """
    for ask in asks:
        if ask.quantity <= 0:
            raise QuantityNotPositive(quantity=ask.quantity)
    found = ending.find_holds(ask.hold_id for ask in asks)
    items = rows.lock_items(hold.stock_item_id for hold in found.values())
    ids = [ask.return_id for ask in asks]
    done = set(
        StockMovement.objects.filter(kind=MovementKind.RETURNED, source_id__in=ids).values_list("source_id", flat=True)
    )
    deltas: defaultdict[StockItemId, Delta] = defaultdict(Delta)
    moved = []
    for ask in asks:
        if ask.return_id in done:
            continue
        _count_returned(ask)
        item = found[ask.hold_id].stock_item_id
        deltas[item] = deltas[item].plus(Delta(on_hand=ask.quantity))
        moved.append((item, ask.quantity, ask.return_id))
    lefts = rows.move_items(deltas)
    rows.add_movements(MovementKind.RETURNED, moved, now=now)
    tell_left(lefts, (), {item_id: item.variant_id for item_id, item in items.items()}, now)
    return {ask.return_id: Outcome.ALREADY if ask.return_id in done else Outcome.RETURNED for ask in asks}


def _count_returned(ask: ReturnAsk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RETURN, [ask.quantity, ask.hold_id, ask.quantity])
        if cursor.rowcount == 1:
            return
        cursor.execute(_SOLD, [ask.hold_id])
        row = cursor.fetchone()
    if row is None:
        raise NotForSale(hold_id=HoldId(ask.hold_id))
    raise TooMuchReturned(sold=row[0], returned=row[1], quantity=ask.quantity)
