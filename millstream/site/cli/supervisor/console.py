"""What a person sees of the processes: coloured, prefixed lines, and the same lines in rotated files."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

COLOURS = {"up": 37, "postgres": 34, "nats": 36, "web": 32, "room": 92, "worker": 33, "media": 35, "sim": 90}
NAME_WIDTH = 8
FILE_BYTES = 10 * 2**20
FILES_KEPT = 5


class Console:
    """Writes each process's lines to the terminal and to `log/<name>.log`."""

    def __init__(self, logs: Path, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() and not os.environ.get("NO_COLOR")
        self._logs = logs
        self._files: dict[str, RotatingFileHandler] = {}

    def say(self, text: str) -> None:
        """The supervisor itself speaks."""
        for line in text.splitlines():
            self.line("up", line)

    def line(self, name: str, text: str, *, quiet: bool = False) -> None:
        """One line of a process; a quiet one goes to its file alone."""
        self._write(name, text)
        if quiet:
            return
        prefix = f"{name:<{NAME_WIDTH}}|"
        if self._colour:
            prefix = f"\x1b[{COLOURS.get(name, 37)}m{prefix}\x1b[0m"
        try:
            print(prefix, text, file=self._out, flush=True)
        except (BrokenPipeError, ValueError):  # the terminal is gone; the files go on
            return

    def close(self) -> None:
        for handler in self._files.values():
            handler.close()

    def _write(self, name: str, text: str) -> None:
        if name not in self._files:
            self._logs.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                self._logs / f"{name}.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
            )
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            self._files[name] = handler
        record = logging.LogRecord(name, logging.INFO, "", 0, text.replace("%", "%%"), (), None)
        record.msg = text
        self._files[name].emit(record)
