"""Events to JetStream: written to a bounded spool on disk first, sent in order, kept until acknowledged."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import NotFoundError

from millstream.media.plane.playlist import iso_time
from millstream.media.plane.recorder import replace_file
from millstream.media.plane.stream import StreamEvent

STREAM_NAME = "MEDIA"
SUBJECTS = "media.>"
STREAM_MAX_BYTES = 256 << 20
STREAM_MAX_AGE_SECONDS = 7 * 24 * 3600
FILE_EVENTS = 2_000
MAX_FILES = 50
ACK_SECONDS = 5.0
RETRY_SECONDS = 1.0
CURSOR_EVERY = 20

log = logging.getLogger("millstream.media.events")


def encode(event: StreamEvent) -> bytes:
    """One line of the spool: subject, message id and body of an event."""
    body = {
        "stream": str(event.stream),
        "session": str(event.session),
        "number": event.number,
        "kind": event.kind,
        "at": iso_time(event.at_ms),
        "data": event.data,
    }
    subject = f"media.{event.stream}.{event.kind}"
    line = {"subject": subject, "id": f"{event.session}:{event.number}", "body": body}
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


class Spool:
    """Lines on disk in files of bounded length; the oldest file goes when there are too many.

    A line is handed to the system at once, so a killed process loses none; the cursor may lag a few lines, which
    sends them again under the same message ids.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.dropped = 0
        self._folder = folder
        self._cursor = folder / "cursor.json"
        self._first, self._line = self._read_cursor()
        files = self._files()
        self._first = max(self._first, files[0]) if files else self._first
        self._last = max([*files, self._first])
        self._written = self._count(self._last)
        self._reading: tuple[int, list[bytes]] | None = None
        self._unsaved = 0
        # A line that a kill cut short would swallow the next one: go on in a fresh file.
        if self._written:
            self._last, self._written = self._last + 1, 0

    def __len__(self) -> int:
        """About how many lines wait."""
        return (self._last - self._first) * FILE_EVENTS + self._written - self._line

    def put(self, line: bytes) -> None:
        """Add one line at the end."""
        if self._written >= FILE_EVENTS:
            self._last, self._written = self._last + 1, 0
        with self._path(self._last).open("ab") as file:
            file.write(line)
        self._written += 1
        if self._reading is not None and self._reading[0] == self._last:
            self._reading[1].append(line)
        while self._last - self._first >= MAX_FILES:
            self.dropped += FILE_EVENTS
            log.error("events cannot be sent for so long that the oldest are dropped")
            self._next_file()

    def peek(self) -> bytes | None:
        """The oldest line that is not acknowledged, None when there is none."""
        while True:
            if self._reading is None or self._reading[0] != self._first:
                path = self._path(self._first)
                lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
                self._reading = (self._first, lines)
            if self._line < len(self._reading[1]):
                return self._reading[1][self._line]
            if self._first >= self._last:
                return None
            self._next_file()

    def acknowledge(self) -> None:
        """The line that `peek` gave is delivered."""
        self._line += 1
        self._unsaved += 1
        if self._unsaved >= CURSOR_EVERY or (self._first == self._last and self._line >= self._written):
            self._save_cursor()

    def _next_file(self) -> None:
        self._path(self._first).unlink(missing_ok=True)
        self._first, self._line, self._reading = self._first + 1, 0, None
        self._save_cursor()

    def _save_cursor(self) -> None:
        self._unsaved = 0
        replace_file(self._cursor, json.dumps({"file": self._first, "line": self._line}).encode())

    def _read_cursor(self) -> tuple[int, int]:
        try:
            saved = json.loads(self._cursor.read_bytes())
            return int(saved["file"]), int(saved["line"])
        except (OSError, ValueError, KeyError, TypeError):
            return 1, 0

    def _files(self) -> list[int]:
        return sorted(int(path.stem[7:]) for path in self._folder.glob("events-*.jsonl"))

    def _count(self, number: int) -> int:
        path = self._path(number)
        return len(path.read_bytes().splitlines()) if path.exists() else 0

    def _path(self, number: int) -> Path:
        return self._folder / f"events-{number:08d}.jsonl"


class Outbox:
    """Sends the spool in order; while NATS is away the events wait."""

    def __init__(self, spool: Spool, nats_url: str) -> None:
        self.spool = spool
        self.connected = False
        self.sent = 0
        self._url = nats_url
        self._wake = asyncio.Event()

    def tell(self, event: StreamEvent) -> None:
        """Take one event; it is on its way when this returns, NATS or not."""
        try:
            self.spool.put(encode(event))
        except OSError as error:
            # A full disk must not take the picture with it.
            self.spool.dropped += 1
            log.error("an event is lost: %s", error.strerror)  # noqa: TRY400 - the trace says no more
        self._wake.set()

    async def run(self) -> None:
        """Connect and send for ever; every trouble is waited out."""
        while True:
            try:
                await self._connected_run()
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("NATS is away (%s), %d events wait", type(error).__name__, len(self.spool))
            self.connected = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _connected_run(self) -> None:
        client = await nats.connect(
            self._url, name="millstream-media", connect_timeout=2, allow_reconnect=False, error_cb=_note_error
        )
        try:
            stream = client.jetstream(timeout=ACK_SECONDS)
            await ensure_stream(stream)
            self.connected = True
            while not client.is_closed:
                await self._send_waiting(stream)
                self._wake.clear()
                if self.spool.peek() is None:
                    await self._sleep()
        finally:
            await client.close()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(RETRY_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _send_waiting(self, stream: JetStreamContext) -> None:
        while (line := self.spool.peek()) is not None:
            try:
                message = json.loads(line)
                subject, body, name = message["subject"], json.dumps(message["body"]).encode(), message["id"]
            except (ValueError, KeyError, TypeError):
                log.warning("a line of the event spool cannot be read and is passed over")
                self.spool.acknowledge()
                continue
            await stream.publish(subject, body, timeout=ACK_SECONDS, headers={"Nats-Msg-Id": name})
            self.sent += 1
            self.spool.acknowledge()


async def _note_error(error: Exception) -> None:
    log.info("NATS: %s", error)


async def ensure_stream(stream: JetStreamContext) -> None:
    """Make the stream of media events where there is none; one that is there is left as it is."""
    try:
        await stream.stream_info(STREAM_NAME)
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(
                name=STREAM_NAME,
                subjects=[SUBJECTS],
                storage=StorageType.FILE,
                max_bytes=STREAM_MAX_BYTES,
                max_age=STREAM_MAX_AGE_SECONDS,
                duplicate_window=600,
            )
        )
