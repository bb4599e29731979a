"""What `reconcile` proves about orders, payments, holds and the ledger.

Each proof is one statement, so that it sees one moment, whoever buys meanwhile; that is why these statements, and only
these, read tables of the contexts below.
"""

from typing import Final

from django.db import connection

from millstream.orders.types import Difference

MOST_OF_A_KIND: Final = 100

# Each gives (row, expected, found) where these differ.
_PROOFS: Final = {
    "an order is paid by exactly one accepted payment of its total": """
        SELECT o.id, CASE WHEN o.paid_at IS NULL THEN 0 ELSE o.total_minor END, coalesce(sum(p.captured_minor), 0)
        FROM orders_order o LEFT JOIN orders_payment p ON p.order_id = o.id AND p.accepted
        GROUP BY o.id""",
    "what an order gave back is what its accepted payment gave back": """
        SELECT o.id, o.refunded_minor, coalesce(sum(p.refunded_minor), 0)
        FROM orders_order o LEFT JOIN orders_payment p ON p.order_id = o.id AND p.accepted
        GROUP BY o.id""",
    "what a payment gave back is the sum of its refunds": """
        SELECT p.id, p.refunded_minor, coalesce(sum(r.amount_minor), 0)
        FROM orders_payment p LEFT JOIN orders_refund r ON r.payment_id = p.id AND r.state <> 'failed'
        GROUP BY p.id""",
    "a captured payment that pays no order is given back or is a case": """
        SELECT p.id, p.captured_minor, CASE WHEN count(c.id) > 0 THEN p.captured_minor ELSE p.refunded_minor END
        FROM orders_payment p LEFT JOIN orders_paymentcase c ON c.payment_id = p.id
        WHERE p.state = 'captured' AND NOT p.accepted GROUP BY p.id""",
    "the lines of an order are its goods": """
        SELECT o.id, o.goods_minor, coalesce(sum(l.goods_minor), 0)
        FROM orders_order o LEFT JOIN orders_line l ON l.order_id = o.id GROUP BY o.id""",
    "the split lines of an order are its total": """
        SELECT o.id, o.total_minor, coalesce(sum(share.amount_minor), 0)
        FROM orders_order o JOIN orders_line l ON l.order_id = o.id
        LEFT JOIN pacts_splitline share ON share.sheet_id = l.id GROUP BY o.id""",
    "shares of a refund are the refund": """
        SELECT r.id, r.amount_minor, coalesce(sum(s.amount_minor), 0)
        FROM orders_refund r JOIN orders_payment p ON p.id = r.payment_id AND p.accepted
        LEFT JOIN orders_refundshare s ON s.refund_id = r.id GROUP BY r.id""",
    "the ledger holds of an order what was captured and not given back": """
        SELECT o.id, CASE WHEN o.paid_at IS NULL THEN 0 ELSE o.total_minor - o.refunded_minor END,
            coalesce(sum(posting.amount_minor) FILTER (WHERE account.purpose = 'gateway'), 0)
        FROM orders_order o LEFT JOIN ledger_posting posting ON posting.subject = o.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY o.id""",
    "escrow holds the money of paid orders until release": """
        SELECT o.id,
            CASE WHEN o.paid_at IS NOT NULL AND o.released_at IS NULL THEN o.total_minor - o.refunded_minor ELSE 0 END,
            coalesce(-sum(posting.amount_minor) FILTER (WHERE account.purpose = 'escrow'), 0)
        FROM orders_order o LEFT JOIN ledger_posting posting ON posting.subject = o.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY o.id""",
    "released money went to those who had a part": """
        SELECT o.id, CASE WHEN o.released_at IS NOT NULL THEN o.total_minor - o.refunded_minor ELSE 0 END,
            coalesce(-sum(posting.amount_minor) FILTER (WHERE account.purpose IN ('payable', 'carriage', 'debt')), 0)
        FROM orders_order o LEFT JOIN ledger_posting posting ON posting.subject = o.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY o.id""",
    "a line has its hold, of its quantity": """
        SELECT l.id, l.quantity, coalesce(hold.quantity, 0)
        FROM orders_line l LEFT JOIN shops_hold hold ON hold.id = l.hold_id AND hold.order_id = l.order_id""",
    "a live hold belongs to an order that waits for its money": """
        SELECT hold.id, 1, count(o.id)
        FROM shops_hold hold LEFT JOIN orders_line l ON l.hold_id = hold.id
        LEFT JOIN orders_order o ON o.id = l.order_id AND o.state = 'placed'
        WHERE hold.state = 'live' GROUP BY hold.id""",
    "the hold of a paid order is claimed, and only that one": """
        SELECT l.id, (o.paid_at IS NOT NULL)::int, coalesce((hold.state = 'claimed')::int, 0)
        FROM orders_line l JOIN orders_order o ON o.id = l.order_id LEFT JOIN shops_hold hold ON hold.id = l.hold_id""",
    "a paid order has its parcel": """
        SELECT o.id, (o.paid_at IS NOT NULL)::int, count(parcel.id)
        FROM orders_order o LEFT JOIN logistics_parcel parcel ON parcel.order_id = o.id GROUP BY o.id""",
}


def check_orders() -> list[Difference]:
    """Everything about orders that is not as promised; empty when all is well. At most 100 of each kind.

    Reads every order: for `reconcile` and drills, not for pages.
    """
    differences: list[Difference] = []
    with connection.cursor() as cursor:
        for promise, statement in _PROOFS.items():
            cursor.execute(
                f"SELECT id, expected, found FROM ({statement}) AS proof(id, expected, found)"  # noqa: S608 - constants
                " WHERE expected <> found ORDER BY id LIMIT %s",
                [MOST_OF_A_KIND],
            )
            differences += [
                Difference(promise, str(row_id), str(expected), str(found))
                for row_id, expected, found in cursor.fetchall()
            ]
    return differences
