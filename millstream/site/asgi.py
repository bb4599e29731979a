"""The web process: Django's pages, and the room server at /ws/."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")
os.environ.setdefault("MILLSTREAM_POOL", "1")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Sockets go to the room server, everything else to Django."""
    if scope["type"] == "websocket":
        from millstream.live.room.server import application as room

        await room(scope, receive, send)
    elif scope["type"] == "http":
        await pages(scope, receive, send)
