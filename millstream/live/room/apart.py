"""The room server's application when it runs in a process without pages."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")

import django

django.setup()

from millstream.live.room.server import application  # noqa: E402 - Django is set up first

__all__ = ["application"]
