"""The room server's own WebSocket server, for rooms apart: no task and no queue per socket, frames written as they are.

One frame for ten thousand sockets is ten thousand writes of the same bytes. An ASGI server wraps each of them in a
message, a coroutine and a header of its own; here it is one call of the transport (`docs/decisions/`).
"""

import asyncio
import logging
import socket as sockets
import time
from typing import Any, Final, cast

from millstream.live.room import bounds
from millstream.live.room.admission import Denied, Entry, admit
from millstream.live.room.conversation import take
from millstream.live.room.frame import Frame, on_wire
from millstream.live.room.handshake import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Broken,
    NotHttp,
    Reader,
    Request,
    accept_key,
    read_request,
)
from millstream.live.room.hub import Hub, RoomClosed
from millstream.live.room.socket import CLOSE_NORMAL, CLOSE_OUR_FAULT, CLOSE_SLOW, CLOSE_TOO_BIG, Socket
from millstream.live.room.state import Room

log = logging.getLogger(__name__)

PING_FRAME: Final = on_wire(b"", 0x80 | PING)
PAGE: Final = (
    "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n{text}"
)
HEALTH: Final = "/healthz"
FLUSH_SECONDS: Final = 1.0


class LeanSocket(Socket):
    """A viewer's socket that writes at once what the network takes, and remembers when it takes no more."""

    answers_pings = True
    __slots__ = ("_paused_at", "_pinged_at", "_transport")

    def __init__(self, entry: Entry, transport: asyncio.Transport) -> None:
        super().__init__(entry)
        self._transport = transport
        self._paused_at: float | None = None
        self._pinged_at = self.heard_at

    def offer(self, frame: str, *, trade: bool = False) -> None:
        """Write a frame; while the network takes no more, talk is skipped and trade is owed."""
        if self._paused_at is not None:
            self.behind = self.behind or trade
        else:
            self._write(frame)

    def answer(self, frame: str) -> None:
        """Write a frame even while the network takes no more, unless as much again waits for it already."""
        if self._paused_at is not None and self._transport.get_write_buffer_size() > 2 * bounds.WAITING_BYTES:
            self.close(CLOSE_SLOW)
        else:
            self._write(frame)

    def _write(self, frame: str) -> None:
        if self.closing is None:
            self._transport.write(frame.wire if isinstance(frame, Frame) else on_wire(frame.encode()))

    def is_drained(self) -> bool:
        """Whether the network took everything."""
        return self._paused_at is None and not self._transport.get_write_buffer_size()

    def is_stuck(self, at: float) -> bool:
        """Whether the viewer has not read for too long."""
        return self._paused_at is not None and at - self._paused_at > bounds.SLOW_SECONDS

    def pause(self, paused: bool) -> None:  # noqa: FBT001 - the transport tells one or the other
        """The network takes no more for now, or takes again."""
        self._paused_at = time.monotonic() if paused else None

    def ping(self, at: float) -> None:
        """Ask for a sign of life, once in a while."""
        if at - self._pinged_at > bounds.PING_SECONDS and self._paused_at is None:
            self._pinged_at = at
            self._transport.write(PING_FRAME)

    def pong(self, payload: bytes) -> None:
        """Answer a ping; whoever does not read gets no answers to pile up."""
        if self._paused_at is None and self.closing is None:
            self._transport.write(on_wire(payload, 0x80 | PONG))

    def close(self, code: int) -> None:
        """Say goodbye and hang up; at once when the viewer does not read, and soon when it stops reading now."""
        if self.closing is not None:
            return
        self.closing = code
        if self._paused_at is not None:
            self._transport.abort()
            return
        self._transport.write(on_wire(code.to_bytes(2, "big"), 0x80 | CLOSE))
        self._transport.close()
        asyncio.get_running_loop().call_later(bounds.CLOSE_SECONDS, self._transport.abort)


class Connection(asyncio.Protocol):
    """One connection: a handshake within five seconds, then a socket in a room."""

    __slots__ = ("_deadline", "_hub", "_reader", "_room", "_socket", "_transport", "_unread")

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._unread: bytearray | None = bytearray()
        self._reader = Reader()
        self._room: Room | None = None
        self._socket: LeanSocket | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake, but not for long."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=bounds.WAITING_BYTES)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(bounds.HANDSHAKE_SECONDS, self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """The viewer is gone."""
        self._deadline.cancel()
        if self._socket is not None and self._socket.closing is None:
            self._socket.closing = CLOSE_NORMAL
        if self._room is not None and self._socket is not None:
            self._hub.leave(self._room, self._socket)
            self._room = None

    def pause_writing(self) -> None:
        """The viewer does not read as fast as the room talks."""
        if self._socket is not None:
            self._socket.pause(True)

    def resume_writing(self) -> None:
        """The viewer has read."""
        if self._socket is not None:
            self._socket.pause(False)

    def data_received(self, data: bytes) -> None:
        """Take the head of the request, then frames."""
        if self._socket is None:
            assert self._unread is not None
            self._unread += data
            end = self._unread.find(b"\r\n\r\n")
            if end < 0:
                if len(self._unread) > bounds.LARGEST_HANDSHAKE_BYTES:
                    self._answer("431 Request Header Fields Too Large")
                return
            head, rest = bytes(self._unread[:end]), bytes(self._unread[end + 4 :])
            if not self._open(head) or not rest:
                return
            data = rest
        if self._room is None:  # frames that come before the room is open wait for it
            if self._unread is not None and len(self._unread) + len(data) <= bounds.LARGEST_HANDSHAKE_BYTES:
                self._unread += data
            elif self._socket is not None:
                self._socket.close(CLOSE_TOO_BIG)
            return
        self._read(data)

    def _open(self, head: bytes) -> bool:
        """Answer the handshake and bring the socket into its room, or say no in HTTP; whether it is a socket now."""
        try:
            request = read_request(head)
            if request.path == HEALTH:
                self._answer("200 OK", "ok\n")
                return False
            accepted = accept_key(request)
            entry = admit(self._scope(request), now=time.time())
        except NotHttp as no:
            self._answer(no.status)
            return False
        except Denied as denied:
            log.info("handshake refused: %s", denied)
            self._answer("403 Forbidden")
            return False
        self._deadline.cancel()
        self._unread = bytearray()
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepted.encode() + b"\r\n\r\n"
        )
        self._socket = LeanSocket(entry, self._transport)
        self._hub.errand(self._enter(self._socket))
        return True

    def _scope(self, request: Request) -> dict[str, Any]:
        return {
            "path": request.path,
            "query_string": request.query,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()],
            "client": self._transport.get_extra_info("peername"),
        }

    async def _enter(self, socket: LeanSocket) -> None:
        try:
            room = await self._hub.enter(socket)
        except RoomClosed as closed:
            socket.close(closed.code)
            return
        except Exception:
            log.exception("a socket could not enter room %s", socket.entry.room)
            socket.close(CLOSE_OUR_FAULT)
            return
        if socket.closing is not None:  # it left while the room was being opened
            self._hub.leave(room, socket)
            return
        self._room = room
        unread, self._unread = self._unread, None
        if unread:
            self._read(bytes(unread))

    def _read(self, data: bytes) -> None:
        socket, room = self._socket, self._room
        assert socket is not None
        assert room is not None
        try:
            for opcode, payload in self._reader.feed(data):
                if socket.closing is not None:
                    return
                self._hear(room, socket, opcode, payload)
        except Broken as broken:
            log.info("broken frame from %s: %s", socket.entry.network, broken)
            socket.close(broken.code)

    def _hear(self, room: Room, socket: LeanSocket, opcode: int, payload: bytes) -> None:
        if opcode in (PING, PONG):
            socket.hear(time.monotonic())
        if opcode == TEXT:
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                raise Broken(1007, "not UTF-8") from None
            take(self._hub, room, socket, text)
        elif opcode == BINARY:
            take(self._hub, room, socket, None)
        elif opcode == PING:
            socket.pong(payload)
        elif opcode == CLOSE:
            socket.close(CLOSE_NORMAL)

    def _answer(self, status: str, text: str = "") -> None:
        self._transport.write(PAGE.format(status=status, size=len(text), text=text).encode())
        self._transport.close()


def listening_socket(host: str, port: int) -> sockets.socket:
    """A listening socket whose connections keep little unsent: who does not read is noticed soon and costs little."""
    family = sockets.AF_INET6 if ":" in host else sockets.AF_INET
    listening = sockets.socket(family, sockets.SOCK_STREAM)
    listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, bounds.SEND_BUFFER_BYTES)
    listening.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
    listening.bind((host, port))
    listening.setblocking(False)
    return listening


async def serve(hub: Hub, host: str, port: int, *, stop: asyncio.Event) -> None:
    """Serve rooms until `stop` is set, then send everybody to another process."""
    hub.start()
    loop = asyncio.get_running_loop()
    listening = listening_socket(host, port)
    server = await loop.create_server(lambda: Connection(hub), sock=listening, backlog=bounds.BACKLOG)
    log.info("rooms at %s:%s", host, port)
    await stop.wait()
    server.close()
    await hub.stop()
    await asyncio.sleep(FLUSH_SECONDS if any(room.sockets for room in hub.rooms.values()) else 0)
