"""Publishing from a browser."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Publishing from a browser: by WHIP, and with a ticket instead of a key."""

    dependencies = [("media", "0003_clips")]

    operations = [
        migrations.AddField(
            model_name="publication", name="source", field=models.CharField(db_default="rtmp", max_length=10)
        ),
        migrations.AlterField(
            model_name="publication",
            name="key",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.streamkey"
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(("key__isnull", False), ("source", "whip"), _connector="OR"),
                name="publication_by_key_or_whip_ticket",
            ),
        ),
    ]
