"""Rules of talk, followers, reports and the log of moderation."""

from django.db import migrations


class Migration(migrations.Migration):
    """Rules of talk, followers, reports and the log of moderation."""

    dependencies = [("live", "0003_crew")]
