"""Real server processes for tests of rooms, and real sockets into them.

Every wait has a deadline that a machine five times as slow still keeps; nothing here asserts how long something took.
"""

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from millstream.kernel.ids import new_id
from millstream.kernel.web.middleware import visitor_cookie
from millstream.live.room.admission import RoomPass, write_pass
from millstream.live.room.socket import CLOSE_SLOW
from millstream.site.cli.supervisor.town import granian
from millstream.site.engines.ports import is_busy

REPOSITORY = Path(__file__).resolve().parents[3]
WORKER = "import django; django.setup(); import asyncio; from millstream.site.worker import run; asyncio.run(run())"
BLIND = (
    "from millstream.live.room import bounds; bounds.LOOK_SECONDS = 3600.0;"
    "from millstream.live.room.__main__ import main; main()"
)
START_SECONDS = 120
STOP_SECONDS = 60
PATIENCE = 30.0
SEEN_ALL = 2**53 - 1
SERVED_PORTS = range(20_000, 32_000)  # below those that the system gives to whoever connects to somebody

_ports = random.Random(os.getpid())  # each test process tries others first


def free_port() -> int:
    """A port that nobody has now, and that nobody gets by chance before a server has started on it."""
    while True:
        port = _ports.choice(SERVED_PORTS)
        if not is_busy("127.0.0.1", port):
            return port


@contextmanager
def running(arguments: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours with the test's engines, ended at the end."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"], **environment}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=REPOSITORY, env=env, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_SECONDS)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the program takes connections; its log tells why it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server never came up:\n{log.read_text()[-4000:]}")


@contextmanager
def room_server(tmp_path: Path, name: str, *, looks: bool = True, **environment: str) -> Iterator[int]:
    """The room server as a process of its own; gives its port. Without `looks` it never looks at the rows by itself."""
    port, log = free_port(), tmp_path / f"{name}.log"
    program = ["-m", "millstream.live.room"] if looks else ["-c", BLIND]
    arguments = [*program, "--host", "127.0.0.1", "--port", str(port)]
    with running(arguments, log, **environment) as process:
        wait_for_port(port, process, log)
        yield port


@contextmanager
def web_server(tmp_path: Path, name: str, **environment: str) -> Iterator[int]:
    """A whole web process, pages and rooms, as the supervisor starts it; gives its port."""
    port, log = free_port(), tmp_path / f"{name}.log"
    with running(granian("127.0.0.1", port, 1), log, **environment) as process:
        wait_for_port(port, process, log)
        yield port


@contextmanager
def worker(tmp_path: Path) -> Iterator[None]:
    """The worker process, which orders facts and lets them be heard."""
    with running(["-c", WORKER], tmp_path / "worker.log"):
        yield


async def on_rows[T](work: Callable[[], T]) -> T:
    """Run sync work against the database, in a thread that keeps no connection afterwards."""

    def alone() -> T:
        connection.close()  # the thread may keep one that an earlier test's end has cut
        try:
            return work()
        finally:
            connection.close()

    return await sync_to_async(alone)()


class Viewer:
    """One socket into a room, and what it heard."""

    def __init__(self, wire: ClientConnection, visitor: UUID) -> None:
        self.wire = wire
        self.visitor = visitor
        self.heard: list[dict[str, Any]] = []
        self.early: deque[str | bytes] = deque()

    async def send(self, **said: Any) -> None:
        await self.wire.send(json.dumps(said))

    async def until(self, kind: str, seconds: float = PATIENCE, **wanted: Any) -> dict[str, Any]:
        """The next frame of this kind with these values; keeps all frames in `heard`."""
        deadline = time.monotonic() + seconds
        while True:
            frame = await self._next(deadline - time.monotonic(), kind)
            if frame["t"] == kind and all(frame.get(name) == value for name, value in wanted.items()):
                return frame

    async def trade(self, kind: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next trade item of this kind."""
        deadline = time.monotonic() + seconds
        while True:
            frame = await self._next(deadline - time.monotonic(), f"trade {kind}")
            for item in frame.get("items", []):
                if item["kind"] == kind:
                    found: dict[str, Any] = item
                    return found

    async def talk(self, text: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The message with this text."""
        deadline = time.monotonic() + seconds
        while True:
            frame = await self._next(deadline - time.monotonic(), text)
            for message in frame.get("messages", []):
                if message["text"] == text:
                    found: dict[str, Any] = message
                    return found

    async def _next(self, seconds: float, wanted: str) -> dict[str, Any]:
        try:
            told = self.early.popleft() if self.early else await asyncio.wait_for(self.wire.recv(), max(seconds, 0.001))
        except TimeoutError:
            raise AssertionError(f"no {wanted} came; heard {self.heard[-5:]}") from None
        frame: dict[str, Any] = json.loads(told)
        self.heard.append(frame)
        return frame


def headers(visitor: UUID, port: int, changes: Mapping[str, str]) -> dict[str, str]:
    """What a browser on our page sends."""
    told = {
        "Origin": f"http://127.0.0.1:{port}",
        "Cookie": f"visitor={visitor_cookie(visitor)}",
        "Accept-Language": "en",
    }
    return {name: value for name, value in {**told, **changes}.items() if value}


async def enter(
    port: int,
    room: UUID,
    visitor: UUID | None = None,
    *,
    role: str = "",
    name: str = "",
    actor: UUID | None = None,
    changes: Mapping[str, str] | None = None,
    patient: bool = True,
    source: str = "127.0.0.1",
    person: str = "",
) -> Viewer:
    """Open a socket into a room, with a pass of the page (for an actor) when a role or a proof is given, and say hello.

    As our page does, one that is `patient` comes again when a busy server closes it with "too slow".
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        who, until = visitor or new_id(), int(time.time()) + 600
        told = RoomPass(room, who, name or "Bo", role or "guest", until, actor=actor, person=person)
        viewer = await _open(port, room, who, told if role or person else None, changes=changes, source=source)
        try:
            # Who says nothing is closed after 20 s, which a slow test may need.
            await viewer.send(t="hello", last=SEEN_ALL)
            viewer.early.append(await asyncio.wait_for(viewer.wire.recv(), PATIENCE))
        except ConnectionClosed as closed:
            busy = closed.rcvd is not None and closed.rcvd.code == CLOSE_SLOW
            if not (patient and busy and time.monotonic() < deadline):
                return viewer
            await asyncio.sleep(0.2)
        else:
            return viewer


async def open_room(port: int, room: UUID) -> None:
    """Let the server read the room's rows, from a network that nobody else is of: then nobody waits for them."""
    viewer = await enter(port, room, source="127.0.0.9")
    await viewer.until("welcome")
    await viewer.wire.close()


async def _open(
    port: int, room: UUID, who: UUID, told: RoomPass | None, *, changes: Mapping[str, str] | None, source: str
) -> Viewer:
    query = "?pass=" + write_pass(told) if told else ""
    sent: Mapping[str, str] = headers(who, port, changes or {})
    origin = sent.get("Origin")
    wire = await connect(
        f"ws://127.0.0.1:{port}/ws/rooms/{room}{query}",
        additional_headers={key: value for key, value in sent.items() if key != "Origin"},
        origin=origin,  # type: ignore[arg-type]
        proxy=None,
        user_agent_header=None,
        open_timeout=PATIENCE,
        local_addr=(source, 0),
        ping_interval=None,
    )
    return Viewer(wire, who)
