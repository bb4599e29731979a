"""The till's statements on the tables of orders: sets in, sets out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
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
_ORDERS: Final = """
INSERT INTO orders_order (id, code, buyer_id, visitor, seller_id, shop_id, station_id, contact_id, address_id, currency,
    goods_minor, delivery_minor, total_minor, weight_grams, show_id, host_id, language, key, body,
    return_window_seconds, placed_at, expires_at)
SELECT id, code, buyer, visitor, seller, shop, station, contact, address, currency, goods, delivery, goods + delivery,
    weight, show, host, language, key, body, return_window, %s, expires_at
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[],
    %s::text[], %s::bigint[], %s::bigint[], %s::int[], %s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[],
    %s::int[], %s::timestamptz[])
    AS new(id, code, buyer, visitor, seller, shop, station, contact, address, currency, goods, delivery, weight, show,
    host, language, key, body, return_window, expires_at)
"""
_LINES: Final = """
INSERT INTO orders_line (id, order_id, variant_id, stock_item_id, pool_id, title, variant_title, image, quantity,
    price_minor, price_source, goods_minor, hold_id)
SELECT id, order_id, variant, stock_item, pool, title::jsonb, variant_title::jsonb, image, quantity, price, source,
    quantity * price, hold
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[],
    %s::bigint[], %s::text[], %s::uuid[])
    AS new(id, order_id, variant, stock_item, pool, title, variant_title, image, quantity, price, source, hold)
"""
_PAYMENTS: Final = """
INSERT INTO orders_payment (id, order_id, gateway, amount_minor, currency, opened_at, ask_at)
SELECT id, order_id, %s, amount, currency, %s, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[]) AS new(id, order_id, amount, currency)
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
    hold_id: UUID
    payment_id: PaymentId


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
    """Write orders, lines and first payments: three statements, however many."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [now, *_order_columns(rows)])
        cursor.execute(_LINES, _line_columns(rows))
        cursor.execute(
            _PAYMENTS,
            [
                SANDBOX,
                now,
                now + ASK_AFTER[0],
                [row.payment_id for row in rows],
                [row.id for row in rows],
                [row.goods_minor + row.delivery_minor for row in rows],
                [row.currency for row in rows],
            ],
        )


def insert_payment(payment_id: UUID, order_id: UUID, *, now: datetime) -> None:
    """Write one more attempt to pay an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_payment (id, order_id, gateway, amount_minor, currency, opened_at, ask_at)"
            " SELECT %s, id, %s, total_minor, currency, %s, %s FROM orders_order WHERE id = %s",
            [payment_id, SANDBOX, now, now + ASK_AFTER[0], order_id],
        )
        assert cursor.rowcount == 1


def _order_columns(rows: Sequence[NewOrder]) -> list[list[object]]:
    return [
        [row.id for row in rows],
        [row.code for row in rows],
        [row.buyer for row in rows],
        [row.visitor for row in rows],
        [row.seller for row in rows],
        [row.shop for row in rows],
        [row.station for row in rows],
        [row.contact for row in rows],
        [row.address for row in rows],
        [row.currency for row in rows],
        [row.goods_minor for row in rows],
        [row.delivery_minor for row in rows],
        [row.weight_grams for row in rows],
        [row.show_id for row in rows],
        [row.host for row in rows],
        [row.language for row in rows],
        [row.key for row in rows],
        [row.body for row in rows],
        [row.return_window_seconds for row in rows],
        [row.expires_at for row in rows],
    ]


def _line_columns(rows: Sequence[NewOrder]) -> list[list[object]]:
    titles: dict[int, str] = {}

    def dumped(text: Text) -> str:
        return titles.setdefault(id(text), json.dumps(dict(text), ensure_ascii=False))

    return [
        [row.line_id for row in rows],
        [row.id for row in rows],
        [row.variant_id for row in rows],
        [row.stock_item_id for row in rows],
        [row.pool_id for row in rows],
        [dumped(row.title) for row in rows],
        [dumped(row.variant_title) for row in rows],
        [row.image for row in rows],
        [row.quantity for row in rows],
        [row.price_minor for row in rows],
        [row.price_source for row in rows],
        [row.hold_id for row in rows],
    ]
