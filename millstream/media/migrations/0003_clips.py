"""Clips cut out of recordings."""

from django.db import migrations


class Migration(migrations.Migration):
    """Clips cut out of recordings."""

    dependencies = [("media", "0002_segment_once_in_file")]
