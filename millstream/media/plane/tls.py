"""RTMPS: the certificate of its port, and lines that stand at the door until their TLS handshake is done."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Any, cast

from millstream.media.plane.refusing import Reason
from millstream.media.plane.rtmp import RtmpSession
from millstream.media.plane.rtmp_server import RtmpServer

LOOK_SECONDS = 60.0
SHAKE_SECONDS = 10.0
PIECE_BYTES = 64 << 10

log = logging.getLogger("millstream.media.tls")


class Certificate:
    """A TLS context that follows its files: a renewed certificate needs no restart, which would drop every picture."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._stamp = self._load()

    def _load(self) -> tuple[int, int]:
        stamp = (self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns)
        self.context.load_cert_chain(self._certificate, self._key)
        return stamp

    def refresh(self) -> bool:
        """Take up the files when they changed; half written ones are passed over until they are whole."""
        try:
            stamp = (self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns)
            if stamp == self._stamp:
                return False
            self._stamp = self._load()
        except (OSError, ssl.SSLError) as error:
            log.warning("the new certificate cannot be read yet: %s", type(error).__name__)
            return False
        log.info("the certificate of the RTMPS port was renewed")
        return True

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.refresh)


class TlsDoor(asyncio.Protocol):
    """A line to the RTMPS port, counted at the door from its first byte on; after the handshake a session inside it.

    The loop's own TLS would show a line only after its handshake, so those that never shake hands would be unbounded.
    """

    def __init__(self, server: RtmpServer, context: ssl.SSLContext) -> None:
        self._server = server
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._session: RtmpSession | None = None
        self._peer = "?"
        self._timer: asyncio.TimerHandle | None = None

    @property
    def peer(self) -> str:
        """Its address."""
        return self._peer

    @property
    def is_deciding(self) -> bool:
        """It only shakes hands."""
        return False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake when there is a place at the door."""
        self._transport = cast(asyncio.Transport, transport)
        name = transport.get_extra_info("peername")
        self._peer = str(name[0]) if name else "?"
        if not self._server.stand(self):
            self._transport.abort()
            return
        self._timer = asyncio.get_running_loop().call_later(SHAKE_SECONDS, self.abort, Reason.SLOW)

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone, with the session inside it."""
        self._stop_waiting()
        if self._session is not None:
            self._session.connection_lost(exc)

    def abort(self, reason: Reason) -> None:
        """Cut it now."""
        if reason is not Reason.STOPPING:
            self._server.refused[reason] += 1
        self._stop_waiting()
        self._transport.abort()

    def _stop_waiting(self) -> None:
        self._server.leave(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Encrypted bytes: shake hands, or hand the clear ones to the session."""
        self._in.write(data)
        try:
            if self._session is None:
                self._shake()
            if self._session is not None:
                while piece := self._tls.read(PIECE_BYTES):
                    self._session.data_received(piece)
                self._transport.close()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLZeroReturnError:
            self._transport.close()
        except ssl.SSLError as error:
            self._flush()
            log.info("no TLS with %s: %s", self._peer, error.reason or "broken")
            self.abort(Reason.BROKEN)

    def _shake(self) -> None:
        self._tls.do_handshake()
        self._flush()
        self._stop_waiting()
        self._session = self._server()
        self._session.connection_made(_Inside(self))

    def _flush(self) -> None:
        if self._out.pending and not self._transport.is_closing():
            self._transport.write(self._out.read())

    def write(self, data: bytes) -> None:
        """Clear bytes of the session."""
        if not self._transport.is_closing():
            self._tls.write(data)
            self._flush()

    @property
    def line(self) -> asyncio.Transport:
        """The TCP line itself."""
        return self._transport


class _Inside(asyncio.Transport):
    """What a session sees of its line: clear text, everything else is the TCP line's."""

    def __init__(self, door: TlsDoor) -> None:
        super().__init__()
        self._door = door

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._door.write(bytes(data))

    def abort(self) -> None:
        self._door.line.abort()

    def close(self) -> None:
        self._door.line.close()

    def is_closing(self) -> bool:
        return self._door.line.is_closing()

    def is_reading(self) -> bool:
        return self._door.line.is_reading()

    def pause_reading(self) -> None:
        self._door.line.pause_reading()

    def resume_reading(self) -> None:
        self._door.line.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._door.line.get_extra_info(name, default)
