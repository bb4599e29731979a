"""Gifts for verified people only, and the hash of the file of entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gifts", "0001_gifts")]

    operations = [
        migrations.AddField("gift", "verified_only", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "gift", "entries_sha256", models.CharField(blank=True, default="", db_default="", max_length=64)
        ),
    ]
