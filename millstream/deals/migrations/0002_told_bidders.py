"""What bidders who are away were told, and in which language they bid."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_deals"), ("people", "0003_may_be_left_out")]

    operations = [
        migrations.AddField("bidder", "language", models.CharField(db_default="", max_length=10)),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("outbid_number", models.IntegerField(default=0)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.actor",
                    ),
                ),
                (
                    "auction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deals.auction",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("auction", "actor"), name="told_once_of_an_auction")]
            },
        ),
    ]
