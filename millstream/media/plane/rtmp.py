# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""The RTMP server side of one connection: handshake, commands, admission, media into a feed."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from millstream.media.plane import amf0, chunks
from millstream.media.plane.admission import Admitted, Asking, Refused
from millstream.media.plane.asking import read_asking
from millstream.media.plane.chunks import ChunkError, ChunkReader, Message, write_message
from millstream.media.plane.feed import Feed, FeedRefused, TooLong
from millstream.media.plane.flv import CodecRefused, FlvReader, read_metadata
from millstream.media.plane.refusing import Reason, reason_of
from millstream.media.plane.samples import RawSample
from millstream.media.plane.stream import LiveStream, StreamBusy, StreamClosed
from millstream.media.plane.timeline import ClockRefused

if TYPE_CHECKING:
    from millstream.media.plane.rtmp_server import RtmpServer

HANDSHAKE_BYTES = 1536
MAX_BYTES_BEFORE_PUBLISH = 1 << 20
PUBLISH_WITHIN_SECONDS = 10.0
SILENT_LINE_SECONDS = 20.0
LINGER_SECONDS = 1.5
MAX_LEAD_SECONDS = 6.0
RESUME_LEAD_SECONDS = 4.0
WINDOW_BYTES = 2_500_000
OUR_CHUNK_SIZE = 4096
MAX_COMMANDS_BEFORE_PUBLISH = 50
_BAD_NAME, _REJECTED = "NetStream.Publish.BadName", "NetStream.Publish.Rejected"
_MEDIA_TROUBLE = (CodecRefused, FeedRefused, ClockRefused)

log = logging.getLogger("millstream.media.rtmp")


class RtmpSession(asyncio.Protocol):
    """One connection. Nothing a peer sends may raise out of here: it is refused, logged and closed."""

    def __init__(self, server: RtmpServer, number: str) -> None:
        self._server, self._number = server, number
        self._reader = ChunkReader(MAX_BYTES_BEFORE_PUBLISH)
        self._hello = bytearray()
        self._step = 0
        self._peer = "?"
        self._connect: dict[str, amf0.Amf] = {}
        self._commands = 0
        self._chunk_size = 128
        self._asking: Asking | None = None
        self._granted: Admitted | None = None
        self._stream: LiveStream | None = None
        self._feed: Feed | None = None
        self._flv = FlvReader()
        self._deciding = False
        self._leaving = False
        self._received = self._acknowledged = 0
        self._window = WINDOW_BYTES
        self._published_at = 0.0
        self._heard_at = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    # --- connection ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock: who does not publish within 10 s is cut off."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self._peer = str(name[0]) if name else "?"
        if not self._server.stand(self):
            log.warning("too many RTMP connections, %s is turned away", self._peer)
            self._transport.abort()
            return
        self._server.sessions.add(self)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(PUBLISH_WITHIN_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone: the stream waits for the next publisher."""
        self._server.sessions.discard(self)
        self._server.leave(self)
        if self._timer is not None:
            self._timer.cancel()
        self._leave_stream()

    def _leave_stream(self) -> None:
        stream, feed, self._feed = self._stream, self._feed, None
        if stream is not None and feed is not None:
            stream.detach(feed)
            log.info("publisher %s of stream %s is gone", self._peer, stream.stream)
            if self._asking is not None and self._granted is not None:
                done = self._server.gate.done(self._asking, self._granted)
                self._server.spawn(asyncio.get_running_loop().create_task(done))

    @property
    def peer(self) -> str:
        """The address of the other side."""
        return self._peer

    @property
    def publishes(self) -> bool:
        """True while it feeds a stream."""
        return self._feed is not None

    @property
    def is_deciding(self) -> bool:
        """True while the web process is asked."""
        return self._deciding

    def abort(self, reason: Reason, words: str = "") -> None:
        """Cut the line now."""
        log.info("RTMP connection from %s is cut: %s", self._peer, words or reason)
        if not self._leaving and reason is not Reason.STOPPING:
            self._server.refused[reason] += 1
        self._leaving = True
        self._transport.abort()

    def _too_slow(self) -> None:
        if self._feed is None and not self._deciding:
            self.abort(Reason.SLOW, "nothing was published in time")
        else:
            self._watch_silence()

    def _watch_silence(self) -> None:
        if time.monotonic() - self._heard_at > SILENT_LINE_SECONDS:
            self.abort(Reason.SILENT, "no picture and no sound came any more")
            return
        self._timer = asyncio.get_running_loop().call_later(SILENT_LINE_SECONDS / 4, self._watch_silence)

    # --- bytes --------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes from the publisher, in any fragments."""
        self._server.received_bytes += len(data)
        if self._leaving:
            return
        try:
            if self._step < 2:
                data = self._shake(data)
            self._acknowledge(len(data))
            if data:
                self._reader.push(data)
            if self._feed is None and self._reader.waiting_bytes > MAX_BYTES_BEFORE_PUBLISH:
                raise ChunkError("too much before publish")
            self._read_messages()
        except (ChunkError, amf0.AmfError) as error:
            self.abort(Reason.BROKEN, f"broken RTMP: {error}")
        except Exception:
            # The border of the process to strangers: whatever one of them triggers must not reach the others.
            log.exception("RTMP connection from %s broke us", self._peer)
            self.abort(Reason.INTERNAL)

    def _shake(self, data: bytes) -> bytes:
        """C0, C1 and C2 in; S0, S1 and S2 out. Gives back what follows them."""
        self._hello += data
        if self._step == 0 and len(self._hello) >= 1 + HANDSHAKE_BYTES:
            if self._hello[0] != 3:
                raise ChunkError(f"version {self._hello[0]} instead of 3")
            ours = bytes(8) + secrets.token_bytes(HANDSHAKE_BYTES - 8)
            self._transport.write(b"\x03" + ours + bytes(self._hello[1 : 1 + HANDSHAKE_BYTES]))
            self._step = 1
        if self._step == 0 and self._hello[0] != 3:
            raise ChunkError("this is not RTMP")
        if self._step == 1 and len(self._hello) >= 1 + 2 * HANDSHAKE_BYTES:
            self._step = 2
            rest = bytes(self._hello[1 + 2 * HANDSHAKE_BYTES :])
            self._hello = bytearray()
            return rest
        return b""

    def _acknowledge(self, count: int) -> None:
        self._received = (self._received + count) & 0xFFFFFFFF
        if (self._received - self._acknowledged) & 0xFFFFFFFF >= self._window // 2:
            self._acknowledged = self._received
            self._send(chunks.ACK, self._received.to_bytes(4), lane_id=2)

    def _read_messages(self) -> None:
        while not (self._deciding or self._leaving):
            message = self._reader.next_message()
            if message is None:
                break
            try:
                self._take(message)
            except _MEDIA_TROUBLE as error:
                self._refuse(_REJECTED, str(error), reason_of(error))
        self._keep_pace()

    def _keep_pace(self) -> None:
        """Who sends faster than it plays is read more slowly."""
        if self._feed is None or self._leaving or not self._server.keeps_pace:
            return
        lead = self._feed.lead_seconds(time.monotonic())
        if lead > MAX_LEAD_SECONDS and self._transport.is_reading():
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(lead - RESUME_LEAD_SECONDS, self._read_on)

    def _read_on(self) -> None:
        self._heard_at = time.monotonic()
        if not self._transport.is_closing():
            self._transport.resume_reading()

    # --- messages -----------------------------------------------------------------------------------------------

    def _take(self, message: Message) -> None:
        kind, body = message.type_id, message.body
        if kind in (chunks.VIDEO, chunks.AUDIO):
            self._take_media(message)
        elif kind in (chunks.DATA, chunks.DATA_AMF3):
            promise = read_metadata(body.removeprefix(b"\0") if kind == chunks.DATA_AMF3 else body)
            if promise is not None and self._feed is not None:
                self._feed.says(promise)
        elif kind in (chunks.COMMAND, chunks.COMMAND_AMF3):
            self._take_command(amf0.read_values(body[1:] if kind == chunks.COMMAND_AMF3 else body), message.stream_id)
        elif kind == chunks.WINDOW and len(body) >= 4:
            self._window = min(max(int.from_bytes(body[:4]), 4096), WINDOW_BYTES)
        elif kind == chunks.USER_CONTROL and body[:2] == b"\0\6":
            self._send(chunks.USER_CONTROL, b"\0\7" + body[2:6], lane_id=2)

    def _take_media(self, message: Message) -> None:
        feed = self._feed
        if feed is None:
            return
        # Whole pictures and sounds count, not bytes: a line that drips keeps no place.
        self._heard_at = time.monotonic()
        hours = self._granted.max_hours if self._granted is not None else 0
        if hours and time.monotonic() - self._published_at > hours * 3600:
            raise TooLong("this show has reached its longest duration")
        read = self._flv.video if message.type_id == chunks.VIDEO else self._flv.audio
        reading = read(message.body, message.timestamp_ms)
        if reading is None:
            return
        if isinstance(reading, RawSample):
            feed.sample(reading, time.monotonic())
        else:
            feed.config(reading)

    def _take_command(self, values: list[amf0.Amf], stream_id: int) -> None:
        name = values[0] if values else None
        number = values[1] if len(values) > 1 and isinstance(values[1], float) else 0.0
        self._commands += 1
        if self._feed is None and self._commands > MAX_COMMANDS_BEFORE_PUBLISH:
            raise ChunkError("too many commands")
        if name == "connect":
            self._connect = values[2] if len(values) > 2 and isinstance(values[2], dict) else {}
            self._welcome(number)
        elif name == "createStream":
            self._command(amf0.write_values("_result", number, None, 1))
        elif name in ("releaseStream", "FCPublish", "_checkbw", "getStreamLength"):
            self._command(amf0.write_values("_result", number, None, None))
        elif name == "publish":
            self._publish(values[3] if len(values) > 3 else None, stream_id)
        elif name in ("FCUnpublish", "deleteStream", "closeStream"):
            self._leave_stream()
        elif name == "play":
            self._status("NetStream.Play.Failed", "this server only takes publishers", level="error")
            self._linger("play is not offered")

    def _welcome(self, number: float) -> None:
        self._send(chunks.WINDOW, WINDOW_BYTES.to_bytes(4), lane_id=2)
        self._send(chunks.PEER_BANDWIDTH, WINDOW_BYTES.to_bytes(4) + b"\2", lane_id=2)
        self._send(chunks.SET_CHUNK_SIZE, OUR_CHUNK_SIZE.to_bytes(4), lane_id=2)
        server: dict[str, amf0.AmfInput] = {"fmsVer": "FMS/3,5,7,7009", "capabilities": 31}
        status: dict[str, amf0.AmfInput] = {"level": "status", "code": "NetConnection.Connect.Success"}
        status |= {"description": "welcome", "objectEncoding": 0}
        self._command(amf0.write_values("_result", number, server, status))

    # --- publishing ---------------------------------------------------------------------------------------------

    def _publish(self, name: amf0.Amf, stream_id: int) -> None:
        if self._feed is not None or self._deciding:
            return
        asking = read_asking(self._connect, name, self._peer, self._number)
        if asking is None:
            self._refuse(_BAD_NAME, "give a stream key: rtmp://HOST/live/KEY", Reason.KEY)
            return
        if self._server.is_full:
            self._refuse(_BAD_NAME, "this server is full: try again later", Reason.FULL)
            return
        self._asking = asking
        self._deciding = True
        self._transport.pause_reading()
        loop = asyncio.get_running_loop()
        self._server.spawn(loop.create_task(self._decide(asking), name="admission"))

    async def _decide(self, asking: Asking) -> None:
        try:
            granted = await self._server.gate.ask(asking)
            stream = await self._server.hub.open(granted.stream, granted.playback)
            if self._transport.is_closing():
                return
            feed = stream.attach(source="rtmp", peer=self._peer, max_kbit=granted.max_kbit, on_evicted=self._evicted)
        except (Refused, StreamBusy, StreamClosed) as error:
            words, reason = str(error), reason_of(error)
            self._after_deciding(lambda: self._refuse(_BAD_NAME, words, reason))
        except Exception:
            log.exception("admission of %s broke", self._peer)
            self._after_deciding(lambda: self._refuse(_BAD_NAME, "internal error, try again", Reason.INTERNAL))
        else:
            self._after_deciding(lambda: self._go(granted, stream, feed))

    def _after_deciding(self, then: Callable[[], None]) -> None:
        self._deciding = False
        self._heard_at = time.monotonic()
        if self._transport.is_closing():
            return
        then()
        self._transport.resume_reading()
        self.data_received(b"")

    def _go(self, granted: Admitted, stream: LiveStream, feed: Feed) -> None:
        self._granted, self._stream, self._feed = granted, stream, feed
        self._server.leave(self)
        self._published_at = time.monotonic()
        self._reader.max_message_bytes = chunks.MAX_MESSAGE_BYTES
        self._send(chunks.USER_CONTROL, b"\0\0" + (1).to_bytes(4), lane_id=2)
        self._status("NetStream.Publish.Start", "publishing", level="status")
        log.info("publisher %s holds stream %s", self._peer, stream.stream)

    def _evicted(self, reason: str) -> None:
        why = Reason.CLOSED if self._stream is not None and self._stream.closed else Reason.TAKEN_OVER
        self._refuse("NetStream.Unpublish.Success", reason, why)

    # --- answers ------------------------------------------------------------------------------------------------

    def _refuse(self, code: str, words: str, reason: Reason) -> None:
        """Say why, and close once the peer had time to read it."""
        self._server.refused[reason] += 1
        log.warning("publisher %s is refused (%s): %s", self._peer, reason, words)
        self._status(code, words, level="error")
        self._leave_stream()
        self._linger(words)

    def _linger(self, reason: str) -> None:
        # Closing with unread bytes would reset the line and lose the status; so read on for a moment.
        self._leaving = True
        self._reader = ChunkReader()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.abort)
        log.debug("closing %s: %s", self._peer, reason)

    def _status(self, code: str, text: str, *, level: str) -> None:
        info = {"level": level, "code": code, "description": text}
        self._command(amf0.write_values("onStatus", 0, None, info), stream_id=1)

    def _command(self, body: bytes, *, stream_id: int = 0) -> None:
        self._send(chunks.COMMAND, body, lane_id=3, stream_id=stream_id)

    def _send(self, type_id: int, body: bytes, *, lane_id: int, stream_id: int = 0) -> None:
        message = Message(type_id, 0, stream_id, body)
        self._transport.write(write_message(message, lane_id=lane_id, chunk_size=self._chunk_size))
        if type_id == chunks.SET_CHUNK_SIZE:
            self._chunk_size = int.from_bytes(body)
