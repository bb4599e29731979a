"""Limits of accounts and engines of others."""

from django.db import migrations


class Migration(migrations.Migration):
    """Limits of accounts and engines of others."""

    dependencies = [("media", "0004_studio_keys")]
