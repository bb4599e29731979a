"""What a town has in its books: its orders by their rows, the gateway's money by its own journal."""

from __future__ import annotations

import json
from dataclasses import dataclass

import psycopg

from millstream.site.config import read_engines
from millstream_sim.gateway.records import Books, Session
from tests.browser.town import DemoTown

ORDERS = """
SELECT o.id::text, o.code, o.state, o.total_minor, p.id::text, p.state, coalesce(-sum(m.quantity), 0)
  FROM orders_order o
  JOIN orders_payment p ON p.order_id = o.id
  JOIN orders_line l ON l.order_id = o.id
  LEFT JOIN shops_stockmovement m ON m.source_id = l.hold_id AND m.kind = 'sold'
 WHERE o.id > %s
 GROUP BY o.id, p.id
"""
CAPTURED = """
SELECT coalesce(sum(posting.amount_minor), 0), count(*)
  FROM ledger_posting posting
  JOIN ledger_entry entry ON entry.id = posting.entry_id
  JOIN ledger_account account ON account.id = posting.account_id
 WHERE entry.kind = 'capture' AND account.purpose = 'gateway' AND entry.id > %s
"""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its payment, as they stand."""

    id: str
    code: str
    state: str
    total_minor: int
    payment: str
    payment_state: str
    sold: int


def orders_since(town: DemoTown, since: str) -> list[OrderRow]:
    """Every order placed after the one with this id (ids grow with time), each as often as it has payments."""
    with _rows(town) as connection:
        return [OrderRow(*row) for row in connection.execute(ORDERS, [since])]


def captured_since(town: DemoTown, since: str) -> tuple[int, int]:
    """The money that capture entries booked after an id, in minor units, and how many entries there are."""
    with _rows(town) as connection:
        row = connection.execute(CAPTURED, [since]).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def gateway_sessions(town: DemoTown) -> dict[str, Session]:
    """Every session of the gateway, folded from its journal."""
    lines = (town.var / "sim" / "gateway.jsonl").read_text().splitlines()
    return Books.rebuilt(json.loads(line) for line in lines).sessions


def _rows(town: DemoTown) -> psycopg.Connection:
    return psycopg.connect(read_engines(town.var)["database_url"])
