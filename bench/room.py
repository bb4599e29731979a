"""A room under load: N real sockets in one room server, latency of trade and of talk, CPU of the server.

    python bench/room.py [--sockets 1000] [--pins 20] [--seconds 20] [--say-per-second 10]

Starts a PostgreSQL, a NATS and a room server of its own, opens the sockets from this process on the same machine, pins
and talks, and prints: seconds until all sockets are in, p50/p95/max of trade (row written to frame read by each socket)
and of a message (said to frame read), frames lost, CPU of the server, and the share of the generator.
The limit of sockets per network is raised for it, and printed: all sockets come from 127.0.0.1.
"""

# ruff: noqa: PLC0415 - what needs Django is imported once the engines run and it is set up

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
STARTED_WITHIN_SECONDS = 40
SETTLE_SECONDS = 3.0


def main() -> None:
    """Set the engines up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--pins", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--say-per-second", type=float, default=10.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millstream-bench-room-") as folder, ExitStack() as stack:
        town = Town(Path(folder), stack, options.sockets)
        measured = asyncio.run(measure(town, options))
    print(json.dumps(measured, indent=2))


class Town:
    """Engines, one live show, and a room server in a process of its own."""

    def __init__(self, folder: Path, stack: ExitStack, sockets: int) -> None:
        from millstream.site.engines.nats import Nats
        from millstream.site.engines.postgres import Postgres
        from millstream.site.engines.running import start, stop

        postgres, nats = Postgres(folder / "postgres", folder / "run"), Nats(folder / "nats", folder / "run")
        for engine, name in ((postgres, "postgres.log"), (nats, "nats.log")):
            process = start(engine, folder / name)
            stack.callback(stop, engine, process)
        os.environ.update(
            DATABASE_URL=postgres.url("millstream"),
            NATS_URL=nats.url,
            MILLSTREAM_VAR=str(folder / "var"),
            DJANGO_SETTINGS_MODULE="millstream.site.settings",
            MILLSTREAM_ROOM_SOCKETS_PER_NETWORK=str(sockets + 100),
            MILLSTREAM_ROOM_SOCKETS_IN_ALL=str(sockets + 100),
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        from tests.live.town import make_town

        self.town = make_town()
        self.town.start()
        self.variants = [self.town.counter.variant, self.town.another_product()]
        from tests.live.room.processes import free_port, wait_for_port

        self.port, log = free_port(), folder / "room.log"
        arguments = [sys.executable, "-m", "millstream.live.room", "--port", str(self.port)]
        with log.open("wb") as out:
            self.server = subprocess.Popen(arguments, cwd=REPOSITORY, env=os.environ, stdout=out, stderr=out)
        stack.callback(self._end)
        wait_for_port(self.port, self.server, log)

    def _end(self) -> None:
        self.server.terminate()
        self.server.wait(20)

    def server_cpu_seconds(self) -> float:
        """What the server and its workers have used."""
        import psutil

        root = psutil.Process(self.server.pid)
        times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
        return sum(one.user + one.system for one in times)

    def server_memory_mb(self) -> float:
        """Resident memory of the server and its workers."""
        import psutil

        root = psutil.Process(self.server.pid)
        return sum(one.memory_info().rss for one in (root, *root.children(recursive=True))) / 2**20


async def measure(town: Town, options: argparse.Namespace) -> dict[str, Any]:
    """Open the sockets, pin and talk for a while, and put the figures together."""
    from tests.live.room.processes import enter

    room: UUID = town.town.show.room
    begun = time.perf_counter()
    viewers = []
    for start in range(0, options.sockets, 50):
        many = min(50, options.sockets - start)
        viewers += await asyncio.gather(*[enter(town.port, room) for _ in range(many)])
    opened = time.perf_counter() - begun
    heard: dict[str, list[float]] = {}
    listening = [asyncio.create_task(_listen(viewer, heard)) for viewer in viewers]
    await asyncio.sleep(SETTLE_SECONDS)
    cpu, own, wall = town.server_cpu_seconds(), time.process_time(), time.perf_counter()
    said_at: dict[str, float] = {}
    talking = asyncio.create_task(_talk(viewers, said_at, options))
    pinned_at: dict[str, float] = {}
    for number in range(options.pins):
        await asyncio.sleep(options.seconds / options.pins)
        await asyncio.to_thread(_pin, town, number, pinned_at)
    await talking
    await asyncio.sleep(SETTLE_SECONDS)
    wall = time.perf_counter() - wall
    figures = {
        "sockets": options.sockets,
        "sockets_per_network_raised_to": options.sockets + 100,
        "opened_seconds": round(opened, 2),
        "trade": _spread(heard, pinned_at, options.sockets),
        "talk": _spread(heard, said_at, options.sockets),
        "said_per_second": options.say_per_second,
        "server_cpu_percent_of_a_core": round(100 * (town.server_cpu_seconds() - cpu) / wall, 1),
        "generator_cpu_percent_of_a_core": round(100 * (time.process_time() - own) / wall, 1),
        "server_memory_mb": round(town.server_memory_mb()),
    }
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, *[viewer.wire.close() for viewer in viewers], return_exceptions=True)
    return figures


async def _listen(viewer: Any, heard: dict[str, list[float]]) -> None:
    """Note when each pin and message arrived at this socket."""
    async for frame in viewer.wire:  # a socket that is closed ends the bench: the figures would not be of N sockets
        at = time.perf_counter()
        told = json.loads(frame)
        for item in told.get("items", ()):
            heard.setdefault(f"pin {item['n']}", []).append(at)
        for message in told.get("messages", ()):
            heard.setdefault(message["text"], []).append(at)


async def _talk(viewers: list[Any], said_at: dict[str, float], options: argparse.Namespace) -> None:
    """Let another viewer speak each time, so that nobody is too fast."""
    for number in range(int(options.seconds * options.say_per_second)):
        text = f"message {number}"
        said_at[text] = time.perf_counter()
        await viewers[number % len(viewers)].send(t="say", text=text)
        await asyncio.sleep(1 / options.say_per_second)


def _pin(town: Town, number: int, pinned_at: dict[str, float]) -> None:
    """Pin the other product, hear the facts, publish the hints: what the worker does."""
    from millstream.kernel.facts.testing import hear_all
    from millstream.kernel.nats import publish_hint
    from millstream.live import api

    api.pin_product(town.town.show.id, town.variants[number % 2], host=town.town.dao, now=town.town.now)
    for hint in hear_all():
        for item in hint.payload["items"]:
            pinned_at[f"pin {item['n']}"] = time.perf_counter()
        publish_hint(hint.subject, hint.payload)


def _spread(heard: dict[str, list[float]], sent: dict[str, float], sockets: int) -> dict[str, float]:
    """Milliseconds from sent to read, over all sockets, and how many frames never came."""
    took = sorted((at - since) * 1000 for name, since in sent.items() for at in heard.get(name, ()))
    expected = len(sent) * sockets
    return {
        "sent": len(sent),
        "p50_ms": round(statistics.median(took), 1) if took else float("nan"),
        "p95_ms": round(took[int(len(took) * 0.95)], 1) if took else float("nan"),
        "max_ms": round(took[-1], 1) if took else float("nan"),
        "lost": expected - len(took),
    }


if __name__ == "__main__":
    main()
