"""What every simulator is handed: settings, a client, a clock, a place for its journal, and tasks that are not lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from millstream_sim.http_client import HttpClient
from millstream_sim.journal import Journal
from millstream_sim.settings import SimSettings

log = logging.getLogger("millstream_sim")


@dataclass(slots=True)
class SimState:
    """The shared surroundings of the simulators in one process."""

    settings: SimSettings
    client: HttpClient
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time()

    def open_journal(self, name: str) -> Journal:
        """Open this simulator's journal."""
        return Journal(self.settings.state_dir / f"{name}.jsonl")

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run work in the background; its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background work failed", exc_info=task.exception())

    def stop(self) -> None:
        """Cancel what still runs; the journals hold what must be taken up again."""
        for task in tuple(self._tasks):
            task.cancel()
