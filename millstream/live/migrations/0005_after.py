"""What is kept after a show: clips, promises, slips."""

from django.db import migrations


class Migration(migrations.Migration):
    """What is kept after a show: clips, promises, slips."""

    dependencies = [("live", "0004_talk")]
