"""The opening handshake of a WebSocket, and what a client sends after it: no input or output. RFC 6455."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from millstream.live.room.bounds import LARGEST_FRAME_BYTES, LARGEST_HANDSHAKE_BYTES

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES: Final = 16

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION: Final = 0x0
FORWARDED: Final = "x-forwarded-for"
LARGEST_CONTROL: Final = 125
MIDDLE_SIZE, LONG_SIZE = 126, 127


class NotHttp(Exception):
    """What came is no request that we answer; `status` is the answer."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Broken(Exception):
    """What came breaks the protocol; `code` closes the socket."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """The head of a request. Names of headers are in small letters; of one that comes twice the first counts.

    Only `x-forwarded-for` is put together: some proxies add a line of their own to what a stranger wrote.
    """

    method: str
    path: str
    query: bytes
    headers: dict[str, str]


def read_request(head: bytes) -> Request:
    """A request's head up to the empty line; raises `NotHttp`."""
    if len(head) > LARGEST_HANDSHAKE_BYTES:
        raise NotHttp("431 Request Header Fields Too Large")
    lines = head.decode("latin-1").split("\r\n")
    try:
        method, target, version = lines[0].split(" ")
    except ValueError:
        raise NotHttp("400 Bad Request") from None
    if not version.startswith("HTTP/1."):
        raise NotHttp("505 HTTP Version Not Supported")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise NotHttp("400 Bad Request")
        if name.lower() == FORWARDED and FORWARDED in headers:
            headers[FORWARDED] += f",{value}"
        headers.setdefault(name.lower(), value.strip())
    try:
        parts = urlsplit(target)
    except ValueError:  # `//[` is no address
        raise NotHttp("400 Bad Request") from None
    return Request(method, unquote(parts.path), parts.query.encode("latin-1"), headers)


def accept_key(request: Request) -> str:
    """What proves that we speak WebSocket; raises `NotHttp` for a request that does not ask for it rightly."""
    headers = request.headers
    wants = headers.get("upgrade", "").lower() == "websocket" and "upgrade" in headers.get("connection", "").lower()
    if not wants:
        raise NotHttp("426 Upgrade Required")
    key = headers.get("sec-websocket-key", "")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except ValueError:
        is_key = False
    if request.method != "GET" or headers.get("sec-websocket-version") != "13" or not is_key:
        raise NotHttp("400 Bad Request")
    return base64.b64encode(hashlib.sha1(key.encode() + _MAGIC, usedforsecurity=False).digest()).decode()


class Reader:
    """Puts a client's frames together. Small by intent: no extension, no message over the limit, binary as it came."""

    __slots__ = ("_buffer", "_parts")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._parts: bytearray | None = None

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The whole messages and control frames that are complete now: (opcode, payload); raises `Broken`."""
        self._buffer += data
        while True:
            frame = self._next()
            if frame is None:
                return
            final, opcode, payload = frame
            if opcode >= CLOSE:
                yield opcode, payload
                continue
            if opcode == BINARY:
                yield opcode, payload
                continue
            if (opcode == CONTINUATION) is (self._parts is None):
                raise Broken(1002, "a part without its beginning, or a beginning within parts")
            self._parts = bytearray(payload) if self._parts is None else self._parts + payload
            if len(self._parts) > LARGEST_FRAME_BYTES:
                raise Broken(1009, "a message too big")
            if final:
                whole, self._parts = bytes(self._parts), None
                yield TEXT, whole

    def _next(self) -> tuple[bool, int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:  # noqa: PLR2004 - the two bytes every frame begins with
            return None
        first, second = buffer[0], buffer[1]
        opcode, size = first & 0x0F, second & 0x7F
        _check_head(first, second, opcode, size)
        start = 2
        if size == MIDDLE_SIZE:
            start = 4
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:4], "big")
        if size > LARGEST_FRAME_BYTES or second & 0x7F == LONG_SIZE:
            raise Broken(1009, "a frame too big")
        if len(buffer) < start + 4 + size:
            return None
        mask = bytes(buffer[start : start + 4])
        masked = bytes(buffer[start + 4 : start + 4 + size])
        del buffer[: start + 4 + size]
        return bool(first & 0x80), opcode, unmasked(masked, mask)


def _check_head(first: int, second: int, opcode: int, size: int) -> None:
    if first & 0x70 or not second & 0x80:
        raise Broken(1002, "a reserved bit, or not masked")
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise Broken(1002, "no such opcode")
    if opcode >= CLOSE and (size > LARGEST_CONTROL or not first & 0x80):
        raise Broken(1002, "a control frame too big or in parts")


def unmasked(masked: bytes, mask: bytes) -> bytes:
    """The payload that was masked with these four bytes."""
    size = len(masked)
    if not size:
        return b""
    pad = mask * (size // 4 + 1)
    return (int.from_bytes(masked, "big") ^ int.from_bytes(pad[:size], "big")).to_bytes(size, "big")
