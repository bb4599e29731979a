"""The web process: the lean routes of the buy, Django's pages, and the room server at /ws/."""

import gc
import os
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millstream.site.settings")
os.environ.setdefault("MILLSTREAM_POOL", "1")

# WhiteNoise hands our own small files out as sync iterators; Django reads them whole, which is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from django.core.asgi import get_asgi_application  # noqa: E402 - after the warning's filter

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

django_pages = get_asgi_application()

# These import models, so they come after Django is ready.
from millstream.kernel.settings import conf  # noqa: E402
from millstream.kernel.web.peers import client_address, forwarded_in  # noqa: E402
from millstream.live.room.server import application as room  # noqa: E402
from millstream.live.room.server import listen, shutdown  # noqa: E402
from millstream.orders.web.lean import lean  # noqa: E402

pages = lean(django_pages)  # type: ignore[arg-type] # Django asks for a plain dict where ASGI says mapping


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Sockets go to the room server, everything else to the pages."""
    if scope["type"] == "websocket":
        await room(scope, receive, send)
    elif scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await pages(from_client(scope), receive, send)


def from_client(scope: Scope) -> Scope:
    """The request as its client sent it: behind a trusted proxy the address is the client's, not the proxy's."""
    trusted, peer = conf().trusted_proxies, scope.get("client")
    if not trusted or not peer:
        return scope
    address = client_address(str(peer[0]), forwarded_in(scope["headers"]), trusted)
    return scope if address == peer[0] else {**scope, "client": (address, 0)}


async def _lifespan(receive: Receive, send: Send) -> None:
    """Listen to the rooms and say that we are up; at the end let the room server say goodbye to its sockets."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            listen()
            # What was imported stays: the collector need not look at it again with every request's garbage.
            gc.collect()
            gc.freeze()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
