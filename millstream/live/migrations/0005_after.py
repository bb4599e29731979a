"""What is kept after a show: clips, promises, counts of its audience."""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """What is kept after a show: clips, promises, counts of its audience."""

    dependencies = [
        ("live", "0004_talk"),
        ("media", "0003_clips"),
        ("shops", "0001_shops"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("viewers", models.IntegerField()),
                (
                    "show",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("show", "at"), name="attendance_once"),
                    models.CheckConstraint(condition=models.Q(("viewers__gte", 0)), name="attendance_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Footfall",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.SmallIntegerField()),
                ("bits", models.BinaryField(max_length=512)),
                (
                    "show",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("show", "shard"), name="footfall_once")],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.SmallIntegerField()),
                ("opened", models.BigIntegerField(default=0)),
                (
                    "show",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("show", "variant", "shard"), name="opening_once")],
            },
        ),
        migrations.CreateModel(
            name="ProductClip",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "clip",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.clip"),
                ),
                (
                    "pin",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.pin"),
                ),
                (
                    "show",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
                ),
                (
                    "standing",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.clip"
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)), fields=("pin",), name="one_clip_of_a_pin"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("order_id", models.UUIDField()),
                ("line_id", models.UUIDField()),
                ("seller", models.UUIDField()),
                ("buyer", models.UUIDField()),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("kept_until", models.DateTimeField(null=True)),
                (
                    "clip",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.clip"),
                ),
                (
                    "show",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="live.show"),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shops.variant"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["order_id"], name="promise_by_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("line_id",), name="one_promise_of_a_line"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "to_at__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_at"), "+", models.Value(dt.timedelta(seconds=20))
                                ),
                            ),
                            (
                                "to_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_at"), "+", models.Value(dt.timedelta(seconds=40))
                                ),
                            ),
                        ),
                        name="promise_of_some_seconds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_until__isnull", True), ("kept_until__gt", models.F("made_at")), _connector="OR"
                        ),
                        name="promise_is_kept_a_while",
                    ),
                ],
            },
        ),
    ]
