"""A segment is kept once, however often the media plane tells it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0001_media")]

    operations = [
        migrations.RunSQL(
            """
            DELETE FROM media_segment AS later USING media_segment AS first
            WHERE later.file_id = first.file_id AND later.sequence = first.sequence AND later.id > first.id
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(fields=("file", "sequence"), name="segment_once_in_file"),
        ),
    ]
