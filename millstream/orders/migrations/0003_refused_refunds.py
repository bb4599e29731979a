"""A refused refund keeps its money apart, and has an end; a lost parcel is a case of its own."""

import django.db.models.deletion
from django.db import migrations, models

# Before, a refusal took the whole booking back at once. For an order that is what `kept` means now; for money that
# pays no order it lies apart as it does now, but the payment said that nothing was given back and the case may be
# closed.
AS_BEFORE = """
UPDATE orders_payment AS payment SET refunded_minor = payment.refunded_minor + refused.minor
FROM (SELECT payment_id, max(amount_minor) AS minor FROM orders_refund WHERE state = 'failed' GROUP BY 1) AS refused
WHERE refused.payment_id = payment.id AND NOT payment.accepted AND payment.refunded_minor = 0;

UPDATE orders_paymentcase AS closed SET closed_at = NULL
FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id AND NOT payment.accepted
WHERE closed.kind = 'refund_failed' AND closed.key = refund.id::text AND refund.state = 'failed';

UPDATE orders_refund AS refund SET state = 'kept'
FROM orders_payment AS payment
WHERE payment.id = refund.payment_id AND payment.accepted AND refund.state = 'failed';

UPDATE orders_order SET ended_at = NULL, state = CASE
    WHEN released_at IS NOT NULL THEN 'released' WHEN delivered_at IS NOT NULL THEN 'delivered' ELSE 'paid' END
WHERE state = 'refunded' AND refunded_minor < total_minor;
"""
REFUND_STATES = ["asked", "done", "failed", "again", "by_hand", "kept"]
CASE_KINDS = [
    "unknown_session",
    "wrong_amount",
    "second_payment",
    "late_payment",
    "refund_failed",
    "statement_break",
    "parcel_lost",
]


class Migration(migrations.Migration):
    """What becomes of a refused refund, and the refund that takes its place."""

    dependencies = [("orders", "0002_coupons")]
    operations = [
        migrations.AddField(
            "refund",
            "replaces",
            models.OneToOneField("orders.refund", django.db.models.deletion.PROTECT, null=True, related_name="+"),
        ),
        migrations.RemoveConstraint("refund", "refund_state_known"),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(condition=models.Q(state__in=REFUND_STATES), name="refund_state_known"),
        ),
        migrations.RemoveConstraint("paymentcase", "case_kind_known"),
        migrations.AddConstraint(
            "paymentcase",
            models.CheckConstraint(condition=models.Q(kind__in=CASE_KINDS), name="case_kind_known"),
        ),
        migrations.RunSQL([AS_BEFORE], migrations.RunSQL.noop),
    ]
