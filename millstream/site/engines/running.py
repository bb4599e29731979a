"""Run one engine for the length of a command or a test: start, wait until ready, stop."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from millstream.site.engines.account import EngineRefused

READY_SECONDS = 60.0
STOP_SECONDS = 30.0
PAUSE_SECONDS = 0.02
LOG_TAIL_LINES = 12


class Engine(Protocol):
    """What PostgreSQL and NATS have in common."""

    name: str
    stop_signal: str

    def prepare(self) -> None: ...
    def command(self) -> list[str]: ...
    def is_ready(self) -> bool: ...


def start(engine: Engine, log: Path) -> subprocess.Popen[bytes]:
    """Start a prepared engine and wait until it answers; refuses with the end of its log."""
    engine.prepare()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            engine.command(), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd="/", start_new_session=True
        )
    patience = time.monotonic() + READY_SECONDS
    while not engine.is_ready():
        if process.poll() is not None or time.monotonic() > patience:
            stop(engine, process)
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
            raise EngineRefused(f"{engine.name} did not start:\n{tail}")
        time.sleep(PAUSE_SECONDS)
    return process


def stop(engine: Engine, process: subprocess.Popen[bytes]) -> None:
    """Ask the engine to stop, wait, and only then insist."""
    if process.poll() is None:
        process.send_signal(signal.Signals[engine.stop_signal])
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running[E: Engine](engine: E, log: Path) -> Iterator[E]:
    """The engine runs inside the block."""
    process = start(engine, log)
    try:
        yield engine
    finally:
        stop(engine, process)
