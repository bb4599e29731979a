"""Counts what shows have sold, so that the studio sees orders come in; a batch costs four statements, however large."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.kernel.facts import Heard, hears_batch
from millstream.orders.facts import OrderPaid

_COUNT: Final = """
INSERT INTO live_tally (show_id, orders, units, total_minor, currency)
SELECT show.id, told.orders, told.units, told.total_minor, told.currency
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::bigint[], %s::text[])
    AS told(show, orders, units, total_minor, currency)
JOIN live_show AS show ON show.id = told.show
ORDER BY show.id
ON CONFLICT (show_id) DO UPDATE SET
    orders = live_tally.orders + excluded.orders,
    units = live_tally.units + excluded.units,
    total_minor = live_tally.total_minor + excluded.total_minor
"""
# Locked in the order of the rundown's own key, as everybody locks them.
_SOLD: Final = """
WITH told AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS told(show, variant, units)
), locked AS (
    SELECT item.id, told.units FROM live_rundownitem AS item
    JOIN told ON told.show = item.show_id AND told.variant = item.variant_id
    ORDER BY item.id FOR UPDATE OF item
)
UPDATE live_rundownitem AS item SET sold = item.sold + locked.units FROM locked WHERE item.id = locked.id
"""


@hears_batch(OrderPaid, name="live.tally")
def count_sales(batch: Sequence[Heard[OrderPaid]]) -> None:
    """Count paid orders for their shows and the products of their rundowns."""
    orders: defaultdict[UUID, list[OrderPaid]] = defaultdict(list)
    for heard in batch:
        if heard.fact.show is not None:
            orders[heard.fact.show].append(heard.fact)
    if not orders:
        return
    shows = sorted(orders)
    units: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
    for show in shows:
        for paid in orders[show]:
            for variant, quantity, _ in paid.lines:
                units[show, variant] += quantity
    sold = sorted(units)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            [
                shows,
                [len(orders[show]) for show in shows],
                [sum(count for (where, _), count in units.items() if where == show) for show in shows],
                [sum(paid.total_minor for paid in orders[show]) for show in shows],
                [orders[show][0].currency for show in shows],
            ],
        )
        cursor.execute(
            _SOLD, [[show for show, _ in sold], [variant for _, variant in sold], [units[key] for key in sold]]
        )
