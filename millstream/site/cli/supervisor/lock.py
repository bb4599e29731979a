"""One `up` for each folder: a lock that the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

TRIES = 3  # a `millstream stop` or `doctor` that looks at the lock holds it for an instant
TRY_SECONDS = 0.1


class FolderTaken(Exception):
    """Another process runs on this folder; `pid` is its number."""

    def __init__(self, var: Path, pid: int) -> None:
        super().__init__(f"Millstream already runs on {var} (process {pid}). Stop it with `millstream stop`.")
        self.pid = pid


def lock_file(var: Path) -> Path:
    return var / "run" / "up.lock"


@contextmanager
def folder_lock(var: Path) -> Iterator[None]:
    """Hold the folder inside the block; refuses with FolderTaken."""
    path = lock_file(var)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as gate:
        if not any(_taken(gate) for _ in range(TRIES)):
            raise FolderTaken(var, holder(var) or 0)
        gate.truncate(0)
        gate.write(f"{os.getpid()}\n")
        gate.flush()
        yield
        gate.truncate(0)


def holder(var: Path) -> int | None:
    """The process that holds the folder now, if any."""
    path = lock_file(var)
    if not path.exists():
        return None
    with path.open("r+") as gate:
        if _taken(gate):
            return None
        words = gate.read().split()
    return int(words[0]) if words and words[0].isdigit() else 0


def _taken(gate: IO[str]) -> bool:
    """Try to take the lock; it goes with the file handle."""
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(TRY_SECONDS)
        return False
    return True
