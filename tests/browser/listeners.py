"""Viewers without a window: sockets into the room, at least one in every web process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psutil
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.browser.town import DemoTown, until

MOST_SOCKETS = 24


class Listener:
    """One open socket; every frame is kept with the moment it came."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        self.heard: list[tuple[float, dict[str, Any]]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for text in self.wire:
                self.heard.append((time.time(), json.loads(text)))
        except ConnectionClosed:
            return

    def hears(self, kind: str, words: str) -> float:
        """Wait for a frame of this kind that contains the words; when it came, in seconds of the clock."""
        found = until(
            lambda: [
                at for at, frame in self.heard if frame["t"] == kind and words in json.dumps(frame, ensure_ascii=False)
            ],
            10,
            f"{kind} with {words}",
        )
        return found[0]


def web_processes(town: DemoTown) -> set[int]:
    """The pids of the web workers that hold the room's sockets."""
    return {child.pid for child in town.process("web").children(recursive=True)}


@contextmanager
def listeners_in_every_process(town: DemoTown, page: Page) -> Iterator[list[Listener]]:
    """Open sockets with the pass of a room's page, as guests, until every web process holds one."""
    path = page.get_attribute("ms-room", "data-socket")
    assert path is not None
    last = int(page.get_attribute("ms-room", "data-last") or 0)
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    address = town.web.replace("http", "ws") + path.partition("?")[0]
    workers, kept = web_processes(town), dict[int, Listener]()
    assert len(workers) >= 2, "the town runs two web workers"
    with ExitStack() as held:
        for _ in range(MOST_SOCKETS):
            with ExitStack() as tried:
                wire = tried.enter_context(
                    connect(address, origin=Origin(town.web), additional_headers={"Cookie": cookies})
                )
                process = _process_of(wire, workers)
                if process in kept:
                    continue
                wire.send(json.dumps({"t": "hello", "last": last}))
                kept[process] = Listener(wire)
                held.push(tried.pop_all())
            if len(kept) == 2:
                break
        assert len(kept) == 2, "the kernel gave every connection to one process"
        yield list(kept.values())


def _process_of(wire: ClientConnection, workers: set[int]) -> int:
    """Which web process has the other end of a socket."""
    ours = wire.local_address[1]

    def found() -> int:
        for pid in workers:
            ends = psutil.Process(pid).net_connections("tcp")
            if any(end.raddr[1:] == (ours,) for end in ends):
                return pid
        return 0

    return until(found, 5, "the process that holds the socket")
