"""The room server in a process without pages: importing this sets Django up first."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")

import django

django.setup()

from millstream.live.room.bounds import SocketLimits  # noqa: E402 - Django is set up first
from millstream.live.room.hub import Hub  # noqa: E402 - likewise
from millstream.live.room.lean import serve  # noqa: E402 - likewise

__all__ = ["Hub", "SocketLimits", "serve"]
