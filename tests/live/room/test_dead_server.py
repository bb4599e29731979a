"""A room server dies without a word; its viewers go elsewhere and miss no trade message."""

import asyncio
import os
import signal
import subprocess
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from websockets.exceptions import WebSocketException

from millstream.kernel.facts.testing import hear_all
from millstream.live import api
from tests.live.room.processes import PATIENCE, Viewer, enter, free_port, on_rows, running, wait_for_port
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

VIEWERS = 9
PINS_BEFORE, PINS_AFTER = 4, 6


class Faithful:
    """A viewer as our page is one: it goes to another process when its socket dies, and asks for what it missed."""

    def __init__(self, town: Town, ports: list[int], first: int) -> None:
        self.town, self.ports, self.at = town, ports, first
        self.numbers: set[int] = set()
        self.last = 0
        self.moved = 0

    async def watch(self, until: int) -> None:
        """Watch until trade number `until` has come."""
        viewer: Viewer | None = None
        while self.last < until:
            try:
                if viewer is None:
                    viewer = await enter(self.ports[self.at % len(self.ports)], self.town.show.room)
                    await viewer.send(t="hello", last=self.last)
                await self.take(viewer)
            except (WebSocketException, OSError):
                viewer, self.at, self.moved = None, self.at + 1, self.moved + 1
                await asyncio.sleep(0.05)

    async def take(self, viewer: Viewer) -> None:
        frame = await viewer._next(PATIENCE, "trade")
        if frame["t"] != "trade":
            return
        if frame["after"] > self.last:  # the frame tells of a gap: what is missing is asked for
            await viewer.send(t="hello", last=self.last)
            return
        self.numbers |= {item["n"] for item in frame["items"]}
        self.last = max(self.last, frame["last"])


def test_a_killed_server_costs_no_trade_message(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Three processes, nine viewers, one process killed while pins go on: every viewer ends with every number."""
    town = open_town
    town.start()
    hear_all()
    variants = [town.counter.variant, town.another_product()]
    begun = api.show(town.show.id).last_trade

    def pin(number: int) -> None:
        api.pin_product(town.show.id, variants[number % 2], host=town.dao, now=town.now)
        hear_all()

    async def play(ports: list[int], victim: subprocess.Popen[bytes]) -> list[Faithful]:
        viewers = [Faithful(town, ports, number) for number in range(VIEWERS)]
        total = begun + PINS_BEFORE + PINS_AFTER
        watching = [asyncio.create_task(viewer.watch(total)) for viewer in viewers]
        for number in range(PINS_BEFORE):
            await on_rows(partial(pin, number))
        os.kill(victim.pid, signal.SIGKILL)
        for number in range(PINS_AFTER):
            await on_rows(partial(pin, PINS_BEFORE + number))
        await asyncio.wait_for(asyncio.gather(*watching), 3 * PATIENCE)
        return viewers

    with ExitStack() as stack:
        ports, processes = [], []
        for number in range(3):
            port, log = free_port(), tmp_path / f"room-{number}.log"
            words = ["-m", "millstream.live.room", "--host", "127.0.0.1", "--port", str(port)]
            process = stack.enter_context(running(words, log))
            wait_for_port(port, process, log)
            ports.append(port)
            processes.append(process)
        viewers = asyncio.run(play(ports, processes[0]))
    expected = set(range(begun + 1, begun + PINS_BEFORE + PINS_AFTER + 1))
    assert all(viewer.numbers >= expected for viewer in viewers)
    assert sum(viewer.moved > 0 for viewer in viewers) >= VIEWERS // 3
