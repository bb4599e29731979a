"""Accounts, entries, postings, guards, payouts: the tables. What keeps them true comes in 0002."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """The tables of the ledger."""

    initial = True

    dependencies = [
        ("people", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("purpose", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("kind", models.CharField(max_length=1)),
                ("guard", models.TextField()),
                ("custodian", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("request_hash", models.BinaryField()),
                ("occurred_at", models.DateTimeField()),
                ("posted_at", models.DateTimeField()),
                ("source_kind", models.TextField()),
                ("source_id", models.UUIDField()),
                ("memo", models.TextField(default="")),
                (
                    "reverses",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Guard",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "subject", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.UUIDField()),
                ("held_minor", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("holder", models.BinaryField()),
                ("bank", models.TextField()),
                ("number", models.BinaryField()),
                ("number_ending", models.CharField(max_length=4)),
                ("since", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("made_by", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("items", models.IntegerField()),
                ("total_minor", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="ledger_batch_made")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("items__gt", 0), ("total_minor__gt", 0)), name="ledger_batch_is_not_empty"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayoutItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.TextField()),
                ("amount_minor", models.BigIntegerField()),
                ("state", models.TextField(default="batched")),
                ("marked_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="")),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.payoutbatch",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"
                    ),
                ),
                (
                    "payout_account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.payoutaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("subject", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("posted_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("purpose", "owner", "currency"), name="ledger_one_account", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="ledger_currency_is_iso"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["source_id"], name="ledger_entry_source"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(fields=("key",), name="ledger_key_once"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="ledger_reversed_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="guard",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_minor__gte", 0)), name="ledger_never_overdrawn"
            ),
        ),
        migrations.AddIndex(
            model_name="payoutaccount",
            index=models.Index(fields=["owner", "since"], name="ledger_payout_account_owner"),
        ),
        migrations.AddConstraint(
            model_name="payoutaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at__isnull", True)), fields=("owner",), name="ledger_one_payout_account"
            ),
        ),
        migrations.AddIndex(
            model_name="payoutitem",
            index=models.Index(
                models.F("owner"), models.OrderBy(models.F("id"), descending=True), name="ledger_item_owner"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="ledger_item_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["batched", "paid", "returned"])), name="ledger_item_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("marked_at__isnull", True), ("state", "batched")),
                    models.Q(models.Q(("state", "batched"), _negated=True), ("marked_at__isnull", False)),
                    _connector="OR",
                ),
                name="ledger_item_marked",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.UniqueConstraint(fields=("batch", "owner"), name="ledger_item_once_a_batch"),
        ),
        migrations.AddConstraint(
            model_name="payoutitem",
            constraint=models.UniqueConstraint(fields=("reference",), name="ledger_item_reference"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["entry"], name="ledger_posting_entry"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                fields=["account", "posted_at", "id"], include=("amount_minor",), name="ledger_posting_account"
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("subject__isnull", False)), fields=["subject"], name="ledger_posting_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="ledger_posting_is_not_zero"
            ),
        ),
    ]
