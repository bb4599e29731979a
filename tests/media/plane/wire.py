"""A hand-made RTMP client and an FLV reader: they say exactly what a test wants on the wire."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from millstream.media.plane import amf0, chunks
from millstream.media.plane.chunks import ChunkReader, Message, write_message


@dataclass(frozen=True, slots=True)
class Tag:
    """One FLV tag."""

    kind: int
    at_ms: int
    body: bytes


def read_flv(path: Path) -> list[Tag]:
    """All tags of a file."""
    data, pos, tags = path.read_bytes(), 13, []
    while pos + 11 <= len(data):
        kind, size = data[pos], int.from_bytes(data[pos + 1 : pos + 4])
        at_ms = int.from_bytes(data[pos + 4 : pos + 7]) | data[pos + 7] << 24
        tags.append(Tag(kind, at_ms, data[pos + 11 : pos + 11 + size]))
        pos += 15 + size
    return tags


class Client:
    """A publisher that is under full control."""

    def __init__(self, port: int, *, source: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        line = socket.create_connection(("127.0.0.1", port), 40, (source, 0))
        self._socket = line if tls is None else tls.wrap_socket(line, server_hostname="localhost")
        self._reader = ChunkReader()
        self.statuses: list[dict[str, amf0.Amf]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def shake(self) -> None:
        """The plain handshake."""
        self.raw(b"\x03" + bytes(1536))
        self._exactly(1 + 2 * 1536)
        self.raw(bytes(1536))

    def publish(self, key: str, app: str = "live") -> str:
        """Everything up to the server's answer to publish; gives its status code."""
        self.shake()
        self.command("connect", 1, {"app": app, "tcUrl": "rtmp://127.0.0.1/live", "flashVer": "test"})
        self.command("createStream", 2, None)
        self.command("publish", 3, None, key, "live")
        return self.status()

    def command(self, *values: amf0.AmfInput) -> None:
        """One command message."""
        self.message(chunks.COMMAND, amf0.write_values(*values), 0, lane_id=3)

    def message(self, kind: int, body: bytes, at_ms: int, *, lane_id: int = 6) -> None:
        """One message in chunks of 128 bytes."""
        self.raw(write_message(Message(kind, at_ms, 1, body), lane_id=lane_id))

    def tags(self, tags: Sequence[Tag], *, shift_ms: int = 0, pace: float = 0) -> None:
        """FLV tags with shifted clocks; `pace` 1 sends in real time, 0 at once."""
        began, first = time.monotonic(), tags[0].at_ms
        for tag in tags:
            if pace:
                time.sleep(max(began + (tag.at_ms - first) / 1000 / pace - time.monotonic(), 0))
            lane = {8: 4, 9: 6}.get(tag.kind, 5)
            self.message(tag.kind, tag.body, (tag.at_ms + shift_ms) & 0xFFFFFFFF, lane_id=lane)

    def status(self, seconds: float = 40) -> str:
        """Wait for the next onStatus and give its code; empty when the server hangs up first."""
        self._socket.settimeout(seconds)
        while True:
            message = self._reader.next_message()
            if message is None:
                try:
                    data = self._socket.recv(65536)
                except ConnectionResetError:
                    return ""
                if not data:
                    return ""
                self._reader.push(data)
            elif message.type_id == chunks.COMMAND:
                values = amf0.read_values(message.body)
                if values[0] == "onStatus" and isinstance(values[3], dict):
                    self.statuses.append(values[3])
                    return str(values[3]["code"])

    def hung_up(self, seconds: float = 40) -> bool:
        """True when the server closes the line within the time."""
        self._socket.settimeout(seconds)
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            assert piece, "the server hung up"
            data += piece
        return data


@dataclass(frozen=True, slots=True)
class Style:
    """How a message stream is cut into chunks."""

    chunk_size: int
    lane_bytes: int = 1
    formats: tuple[int, ...] = (0, 1, 2, 3)


def chunked(messages: Sequence[Message], style: Style, *, lanes: dict[int, int]) -> bytes:
    """Messages as chunks with the shortest header each allows; `lanes` maps a type to its chunk stream id."""
    out = bytearray()
    before: dict[int, _Sent] = {}
    for message in messages:
        lane = lanes[message.type_id]
        fmt, stamp = _header(message, before.get(lane), style)
        before[lane] = _Sent(message, stamp, fmt > 0)
        extended = stamp.to_bytes(4) if stamp >= 0xFFFFFF else b""
        short = min(stamp, 0xFFFFFF).to_bytes(3)
        kind = len(message.body).to_bytes(3) + bytes([message.type_id])
        header = (short + kind + message.stream_id.to_bytes(4, "little"), short + kind, short, b"")[fmt]
        out += _basic(fmt, lane, style) + header + extended + message.body[: style.chunk_size]
        for start in range(style.chunk_size, len(message.body), style.chunk_size):
            out += _basic(3, lane, style) + extended + message.body[start : start + style.chunk_size]
    return bytes(out)


@dataclass(frozen=True, slots=True)
class _Sent:
    message: Message
    stamp: int
    by_delta: bool


def _header(message: Message, last: _Sent | None, style: Style) -> tuple[int, int]:
    """Format and timestamp field of a message's first chunk."""
    if last is None:
        return 0, message.timestamp_ms
    delta = (message.timestamp_ms - last.message.timestamp_ms) & 0xFFFFFFFF
    best = 1
    if len(last.message.body) == len(message.body) and last.message.type_id == message.type_id:
        best = 3 if last.by_delta and delta == last.stamp else 2
    fmt = max((each for each in style.formats if each <= best), default=0)
    return (0, message.timestamp_ms) if delta >= 1 << 31 or fmt == 0 else (fmt, delta)


def _basic(fmt: int, lane: int, style: Style) -> bytes:
    if style.lane_bytes == 1:
        return bytes([fmt << 6 | lane])
    if style.lane_bytes == 2:
        return bytes([fmt << 6, lane - 64])
    return bytes([fmt << 6 | 1]) + struct.pack("<H", lane - 64)


def fragments(data: bytes, sizes: Iterator[int]) -> Iterator[bytes]:
    """The bytes in pieces of the given sizes."""
    pos = 0
    while pos < len(data):
        size = next(sizes)
        yield data[pos : pos + size]
        pos += size
