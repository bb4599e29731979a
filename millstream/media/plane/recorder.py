"""Writes what a stream sends to disk: one file per init segment, whole parts appended as they come."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from millstream.media.plane import boxes
from millstream.media.plane.packager import Init, Part, Segment
from millstream.media.plane.playlist import RecordedSegment
from millstream.media.plane.samples import TICKS_PER_SECOND

MAX_QUEUED_BYTES = 64 << 20
MIN_FREE_BYTES = 1 << 30
FREE_CHECK_SEGMENTS = 15
STATE_FILE = "state.json"

log = logging.getLogger("millstream.media.recorder")


@dataclass(frozen=True, slots=True)
class _Write:
    data: bytes = b""
    opens: str | None = None
    truncate_to: int = 0
    told: Callable[[], None] | None = None
    saves: bytes | None = None


class Recorder:
    """The recording of one stream. Writing happens in a thread; a full or broken disk stops it, not the stream.

    A part is handed to the system as soon as it is cut, so `kill -9` loses at most the part being written.
    """

    def __init__(
        self,
        folder: Path,
        executor: Executor,
        *,
        on_opened: Callable[[str, int], None],
        on_recorded: Callable[[RecordedSegment], None],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.stopped: str | None = None
        self.paused = False
        self.segments: list[RecordedSegment] = []
        self.written_bytes = 0
        self._executor = executor
        self._on_opened, self._on_recorded = on_opened, on_recorded
        self._file: str | None = None
        self._init: Init | None = None
        self._offset = 0
        self._segment: tuple[Segment, int, int, int] | None = None
        self._queue: asyncio.Queue[_Write] = asyncio.Queue()
        self._queued_bytes = 0
        self._behind_since: float | None = None
        self._closed_segments = 0
        self._descriptor: int | None = None
        self._task = asyncio.create_task(self._run(), name="recorder")

    def resume(self, file: str, init: Init, offset: int, segments: list[RecordedSegment]) -> None:
        """Go on in a file of an earlier process; what lies behind its last whole part is cut off."""
        self.segments = segments
        self._file, self._init, self._offset = file, init, offset
        self._put(_Write(opens=file, truncate_to=offset))

    def add_part(self, segment: Segment, part: Part, starts_at_ms: int, discontinuity_sequence: int) -> None:
        """Append a part; the first part of a segment brings its marker, a new init segment a new file."""
        if self.stopped is not None or (part.index == 0 and self.paused):
            return
        if self._queued_bytes + len(part.data) > MAX_QUEUED_BYTES:
            self.stop("the disk is too slow")
            return
        if self._init is None or self._init.data != segment.init.data:
            self._open(segment.init)
        if part.index == 0:
            marker = boxes.SegmentMarker(segment.sequence, starts_at_ms, discontinuity_sequence, segment.independent)
            self._append(boxes.write_marker(marker))
            self._segment = (segment, self._offset, 0, starts_at_ms)
        if self._segment is None or self._segment[0] is not segment:
            return
        _, offset, length, at = self._segment
        self._segment = (segment, offset, length + len(part.data), at)
        self._append(part.data)

    def close_segment(self, segment: Segment) -> None:
        """The segment is complete: list it and tell, once its bytes are written."""
        if self._segment is None or self._segment[0] is not segment:
            return
        _, offset, length, starts_at_ms = self._segment
        self._segment = None
        assert self._file is not None
        entry = RecordedSegment(
            file=self._file,
            init_length=len(segment.init.data),
            sequence=segment.sequence,
            offset=offset,
            length=length,
            starts_at_ms=starts_at_ms,
            duration_ms=round(segment.duration_ticks * 1000 / TICKS_PER_SECOND, 3),
            key=segment.independent,
        )
        self._put(_Write(told=lambda: self._tell(entry)))
        self._closed_segments += 1
        if self._closed_segments % FREE_CHECK_SEGMENTS == 1 and not self._has_room():
            self.stop("the disk is nearly full")

    def _tell(self, entry: RecordedSegment) -> None:
        self.segments.append(entry)
        self._on_recorded(entry)

    def stop(self, reason: str) -> None:
        """Record no more of this stream until the next publisher; the picture goes on."""
        if self.stopped is None:
            self.stopped = reason
            self._segment = None
            self._init = None
            log.error("recording of %s stopped: %s", self.folder.name, reason)

    def retry(self) -> None:
        """Record again after a stop, in a new file, when the disk has room again."""
        if self.stopped is not None and self._has_room():
            self.stopped = None

    def _has_room(self) -> bool:
        try:
            return shutil.disk_usage(self.folder).free >= MIN_FREE_BYTES
        except OSError:
            return False

    def save_state(self, state: bytes) -> None:
        """Replace the stream's state file, after everything handed over before is written."""
        self._put(_Write(saves=state))

    def _open(self, init: Init) -> None:
        name = self._free_name(init.number)
        self._file, self._init, self._offset = name, init, 0
        length = len(init.data)
        self._put(_Write(opens=name))
        self._append(init.data)
        self._put(_Write(told=lambda: self._on_opened(name, length)))

    def _free_name(self, number: int) -> str:
        """Files are named by their init segment; a second file of one sorts behind the first."""
        names = (f"rec-{number:06d}{f'r{turn:03d}' if turn else ''}.mp4" for turn in range(1000))
        return next(name for name in names if name != self._file and not (self.folder / name).exists())

    def _append(self, data: bytes) -> None:
        self._offset += len(data)
        self._put(_Write(data))

    @property
    def lag_seconds(self) -> float:
        """For how long something has waited to be written; 0 when all is on disk."""
        return time.monotonic() - self._behind_since if self._behind_since is not None else 0.0

    def _put(self, write: _Write) -> None:
        if self._behind_since is None:
            self._behind_since = time.monotonic()
        self._queued_bytes += len(write.data)
        self._queue.put_nowait(write)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._behind_since = None
            batch = [await self._queue.get()]
            self._behind_since = time.monotonic()
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await loop.run_in_executor(self._executor, self._write, batch)
            except OSError as error:
                self._close_file()
                self.stop(f"the disk refused: {error.strerror}")
            finally:
                self._queued_bytes -= sum(len(write.data) for write in batch)
                for write in batch:
                    if write.told is not None and self._descriptor is not None:
                        write.told()
                    self._queue.task_done()

    def _write(self, batch: list[_Write]) -> None:
        for write in batch:
            if write.saves is not None:
                replace_file(self.folder / STATE_FILE, write.saves)
            if write.opens is not None:
                self._close_file()
                path = self.folder / write.opens
                self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
                os.ftruncate(self._descriptor, write.truncate_to)
            rest = memoryview(write.data)
            while rest and self._descriptor is not None:
                count = os.write(self._descriptor, rest)
                self.written_bytes += count
                rest = rest[count:]

    def _close_file(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    async def drained(self) -> None:
        """Wait until everything handed over so far is written."""
        await self._queue.join()

    async def close(self) -> None:
        """Write what is left and close the file."""
        await self._queue.join()
        self._task.cancel()
        self._close_file()


def replace_file(path: Path, data: bytes) -> None:
    """Write a small file so that a reader, or a start after a kill, sees the old one or the new one, whole."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    fresh.replace(path)
