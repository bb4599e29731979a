"""The room server as an ASGI application for `/ws/rooms/<room>`: in a web process, or apart by `python -m`."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from millstream.live.room.admission import Denied, admit
from millstream.live.room.audience import Audience
from millstream.live.room.bounds import SocketLimits
from millstream.live.room.conversation import take
from millstream.live.room.hub import Hub, RoomClosed
from millstream.live.room.socket import CLOSE_BAD_FRAMES, CLOSE_OUR_FAULT, QueuedSocket
from millstream.live.room.state import Room

log = logging.getLogger(__name__)

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
_audiences: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Audience, asyncio.Task[None]]] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop, started when the first socket comes."""
    loop = asyncio.get_running_loop()
    known = _hubs.get(loop)
    if known is None:
        known = _hubs[loop] = Hub(SocketLimits.from_environ())
        known.start()
    return known


def viewers_of(room: UUID) -> int:
    """How many watch a room, as far as this process knows; for pages, before their socket tells better."""
    known = (loop_hub.rooms.get(room) for loop_hub in list(_hubs.values()))
    here = max((found.viewers(time.monotonic()) for found in known if found is not None), default=0)
    return max([here, *(audience.viewers(room) for audience, _ in list(_audiences.values()))])


def listen() -> None:
    """Hear from now on how many watch which room, also through other processes; for whoever serves pages."""
    loop = asyncio.get_running_loop()
    if loop not in _audiences:
        audience = Audience()
        _audiences[loop] = audience, loop.create_task(audience.run(), name="room-audience")


async def shutdown() -> None:
    """Close the sockets of this event loop and keep what was said; for whoever ends the server."""
    loop = asyncio.get_running_loop()
    known = _hubs.get(loop)  # it stays: whoever comes now is sent to another process
    if known is not None and not known.stopping:
        await known.stop()
    listening = _audiences.pop(loop, None)
    if listening is not None:
        audience, task = listening
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await audience.close()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one socket, or the life of the server."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "websocket":
        await _serve(scope, receive, send)
    else:
        raise AssertionError(f"the room server does not speak {scope['type']}")


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Check the handshake, bring the socket into its room, and stay until either side ends it."""
    await receive()  # websocket.connect
    try:
        entry = admit(scope, now=time.time())
    except Denied as denied:
        log.info("handshake refused: %s", denied)
        await send({"type": "websocket.close", "code": CLOSE_BAD_FRAMES})
        return
    await send({"type": "websocket.accept"})
    socket, here = QueuedSocket(entry, send), hub()
    try:
        room = await here.enter(socket)
    except RoomClosed as closed:
        socket.close(closed.code)
        await socket.say_goodbye()
        return
    tasks = [
        asyncio.create_task(socket.write()),
        asyncio.create_task(_listen(here, room, socket, receive)),
        asyncio.create_task(socket.ended.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        here.leave(room, socket)
        for task in tasks:
            task.cancel()
        for told in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(told, Exception):
                log.error("a socket of room %s was closed by our mistake", entry.room, exc_info=told)
                socket.close(CLOSE_OUR_FAULT)
        if socket.closing is not None:
            await socket.say_goodbye()


async def _listen(here: Hub, room: Room, socket: QueuedSocket, receive: Receive) -> None:
    """Hear the viewer until it leaves or is sent away."""
    while socket.closing is None:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        take(here, room, socket, message.get("text"))
