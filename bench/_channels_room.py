"""The same room with Django Channels, as its documentation writes a chat: `bench/room.py --channels` measures it.

One consumer class, one group for the room, `group_send` for every message and every trade item, `channels_redis` in
between. It checks nothing of what our room server checks (no limits, no rules, no rows), which is to its advantage.
"""

import json
import os
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import re_path

ROOM = "room"
CAPACITY = 2_000
# Each viewer who comes in takes a connection for a moment. The library's own bound (100 since redis 8, none before)
# answers the 101st with an error, which is no property of Channels that we want to measure.
MOST_CONNECTIONS = 10_000

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106 - a bench on loopback
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["channels"],
        CHANNEL_LAYERS={
            "default": {
                "BACKEND": "channels_redis.core.RedisChannelLayer",
                "CONFIG": {
                    "hosts": [{"address": os.environ["BENCH_REDIS_URL"], "max_connections": MOST_CONNECTIONS}],
                    "capacity": CAPACITY,
                },
            }
        },
    )
    django.setup()


class RoomConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels carries no types
    """One viewer."""

    async def connect(self) -> None:
        """Join the room."""
        await self.channel_layer.group_add(ROOM, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the room."""
        await self.channel_layer.group_discard(ROOM, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Tell everybody what a viewer says."""
        said = json.loads(text_data or "{}")
        if said.get("t") == "say":
            frame = json.dumps({"t": "talk", "messages": [{"text": said["text"]}]})
            await self.channel_layer.group_send(ROOM, {"type": "room.frame", "frame": frame})

    async def room_frame(self, event: dict[str, Any]) -> None:
        """Send what the group is told."""
        await self.send(text_data=event["frame"])


application = ProtocolTypeRouter({"websocket": URLRouter([re_path(r"^ws/", RoomConsumer.as_asgi())])})
