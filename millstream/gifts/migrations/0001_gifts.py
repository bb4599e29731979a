"""Gifts, who reached for them, and coupons."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """The first rows of gifts."""

    initial = True

    dependencies = [
        ("people", "0003_may_be_left_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gift",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("show", models.UUIDField()),
                ("kind", models.CharField(max_length=10)),
                ("title", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("budget_minor", models.BigIntegerField()),
                ("pieces", models.IntegerField()),
                ("taken", models.IntegerField(default=0)),
                ("entries", models.IntegerField(default=0)),
                ("given_minor", models.BigIntegerField(default=0)),
                ("minimum_minor", models.BigIntegerField(default=0)),
                ("most_wins", models.IntegerField()),
                ("announced_at", models.DateTimeField()),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("usable_until", models.DateTimeField()),
                ("commitment", models.CharField(max_length=64)),
                ("sealed_seed", models.BinaryField()),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "host",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("number", models.IntegerField()),
                ("visitor", models.UUIDField()),
                ("buyer_key", models.BinaryField()),
                ("amount_minor", models.BigIntegerField()),
                ("given_at", models.DateTimeField()),
                ("used_order", models.UUIDField(null=True)),
                ("used_minor", models.BigIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "gift",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="gifts.gift"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "gift_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("visitor", models.UUIDField()),
                ("buyer_key", models.BinaryField()),
                ("name", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("passed_over", models.BooleanField(default=False)),
                (
                    "gift",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="gifts.gift"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Wins",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "show", "buyer_key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("show", models.UUIDField()),
                ("buyer_key", models.BinaryField()),
                ("wins", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("wins__gt", 0), ("wins__lte", 20)), name="wins_within_limit"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="gift",
            index=models.Index(fields=["show", "id"], name="gift_by_show"),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["closes_at"], name="gift_to_end"
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["coupon", "red_packet", "draw"])), name="gift_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_minor__gte", 0), ("given_minor__lte", models.F("budget_minor"))),
                name="gift_within_its_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pieces__gt", 0), ("pieces__lte", 2000), ("taken__gte", 0), ("taken__lte", models.F("pieces"))
                ),
                name="gift_pieces_given_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at__lt", models.F("closes_at")), ("usable_until__gt", models.F("closes_at"))
                ),
                name="gift_window_valid",
            ),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("seed", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("seed", ""), _negated=True)),
                    _connector="OR",
                ),
                name="gift_seed_revealed_at_end",
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("used_order__isnull", True)), fields=["buyer_key", "-id"], name="coupon_of_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(fields=("gift", "number"), name="one_coupon_a_piece"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(fields=("used_order",), name="one_coupon_an_order"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("used_at__isnull", True), ("used_minor", 0), ("used_order__isnull", True)),
                    models.Q(
                        ("used_at__isnull", False),
                        ("used_minor__range", (1, models.F("amount_minor"))),
                        ("used_order__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="coupon_used_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="coupon_of_something"),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=models.UniqueConstraint(fields=("gift", "buyer_key"), name="one_piece_a_person"),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=models.UniqueConstraint(fields=("gift", "visitor"), name="one_piece_a_visitor"),
        ),
        migrations.AddConstraint(
            model_name="reach",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("number__gte", 1)), name="reach_counts_from_one"
            ),
        ),
    ]
