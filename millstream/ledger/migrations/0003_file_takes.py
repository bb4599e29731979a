"""Who took the bank file of a batch, and when, as rows beside the facts that told it."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids

FROM_FACTS = """
INSERT INTO ledger_payoutfiletake (id, batch_id, taken_by, taken_at)
SELECT gen_random_uuid(), fact.subject, (fact.body ->> 'taken_by')::uuid, fact.at
FROM fact JOIN ledger_payoutbatch AS batch ON batch.id = fact.subject WHERE fact.kind = 'ledger.payout_file_taken';

CREATE TRIGGER ledger_is_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_payoutfiletake
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_never_edited();
"""
DROP = "DROP TRIGGER ledger_is_never_edited ON ledger_payoutfiletake"


class Migration(migrations.Migration):
    """Takes of bank files, never edited."""

    dependencies = [("ledger", "0002_promises"), ("kernel", "0001_facts")]
    operations = [
        migrations.CreateModel(
            name="PayoutFileTake",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("taken_by", models.UUIDField()),
                ("taken_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.payoutbatch"
                    ),
                ),
            ],
        ),
        migrations.RunSQL([FROM_FACTS], [DROP]),
    ]
