"""The till's statements for captures: orders and payments locked in key order, changed by guarded sets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from millstream.kernel.texts import Text
from millstream.orders.rules import Standing
from millstream.orders.types import Notice, OrderState, PaymentState, Verdict

_LOCK: Final = """
SELECT p.id, p.state, p.amount_minor, p.currency, o.id, o.code, o.state, o.buyer_id, o.seller_id, o.station_id,
       o.address_id, o.show_id, o.host_id, o.currency, o.total_minor, o.goods_minor, o.weight_grams,
       EXISTS (SELECT 1 FROM orders_payment other WHERE other.order_id = o.id AND other.accepted)
FROM orders_payment p JOIN orders_order o ON o.id = p.order_id
WHERE p.id = ANY(%s::uuid[])
ORDER BY o.id, p.id FOR UPDATE OF o, p
"""
_LINES: Final = """
SELECT order_id, id, variant_id, stock_item_id, pool_id, title, quantity, goods_minor, hold_id
FROM orders_line WHERE order_id = ANY(%s::uuid[]) ORDER BY order_id, id
"""
_CAPTURED: Final = """
UPDATE orders_payment p SET state = 'captured', captured_minor = got.amount, captured_currency = got.currency,
    captured_at = %s, capture = got.capture, fee_minor = got.fee, accepted = got.accepted
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::boolean[])
     AS got(id, amount, currency, capture, fee, accepted)
WHERE p.id = got.id AND p.state <> 'captured'
"""
_PAID: Final = """
UPDATE orders_order SET state = 'paid', paid_at = %s, ended_at = NULL, ended_why = ''
WHERE id = ANY(%s::uuid[]) AND state IN ('placed', 'expired')
"""
_EVENTS: Final = """
INSERT INTO orders_gatewayevent (gateway, event_id, kind, session, raw, verdict, at)
SELECT %s, event_id, kind, session, raw, verdict, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS told(event_id, kind, session, raw, verdict)
ON CONFLICT (gateway, event_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of an order that is being paid."""

    order_id: UUID
    id: UUID
    variant_id: UUID
    stock_item_id: UUID
    pool_id: UUID | None
    title: Text
    quantity: int
    goods_minor: int
    hold_id: UUID


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """A payment and its order, locked until the transaction ends."""

    payment_id: UUID
    order_id: UUID
    code: str
    buyer: UUID
    seller: UUID
    station: UUID
    address: UUID
    show_id: UUID | None
    host: UUID | None
    currency: str
    total_minor: int
    goods_minor: int
    weight_grams: int
    standing: Standing


def lock_payments(payment_ids: Sequence[UUID]) -> dict[UUID, LockedPayment]:
    """Lock these payments and their orders, by order and payment id; unknown ids are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(payment_ids)])
        rows = cursor.fetchall()
    return {row[0]: _locked(row) for row in rows}


def _locked(row: tuple[Any, ...]) -> LockedPayment:
    (payment_id, state, amount, currency, order_id, code, order_state, buyer, seller, station, address, show, host) = (
        row[:13]
    )
    order_currency, total, goods, weight, has_accepted = row[13:]
    return LockedPayment(
        payment_id=payment_id,
        order_id=order_id,
        code=code,
        buyer=buyer,
        seller=seller,
        station=station,
        address=address,
        show_id=show,
        host=host,
        currency=order_currency,
        total_minor=total,
        goods_minor=goods,
        weight_grams=weight,
        standing=Standing(
            payment_state=PaymentState(state),
            amount_minor=amount,
            currency=currency,
            order_state=OrderState(order_state),
            has_accepted=has_accepted,
        ),
    )


def read_lines(order_ids: Sequence[UUID]) -> dict[UUID, list[SoldLine]]:
    """The lines of these orders."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [list(order_ids)])
        rows = cursor.fetchall()
    lines: dict[UUID, list[SoldLine]] = {}
    for order_id, line_id, variant, stock_item, pool, title, quantity, goods, hold in rows:
        read = json.loads(title) if isinstance(title, str) else title
        line = SoldLine(order_id, line_id, variant, stock_item, pool, read, quantity, goods, hold)
        lines.setdefault(order_id, []).append(line)
    return lines


def move_hold(line_id: UUID, hold_id: UUID) -> None:
    """Let a line stand on another hold: its first one had run out."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_line SET hold_id = %s WHERE id = %s", [hold_id, line_id])
        assert cursor.rowcount == 1


def mark_captured(captures: Sequence[tuple[UUID, Notice, bool]], *, now: datetime) -> None:
    """Write what was captured: (payment, what the gateway told, whether it pays the order)."""
    if not captures:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _CAPTURED,
            [
                now,
                [payment_id for payment_id, _, _ in captures],
                [notice.amount_minor for _, notice, _ in captures],
                [notice.currency for _, notice, _ in captures],
                [notice.capture for _, notice, _ in captures],
                [notice.fee_minor for _, notice, _ in captures],
                [accepted for _, _, accepted in captures],
            ],
        )
        assert cursor.rowcount == len(captures), "a payment was captured twice under its lock"


def mark_paid(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Write that these orders are paid."""
    if not order_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [now, list(order_ids)])
        assert cursor.rowcount == len(order_ids), "an order changed under its lock"


def mark_declined(payment_ids: Sequence[UUID]) -> None:
    """Write that the gateway declined; a captured payment stays captured."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_payment SET state = 'declined' WHERE id = ANY(%s::uuid[]) AND state = 'open'",
            [list(payment_ids)],
        )


def add_events(gateway: str, told: Sequence[tuple[Notice, Verdict]], *, now: datetime) -> None:
    """Keep the messages and what they came to; one that was there before stays as it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            [
                gateway,
                now,
                [notice.event_id for notice, _ in told],
                [notice.kind for notice, _ in told],
                [notice.session for notice, _ in told],
                [notice.raw for notice, _ in told],
                [verdict.value for _, verdict in told],
            ],
        )
