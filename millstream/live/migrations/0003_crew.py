"""Who works on a show besides its host, and how shows repeat."""

from django.db import migrations


class Migration(migrations.Migration):
    """Who works on a show besides its host, and how shows repeat."""

    dependencies = [("live", "0002_more_to_trade")]
