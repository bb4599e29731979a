"""Call the goods of an order back: its parcel goes nowhere any more, and they are for sale again."""

from datetime import datetime

from millstream.logistics.api import cancel_parcel
from millstream.orders.models import Line, Order
from millstream.shops.api import return_stock
from millstream.shops.types import HoldId, ReturnAsk


def call_back_goods(order: Order, *, now: datetime) -> bool:
    """Call the parcel of a locked, paid order back and put its goods on the shelf; False when it is on its way.

    True too when the parcel is with its maker again already: then only the goods go back on the shelf, once, for a
    line is returned under its own id.
    """
    if not cancel_parcel(order.id, now=now):
        return False
    lines = Line.objects.filter(order_id=order.id).order_by("id")
    return_stock([ReturnAsk(line.id, HoldId(line.hold_id), line.quantity) for line in lines], now=now)
    return True
