"""What `reconcile` proves about orders, payments, holds and the ledger.

Each proof is one statement, so that it sees one moment, whoever buys meanwhile; that is why these statements, and only
these, read tables of the contexts below.
"""

from typing import Final

from django.db import connection

from millstream.orders.types import Difference

MOST_OF_A_KIND: Final = 100

# Each gives (row, expected, found) where these differ.
PROOFS: Final = {
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
        FROM orders_payment p
        LEFT JOIN orders_refund r ON r.payment_id = p.id AND r.state IN ('asked', 'done', 'failed', 'by_hand')
        GROUP BY p.id""",
    "a captured payment that pays no order is given back": """
        SELECT id, captured_minor, refunded_minor FROM orders_payment WHERE state = 'captured' AND NOT accepted""",
    "an order is refunded when all of its money goes back, and only then": """
        SELECT id, (paid_at IS NOT NULL AND refunded_minor = total_minor)::int, (state = 'refunded')::int
        FROM orders_order""",
    "a refused refund is an open case, and unallocated money of a session nobody opened is too": """
        SELECT r.id, 1, count(c.id)
        FROM orders_refund r LEFT JOIN orders_paymentcase c
            ON c.kind = 'refund_failed' AND c.key = r.id::text AND c.closed_at IS NULL
        WHERE r.state = 'failed' GROUP BY r.id
        UNION ALL
        SELECT posting.subject, 1, (
            SELECT count(*) FROM orders_paymentcase c
            WHERE c.kind = 'unknown_session' AND c.key = posting.subject::text AND c.closed_at IS NULL)
        FROM ledger_posting posting JOIN ledger_account account ON account.id = posting.account_id
        WHERE account.purpose = 'unallocated'
            AND NOT EXISTS (SELECT FROM orders_payment p WHERE p.id = posting.subject)
        GROUP BY posting.subject HAVING sum(posting.amount_minor) <> 0""",
    "unallocated is what came for nothing and is not given back, and what the gateway refused to give back": """
        SELECT p.id,
            CASE WHEN p.accepted THEN 0 ELSE p.captured_minor - p.refunded_minor END
                + (SELECT coalesce(sum(r.amount_minor), 0) FROM orders_refund r
                   WHERE r.payment_id = p.id AND r.state = 'failed'),
            coalesce(-sum(posting.amount_minor) FILTER (WHERE account.purpose = 'unallocated'), 0)
        FROM orders_payment p LEFT JOIN ledger_posting posting ON posting.subject = p.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY p.id""",
    "what the gateway settled as given back was not refused": """
        SELECT r.id, 0, 1
        FROM orders_refund r JOIN ledger_entry entry ON entry.key = 'settlement:refund:' || r.id
        WHERE r.state NOT IN ('asked', 'done')""",
    "the lines of an order are its goods": """
        SELECT o.id, o.goods_minor, coalesce(sum(l.goods_minor), 0)
        FROM orders_order o LEFT JOIN orders_line l ON l.order_id = o.id GROUP BY o.id""",
    "the split lines of an order are its total": """
        SELECT o.id, o.total_minor, coalesce(sum(share.amount_minor), 0)
        FROM orders_order o JOIN orders_line l ON l.order_id = o.id
        LEFT JOIN pacts_splitline share ON share.sheet_id = l.id GROUP BY o.id""",
    "the split of a line is between those of its order": """
        SELECT l.id, 1,
            count(*) FILTER (WHERE sheet.seller_id = o.seller_id AND sheet.host_id IS NOT DISTINCT FROM o.host_id)
        FROM orders_line l JOIN orders_order o ON o.id = l.order_id
        LEFT JOIN pacts_splitsheet sheet ON sheet.line_id = l.id GROUP BY l.id""",
    "shares of a refund are the refund": """
        SELECT r.id, r.amount_minor, coalesce(sum(s.amount_minor), 0)
        FROM orders_refund r JOIN orders_payment p ON p.id = r.payment_id AND p.accepted
        LEFT JOIN orders_refundshare s ON s.refund_id = r.id GROUP BY r.id""",
    "the gateway owes of an order what was captured and not sent back": """
        SELECT o.id,
            CASE WHEN o.paid_at IS NULL THEN 0 ELSE o.total_minor END
                - (SELECT coalesce(sum(r.amount_minor), 0) FROM orders_refund r
                   JOIN orders_payment p ON p.id = r.payment_id AND p.accepted
                   WHERE p.order_id = o.id AND r.state IN ('asked', 'done')),
            coalesce(sum(posting.amount_minor) FILTER (WHERE account.purpose = 'gateway'), 0)
        FROM orders_order o LEFT JOIN ledger_posting posting ON posting.subject = o.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY o.id""",
    "escrow holds the money of paid orders until release": """
        SELECT o.id,
            CASE WHEN o.paid_at IS NOT NULL AND o.released_at IS NULL THEN o.total_minor - o.refunded_minor ELSE 0 END,
            coalesce(-sum(posting.amount_minor) FILTER (WHERE account.purpose = 'escrow'), 0)
        FROM orders_order o LEFT JOIN ledger_posting posting ON posting.subject = o.id
        LEFT JOIN ledger_account account ON account.id = posting.account_id GROUP BY o.id""",
    "released money went to those who had a part, each their own": """
        SELECT part.order_id || ' for ' || part.actor_id, sum(part.due), sum(part.got)
        FROM (
            SELECT o.id AS order_id, share.actor_id, share.amount_minor AS due, 0 AS got
            FROM orders_order o JOIN orders_line l ON l.order_id = o.id
            JOIN pacts_splitline share ON share.sheet_id = l.id WHERE o.released_at IS NOT NULL
            UNION ALL
            SELECT o.id, share.actor_id, -share.amount_minor, 0
            FROM orders_order o JOIN orders_line l ON l.order_id = o.id
            JOIN orders_refundshare share ON share.line_id = l.id
            JOIN orders_refund r ON r.id = share.refund_id AND r.state IN ('asked', 'done', 'failed', 'by_hand')
            WHERE o.released_at IS NOT NULL
            UNION ALL
            SELECT o.id, account.owner_id, 0, -posting.amount_minor
            FROM orders_order o JOIN ledger_posting posting ON posting.subject = o.id
            JOIN ledger_account account ON account.id = posting.account_id
            WHERE account.purpose IN ('payable', 'carriage', 'debt')
        ) AS part GROUP BY part.order_id, part.actor_id""",
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
    "an order that was delivered has its parcel delivered, unless a demo pressed it": """
        SELECT o.id, 1, (bool_or(parcel.state = 'delivered') IS TRUE)::int
        FROM orders_order o LEFT JOIN logistics_parcel parcel ON parcel.order_id = o.id
        WHERE o.delivered_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM fact WHERE kind = 'orders.order_delivered' AND subject = o.id
            AND body ->> 'pressed_by' IS NOT NULL)
        GROUP BY o.id""",
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
        for promise, statement in PROOFS.items():
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
