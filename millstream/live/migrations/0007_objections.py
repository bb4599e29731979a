"""Households that do not let a host list in their name."""

import django.db.models.deletion
from django.db import migrations, models

import millstream.kernel.ids


class Migration(migrations.Migration):
    """Households that do not let a host list in their name."""

    dependencies = [("live", "0006_studio"), ("people", "0001_people")]
    operations = [
        migrations.CreateModel(
            name="ListingObjection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=millstream.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField()),
                (
                    "host",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.actor"),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("seller", "host"), name="one_objection_to_a_host"),
                ],
            },
        ),
    ]
