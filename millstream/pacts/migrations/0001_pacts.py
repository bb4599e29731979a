"""Pacts, floor prices, frozen splits: the tables. What keeps them true comes in 0002."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """The tables of the pacts."""

    initial = True

    dependencies = [
        ("people", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.TextField()),
                ("permille", models.SmallIntegerField()),
                ("agreed_at", models.DateTimeField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                ("version", models.IntegerField()),
                (
                    "beneficiary",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "host",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SplitSheet",
            fields=[
                ("line_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("host_id", models.UUIDField(null=True)),
                ("goods_minor", models.BigIntegerField()),
                ("delivery_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("frozen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("delivery_minor__gte", 0), ("goods_minor__gte", 0)),
                        name="split_of_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SplitLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "sheet_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.SmallIntegerField()),
                ("part", models.TextField()),
                ("permille", models.SmallIntegerField()),
                ("base_minor", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                (
                    "actor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "pact",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pacts.pact",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pacts.splitsheet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FloorPrice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("variant", models.UUIDField()),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                (
                    "host",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("price_minor__gt", 0)), name="floor_price_is_positive"),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("variant", "host"),
                        name="floor_price_one_in_force",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="pact",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ("host", "station", "park", "platform"))), name="pact_part_is_agreed"
            ),
        ),
        migrations.AddConstraint(
            model_name="pact",
            constraint=models.CheckConstraint(
                condition=models.Q(("permille__gte", 0), ("permille__lte", 1000)), name="pact_part_of_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="pact",
            constraint=models.CheckConstraint(
                condition=models.Q(("beneficiary__isnull", False), ("part", "host"), _connector="OR"),
                name="pact_has_beneficiary",
            ),
        ),
        migrations.AddConstraint(
            model_name="pact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="pact_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="pact",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__gte", models.F("agreed_at"))), name="pact_counts_from_now_on"
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ("maker", "host", "station", "park", "platform", "carriage"))),
                name="split_part_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(("permille__gte", 0), ("permille__lte", 1000)), name="split_part_of_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("amount_minor__lte", models.F("base_minor"))),
                name="split_within_its_base",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("pact__isnull", False), ("part__in", ("host", "station", "park", "platform"))),
                    models.Q(("pact__isnull", True), ("part__in", ("maker", "carriage"))),
                    _connector="OR",
                ),
                name="split_names_its_pact",
            ),
        ),
        migrations.AddConstraint(
            model_name="splitline",
            constraint=models.UniqueConstraint(fields=("sheet", "part"), name="split_part_once"),
        ),
    ]
