"""Which media process takes a stream, and B-frames."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Which media process takes a stream, and B-frames."""

    dependencies = [("media", "0004_studio_keys")]

    operations = [
        migrations.AddField(model_name="stream", name="shard", field=models.SmallIntegerField(db_default=0)),
        migrations.AddField(model_name="stream", name="b_frames", field=models.BooleanField(db_default=False)),
        migrations.AddConstraint(
            model_name="stream",
            constraint=models.CheckConstraint(
                condition=models.Q(("shard__gte", 0)), name="stream_shard_counts_from_zero"
            ),
        ),
    ]
