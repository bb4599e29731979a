"""Orders, lines, payments, what the gateway told, refunds and their shares, payment cases."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import millstream.kernel.ids
import millstream.orders.types


class Migration(migrations.Migration):
    """Orders and everything about their money."""

    initial = True

    dependencies = [
        ("people", "0001_people"),
        ("shops", "0001_shops"),
    ]

    operations = [
        migrations.CreateModel(
            name="GatewayEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("gateway", models.TextField()),
                ("event_id", models.TextField()),
                ("kind", models.TextField()),
                ("session", models.TextField()),
                ("raw", models.TextField()),
                ("verdict", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["session"], name="gateway_event_of_session")],
                "constraints": [models.UniqueConstraint(fields=("gateway", "event_id"), name="gateway_event_once")],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.TextField()),
                ("visitor", models.UUIDField()),
                ("contact_id", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("goods_minor", models.BigIntegerField()),
                ("delivery_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(db_default=0)),
                ("weight_grams", models.IntegerField()),
                ("state", models.TextField(db_default="placed")),
                ("show_id", models.UUIDField(null=True)),
                ("language", models.TextField()),
                ("key", models.BinaryField()),
                ("body", models.BinaryField()),
                ("return_window_seconds", models.IntegerField()),
                ("placed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("releasable_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.TextField(db_default="")),
                (
                    "address",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.address",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.shop"
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stock_item_id", models.UUIDField()),
                ("pool_id", models.UUIDField(null=True)),
                ("title", models.JSONField()),
                ("variant_title", models.JSONField()),
                ("image", models.TextField(db_default="")),
                ("quantity", models.IntegerField()),
                ("price_minor", models.BigIntegerField()),
                ("price_source", models.TextField()),
                ("goods_minor", models.BigIntegerField()),
                ("hold_id", models.UUIDField()),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.variant",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("gateway", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("state", models.TextField(db_default="open")),
                ("opened_at", models.DateTimeField()),
                ("captured_minor", models.BigIntegerField(db_default=0)),
                ("captured_currency", models.TextField(db_default="")),
                ("captured_at", models.DateTimeField(null=True)),
                ("capture", models.TextField(db_default="")),
                ("fee_minor", models.BigIntegerField(db_default=0)),
                ("accepted", models.BooleanField(db_default=False)),
                ("refunded_minor", models.BigIntegerField(db_default=0)),
                ("ask_at", models.DateTimeField()),
                ("asked_times", models.IntegerField(db_default=0)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("detail", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("resolution", models.TextField(db_default="")),
                (
                    "closed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.order"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("reason", models.TextField()),
                ("state", models.TextField(db_default="asked")),
                ("entry_id", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("tries", models.IntegerField(db_default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="orders.payment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefundShare",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("part", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.line"),
                ),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="orders.refund"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.F("buyer"), models.OrderBy(models.F("id"), descending=True), name="order_of_buyer"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.F("seller"), models.OrderBy(models.F("id"), descending=True), name="order_of_seller"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "placed")), fields=["expires_at"], name="order_running_out"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state", "delivered")), fields=["releasable_at"], name="order_to_release"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("code",), name="order_code_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("visitor", "key"), name="one_order_per_key"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivery_minor__gte", 0),
                    ("goods_minor__gt", 0),
                    (
                        "total_minor",
                        django.db.models.expressions.CombinedExpression(
                            models.F("goods_minor"), "+", models.F("delivery_minor")
                        ),
                    ),
                ),
                name="order_total_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("total_minor"))),
                name="refunded_not_more_than_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            millstream.orders.types.OrderState["PLACED"],
                            millstream.orders.types.OrderState["PAID"],
                            millstream.orders.types.OrderState["DELIVERED"],
                            millstream.orders.types.OrderState["RELEASED"],
                            millstream.orders.types.OrderState["EXPIRED"],
                            millstream.orders.types.OrderState["CANCELLED"],
                            millstream.orders.types.OrderState["REFUNDED"],
                        ],
                    )
                ),
                name="order_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("paid_at__isnull", True),
                        (
                            "state__in",
                            (
                                millstream.orders.types.OrderState["PLACED"],
                                millstream.orders.types.OrderState["EXPIRED"],
                            ),
                        ),
                    ),
                    ("state", millstream.orders.types.OrderState["CANCELLED"]),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    millstream.orders.types.OrderState["PLACED"],
                                    millstream.orders.types.OrderState["EXPIRED"],
                                    millstream.orders.types.OrderState["CANCELLED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("paid_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="order_paid_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            (
                                millstream.orders.types.OrderState["DELIVERED"],
                                millstream.orders.types.OrderState["RELEASED"],
                            ),
                        ),
                        _negated=True,
                    ),
                    models.Q(("delivered_at__isnull", False), ("releasable_at__isnull", False)),
                    _connector="OR",
                ),
                name="order_delivered_has_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", millstream.orders.types.OrderState["RELEASED"]), _negated=True),
                    ("released_at__isnull", False),
                    _connector="OR",
                ),
                name="order_released_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "goods_minor",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "*", models.F("price_minor")
                        ),
                    ),
                    ("price_minor__gt", 0),
                    ("quantity__gt", 0),
                ),
                name="line_adds_up",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("state", "open")), fields=["ask_at"], name="payment_to_ask_about"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="payment_of_something"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            millstream.orders.types.PaymentState["OPEN"],
                            millstream.orders.types.PaymentState["CAPTURED"],
                            millstream.orders.types.PaymentState["DECLINED"],
                            millstream.orders.types.PaymentState["LAPSED"],
                        ],
                    )
                ),
                name="payment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("captured_minor"))),
                name="given_back_not_more_than_captured",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("captured_at__isnull", False), ("captured_minor__gt", 0), ("state", "captured")),
                    models.Q(
                        models.Q(("state", "captured"), _negated=True), ("accepted", False), ("captured_minor", 0)
                    ),
                    _connector="OR",
                ),
                name="captured_has_amount_and_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted", True)), fields=("order",), name="one_accepted_payment"
            ),
        ),
        migrations.AddIndex(
            model_name="paymentcase",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["opened_at"], name="payment_case_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentcase",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="one_case_per_cause"),
        ),
        migrations.AddConstraint(
            model_name="paymentcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            millstream.orders.types.CaseKind["UNKNOWN_SESSION"],
                            millstream.orders.types.CaseKind["WRONG_AMOUNT"],
                            millstream.orders.types.CaseKind["SECOND_PAYMENT"],
                            millstream.orders.types.CaseKind["LATE_PAYMENT"],
                            millstream.orders.types.CaseKind["REFUND_FAILED"],
                            millstream.orders.types.CaseKind["STATEMENT_BREAK"],
                        ],
                    )
                ),
                name="case_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), models.Q(("resolution", ""), _negated=True), _connector="OR"
                ),
                name="case_closed_with_resolution",
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(condition=models.Q(("state", "asked")), fields=["asked_at"], name="refund_to_send"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="refund_of_something"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            millstream.orders.types.RefundState["ASKED"],
                            millstream.orders.types.RefundState["DONE"],
                            millstream.orders.types.RefundState["FAILED"],
                        ],
                    )
                ),
                name="refund_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundshare",
            constraint=models.UniqueConstraint(
                fields=("refund", "line", "part", "actor"), name="one_share_per_split_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="refundshare",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="share_of_something"),
        ),
    ]
