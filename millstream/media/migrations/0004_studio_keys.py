"""Publishing from a browser."""

from django.db import migrations


class Migration(migrations.Migration):
    """Publishing from a browser."""

    dependencies = [("media", "0003_clips")]
