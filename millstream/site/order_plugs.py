"""What other contexts put beside an order: what the host promised when it was bought."""

from collections.abc import Sequence

from millstream.live import api as live
from millstream.orders.ports import OrderExtra
from millstream.orders.types import OrderRecord


def order_extras(record: OrderRecord) -> Sequence[OrderExtra]:
    """The promise clips of the order's lines; nothing for orders from outside a room."""
    if record.show_id is None or record.paid_at is None:
        return ()
    promises = live.promises_of_order(record.id)
    titles = {line.id: line.title for line in record.lines}
    rows = [{"promise": promise, "title": titles.get(promise.line, "")} for promise in promises]  # type: ignore[call-overload] # a line's id is a UUID
    return (OrderExtra("live/after/_promises.html", {"rows": rows}),) if rows else ()
