"""The studio: direction and quick listing."""

from django.db import migrations


class Migration(migrations.Migration):
    """The studio: direction and quick listing."""

    dependencies = [("live", "0005_after")]
