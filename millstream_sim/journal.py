"""An append-only journal of JSON lines: what a simulator has answered is still true after `kill -9`.

A line is handed to the operating system before the answer goes out, so killing the process loses nothing. It is not
forced to the disk: a power cut may lose the last lines of a *simulator*, which is not worth an fsync per payment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Journal:
    """One file, one writer; a torn last line (killed while writing) is cut off on opening."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._cut_torn_line()
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _cut_torn_line(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            end = size
            while end > 0:
                start = max(0, end - 65536)
                file.seek(start)
                at = file.read(end - start).rfind(b"\n")
                if at >= 0:
                    end = start + at + 1
                    break
                end = start
            if end < size:
                file.truncate(end)

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every record from the first to the last."""
        with self._path.open("rb") as file:
            for line in file:
                yield json.loads(line)

    def append(self, *records: Mapping[str, Any]) -> None:
        """Write the records in one call; when it returns they survive the death of this process."""
        data = b"".join(json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records)
        written = os.write(self._descriptor, data)
        if written != len(data):
            raise OSError(f"journal {self._path}: wrote {written} of {len(data)} bytes")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
