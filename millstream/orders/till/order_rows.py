"""The till's statements on the tables of orders: sets in, sets out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from millstream.kernel.texts import Text
from millstream.orders.rules import ASK_AFTER
from millstream.orders.types import SANDBOX, LineId, OrderId, OrderPlaced, OrderState, PaymentId

_BY_KEY: Final = """
SELECT o.visitor, o.key, o.body, o.id, p.id, o.code, o.state, l.title, l.quantity, o.goods_minor, o.delivery_minor,
       o.total_minor, o.currency, o.language, o.expires_at
FROM orders_order o
JOIN unnest(%s::uuid[], %s::bytea[]) AS asked(visitor, key) ON o.visitor = asked.visitor AND o.key = asked.key
JOIN LATERAL (SELECT id FROM orders_payment WHERE order_id = o.id ORDER BY id DESC LIMIT 1) p ON true
JOIN LATERAL (SELECT title, quantity FROM orders_line WHERE order_id = o.id ORDER BY id LIMIT 1) l ON true
"""
# One document in, three tables out: arrays of 32 columns cost the till more than the rows cost the database.
_PLACE: Final = """
WITH new AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS new(id uuid, code text, buyer uuid, visitor uuid, seller uuid,
        shop uuid, station uuid, contact uuid, address uuid, currency text, goods_minor bigint, delivery_minor bigint,
        weight_grams int, show_id uuid, host uuid, language text, key bytea, body bytea, return_window_seconds int,
        expires_at timestamptz, line_id uuid, variant_id uuid, stock_item_id uuid, pool_id uuid, title jsonb,
        variant_title jsonb, image text, quantity int, price_minor bigint, price_source text, discount_minor bigint,
        hold_id uuid, payment_id uuid)
), lines AS (
    INSERT INTO orders_line (id, order_id, variant_id, stock_item_id, pool_id, title, variant_title, image, quantity,
        price_minor, price_source, discount_minor, goods_minor, hold_id)
    SELECT line_id, id, variant_id, stock_item_id, pool_id, title, variant_title, image, quantity, price_minor,
        price_source, discount_minor, quantity * price_minor - discount_minor, hold_id FROM new
), payments AS (
    INSERT INTO orders_payment (id, order_id, gateway, amount_minor, currency, opened_at, ask_at)
    SELECT payment_id, id, %s::text, goods_minor + delivery_minor, currency, %s::timestamptz, %s::timestamptz FROM new
)
INSERT INTO orders_order (id, code, buyer_id, visitor, seller_id, shop_id, station_id, contact_id, address_id, currency,
    goods_minor, delivery_minor, total_minor, weight_grams, show_id, host_id, language, key, body,
    return_window_seconds, placed_at, expires_at)
SELECT id, code, buyer, visitor, seller, shop, station, contact, address, currency, goods_minor, delivery_minor,
    goods_minor + delivery_minor, weight_grams, show_id, host, language, key, body, return_window_seconds,
    %s::timestamptz, expires_at
FROM new
"""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A new order with its one line and its first attempt to pay."""

    id: OrderId
    code: str
    buyer: UUID
    visitor: UUID
    seller: UUID
    shop: UUID
    station: UUID
    contact: UUID
    address: UUID
    currency: str
    goods_minor: int
    delivery_minor: int
    weight_grams: int
    show_id: UUID | None
    host: UUID | None
    language: str
    key: bytes
    body: bytes
    return_window_seconds: int
    expires_at: datetime
    line_id: LineId
    variant_id: UUID
    stock_item_id: UUID
    pool_id: UUID | None
    title: Text
    variant_title: Text
    image: str
    quantity: int
    price_minor: int
    price_source: str
    discount_minor: int
    hold_id: UUID
    payment_id: PaymentId


_FIELDS: Final = tuple(field.name for field in fields(NewOrder))


def read_by_key(keys: Sequence[tuple[UUID, bytes]]) -> dict[tuple[UUID, bytes], tuple[OrderPlaced, bytes]]:
    """The orders that stand under these keys of these visitors, with the body that placed them."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [[visitor for visitor, _ in keys], [key for _, key in keys]])
        found = cursor.fetchall()
    known: dict[tuple[UUID, bytes], tuple[OrderPlaced, bytes]] = {}
    for visitor, key, body, *rest in found:
        order_id, payment_id, code, state, title, quantity, goods, delivery, total, currency, language, expires = rest
        placed = OrderPlaced(
            order_id=order_id,
            payment_id=payment_id,
            code=code,
            state=OrderState(state),
            title=json.loads(title) if isinstance(title, str) else title,
            quantity=quantity,
            goods_minor=goods,
            delivery_minor=delivery,
            total_minor=total,
            currency=currency,
            language=language,
            expires_at=expires,
            existed=True,
        )
        known[visitor, bytes(key)] = (placed, bytes(body))
    return known


def insert_orders(rows: Sequence[NewOrder], *, now: datetime) -> None:
    """Write orders, lines and first payments: one statement, however many."""
    told = json.dumps([_plain(row) for row in rows], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [told, SANDBOX, now, now + ASK_AFTER[0], now])


def insert_payment(payment_id: UUID, order_id: UUID, *, now: datetime) -> None:
    """Write one more attempt to pay an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_payment (id, order_id, gateway, amount_minor, currency, opened_at, ask_at)"
            " SELECT %s, id, %s, total_minor, currency, %s, %s FROM orders_order WHERE id = %s",
            [payment_id, SANDBOX, now, now + ASK_AFTER[0], order_id],
        )
        assert cursor.rowcount == 1


def _plain(row: NewOrder) -> dict[str, object]:
    return {name: _json_value(getattr(row, name)) for name in _FIELDS}


def _json_value(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
