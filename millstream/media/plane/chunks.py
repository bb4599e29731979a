# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""The RTMP chunk layer: messages out of arbitrary byte fragments, and back."""

from __future__ import annotations

from dataclasses import dataclass, field

MAX_MESSAGE_BYTES = 4 << 20
MAX_PARTIAL_BYTES = 8 << 20
MAX_CHUNK_STREAMS = 64
MAX_CHUNK_SIZE = 1 << 24
EXTENDED = 0xFFFFFF
_HEADER_BYTES = (11, 7, 3, 0)

SET_CHUNK_SIZE, ABORT, ACK, USER_CONTROL, WINDOW, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO, DATA_AMF3, COMMAND_AMF3, DATA, COMMAND, AGGREGATE = 8, 9, 15, 17, 18, 20, 22


class ChunkError(ValueError):
    """The peer broke the chunk format or one of our limits."""


@dataclass(frozen=True, slots=True)
class Message:
    """One RTMP message; the timestamp is the publisher's 32-bit millisecond clock."""

    type_id: int
    timestamp_ms: int
    stream_id: int
    body: bytes


@dataclass(slots=True)
class _Lane:
    timestamp: int = 0
    delta: int = 0
    length: int = 0
    type_id: int = 0
    stream_id: int = 0
    extended: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    open: bool = False


class ChunkReader:
    """Rebuilds messages; header state moves only when a whole chunk is there."""

    def __init__(self, max_message_bytes: int = MAX_MESSAGE_BYTES) -> None:
        self.max_message_bytes = max_message_bytes
        self.chunk_size = 128
        self._buffer = bytearray()
        self._lanes: dict[int, _Lane] = {}
        self._partial_bytes = 0

    @property
    def waiting_bytes(self) -> int:
        """How much is buffered and not yet read."""
        return len(self._buffer) + self._partial_bytes

    def push(self, data: bytes) -> None:
        """Add bytes from the wire."""
        self._buffer += data

    def next_message(self) -> Message | None:
        """The next whole message, or None until more bytes come; chunk size and abort are obeyed inside."""
        while True:
            lane = self._next_chunk()
            if lane is None:
                return None
            if len(lane.body) < lane.length:
                continue
            message = Message(lane.type_id, lane.timestamp, lane.stream_id, bytes(lane.body))
            self._drop_body(lane)
            if message.type_id == SET_CHUNK_SIZE and len(message.body) >= 4:
                self.chunk_size = min(max(int.from_bytes(message.body[:4]) & 0x7FFFFFFF, 1), MAX_CHUNK_SIZE)
            elif message.type_id == ABORT and len(message.body) >= 4:
                aborted = self._lanes.get(int.from_bytes(message.body[:4]))
                if aborted is not None:
                    self._drop_body(aborted)
            else:
                return message

    def _drop_body(self, lane: _Lane) -> None:
        self._partial_bytes -= len(lane.body)
        lane.body = bytearray()
        lane.open = False

    def _next_chunk(self) -> _Lane | None:
        buffer = self._buffer
        basic = _basic_header(buffer)
        if basic is None:
            return None
        fmt, lane_id, pos = basic
        end = pos + _HEADER_BYTES[fmt]
        if len(buffer) < end:
            return None
        lane = self._lanes.get(lane_id)
        if lane is None:
            lane = self._open_lane(lane_id, fmt)
        if lane.open and fmt != 3:
            # A new header in the middle of a message: the old message is lost, the new one counts.
            self._drop_body(lane)
        header = bytes(buffer[pos:end])
        extended, end = self._extended(lane, fmt, header, end)
        if extended is None:
            return None
        length = int.from_bytes(header[3:6]) if fmt < 2 else lane.length
        if length > self.max_message_bytes:
            raise ChunkError(f"message of {length} bytes is too large")
        take = min(self.chunk_size, length - len(lane.body))
        if len(buffer) < end + take:
            return None
        if not lane.open:
            _start_message(lane, fmt, header, extended)
        lane.body += buffer[end : end + take]
        self._partial_bytes += take
        del buffer[: end + take]
        if self._partial_bytes > MAX_PARTIAL_BYTES:
            raise ChunkError("too many unfinished messages")
        return lane

    def _open_lane(self, lane_id: int, fmt: int) -> _Lane:
        if len(self._lanes) >= MAX_CHUNK_STREAMS:
            raise ChunkError("too many chunk streams")
        if fmt == 3:
            raise ChunkError("a chunk stream starts without a header")
        lane = self._lanes[lane_id] = _Lane()
        return lane

    def _extended(self, lane: _Lane, fmt: int, header: bytes, end: int) -> tuple[bytes | None, int]:
        """The extended timestamp bytes (empty when there are none, None while incomplete) and where the body starts."""
        expected = lane.extended
        if fmt != 3:
            expected = b"?" if int.from_bytes(header[:3]) == EXTENDED else b""
        if not expected:
            return b"", end
        if len(self._buffer) < end + 4:
            return None, end
        found = bytes(self._buffer[end : end + 4])
        if fmt == 3 and lane.open and found != expected:
            # Some encoders do not repeat the extended timestamp inside a message: these bytes are its body.
            return expected, end
        return found, end + 4


def _basic_header(buffer: bytearray) -> tuple[int, int, int] | None:
    """Format, chunk stream id and length of the basic header: 1, 2 or 3 bytes."""
    if not buffer:
        return None
    fmt, short = buffer[0] >> 6, buffer[0] & 0x3F
    if short > 1:
        return fmt, short, 1
    if len(buffer) < 2 + short:
        return None
    if short == 0:
        return fmt, 64 + buffer[1], 2
    return fmt, 64 + buffer[1] + (buffer[2] << 8), 3


def _start_message(lane: _Lane, fmt: int, header: bytes, extended: bytes) -> None:
    lane.open = True
    if fmt < 3:
        stamp = int.from_bytes(extended) if extended else int.from_bytes(header[:3])
        lane.extended = extended
        if fmt == 0:
            lane.timestamp, lane.delta = stamp, 0
            lane.stream_id = int.from_bytes(header[7:11], "little")
        else:
            lane.delta = stamp
        if fmt < 2:
            lane.length, lane.type_id = int.from_bytes(header[3:6]), header[6]
    lane.timestamp = (lane.timestamp + lane.delta) & 0xFFFFFFFF


def write_message(message: Message, *, lane_id: int = 3, chunk_size: int = 128) -> bytes:
    """One message as chunks: a full header, then continuation chunks."""
    assert 2 <= lane_id < 64
    late = message.timestamp_ms >= EXTENDED
    extended = message.timestamp_ms.to_bytes(4) if late else b""
    head = bytes([lane_id]) + (EXTENDED if late else message.timestamp_ms).to_bytes(3)
    head += len(message.body).to_bytes(3) + bytes([message.type_id]) + message.stream_id.to_bytes(4, "little")
    out = [head, extended, message.body[:chunk_size]]
    for start in range(chunk_size, len(message.body), chunk_size):
        out += [bytes([0xC0 | lane_id]), extended, message.body[start : start + chunk_size]]
    return b"".join(out)
