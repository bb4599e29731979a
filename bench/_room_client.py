"""The viewers of `bench/room.py`, a process of its own: so many sockets from several loopback addresses.

Reads its plan as JSON on the first line of standard input and answers when all sockets are in; begins with the second
line and tells what it saw after the third. All sockets count bytes; a random 200 of them are read frame by frame.
Raw asyncio protocols on uvloop, since it shares two cores with what it measures.
"""

import asyncio
import base64
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import uvloop

READ_SOCKETS = 200
OPENING_AT_ONCE = 100
OPEN_SECONDS = 300.0
SPARE_FILES = 200


class Watcher(asyncio.Protocol):
    """One viewer: a handshake, then bytes."""

    __slots__ = ("buffer", "bytes", "hear", "lost", "opened", "reads", "request", "seen", "transport")

    def __init__(self, request: bytes, *, reads: bool, seen: dict[str, list[float]]) -> None:
        self.request, self.reads, self.seen = request, reads, seen
        self.bytes = 0
        self.buffer = b""
        self.lost = False
        self.hear: Callable[[bytes], None] = self.note
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the socket."""
        told: Any = transport
        self.transport = told
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count; the chosen ones read."""
        if not self.opened.done():
            self.buffer += data
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(self.buffer[:80].decode("latin-1")))
                return
            data, self.buffer = self.buffer[end + 4 :], b""
            self.opened.set_result(None)
        self.bytes += len(data)
        if self.reads and data:
            self.read(data)

    def read(self, data: bytes) -> None:
        """Put frames together and note when each pin and message came."""
        self.buffer += data
        while len(self.buffer) >= 2:
            size, start = self.buffer[1] & 0x7F, 2
            if size == 126:
                size, start = int.from_bytes(self.buffer[2:4], "big"), 4
            elif size == 127:
                size, start = int.from_bytes(self.buffer[2:10], "big"), 10
            if len(self.buffer) < start + size:
                return
            opcode, payload = self.buffer[0] & 0x0F, self.buffer[start : start + size]
            self.buffer = self.buffer[start + size :]
            if opcode == 1:
                self.hear(payload)

    def note(self, payload: bytes) -> None:
        """Note the arrival of each item of a frame."""
        at = time.monotonic()
        told = json.loads(payload)
        if told["t"] == "trade":
            for item in told["items"]:
                self.seen.setdefault(f"trade {item['n']}", []).append(at)
        elif told["t"] == "talk":
            for message in told["messages"]:
                self.seen.setdefault(message["text"], []).append(at)

    def connection_lost(self, exc: Exception | None) -> None:
        """A viewer who loses its socket is counted."""
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionError("closed at the handshake"))

    def say(self, told: dict[str, Any]) -> None:
        """Send one masked text frame; who lost its socket says nothing, and is counted."""
        if self.lost:
            return
        payload = json.dumps(told).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
        self.transport.write(bytes((0x81, 0x80 | len(payload))) + mask + masked)


def request_of(plan: dict[str, Any], port: int, cookie: str) -> bytes:
    """The opening handshake, as a browser on our page sends it."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {plan['path']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Accept-Language: en\r\nCookie: visitor={cookie}\r\n\r\n"
    ).encode()


async def open_all(plan: dict[str, Any], seen: dict[str, list[float]]) -> list[Watcher]:
    """Open the sockets, from as many loopback addresses as the plan says, to its servers in turn."""
    loop, chosen = asyncio.get_running_loop(), random.Random(plan["seed"])
    many = plan["sockets"]
    reading = set(chosen.sample(range(many), min(plan.get("read", READ_SOCKETS), many)))
    gate = asyncio.Semaphore(OPENING_AT_ONCE)

    async def one(number: int) -> Watcher:
        port = plan["ports"][number % len(plan["ports"])]
        source = f"127.0.0.{2 + number % plan['addresses']}"
        async with gate, asyncio.timeout(OPEN_SECONDS):
            request = request_of(plan, port, plan["cookies"][number])
            _, watcher = await loop.create_connection(
                lambda: Watcher(request, reads=number in reading, seen=seen),
                "127.0.0.1",
                port,
                local_addr=(source, 0),
            )
            await watcher.opened
            watcher.say({"t": "hello", "last": 0})
            return watcher

    return await asyncio.gather(*(one(number) for number in range(many)))


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Open, say so, talk as often as the plan says until told to stop, and tell what was seen."""
    seen: dict[str, list[float]] = {}
    begun = time.monotonic()
    watchers = await open_all(plan, seen)
    sys.stdout.write(json.dumps({"opened_seconds": time.monotonic() - begun}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    seen.clear()
    before = [watcher.bytes for watcher in watchers]
    cpu, wall = time.process_time(), time.monotonic()
    said: dict[str, float] = {}
    ending = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    speakers = random.Random(plan["seed"] + 1)
    end_at = wall + plan["seconds"]
    while time.monotonic() < end_at:
        text = f"message {len(said)} of the bench, as long as people write"
        said[text] = time.monotonic()
        watchers[speakers.randrange(len(watchers))].say({"t": "say", "text": text})
        await asyncio.sleep(max(0.0, wall + len(said) / plan["say_per_second"] - time.monotonic()))
    await ending
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    counted = [watcher.bytes - start for watcher, start in zip(watchers, before, strict=True)]
    for watcher in watchers:
        watcher.transport.close()
    return {
        "said": said,
        "seen": seen,
        "read_sockets": sum(watcher.reads for watcher in watchers),
        "lost_sockets": sum(watcher.lost for watcher in watchers),
        "bytes": sum(counted),
        "fewest_bytes": min(counted),
        "most_bytes": max(counted),
        "cpu_share": cpu / wall,
    }


def main() -> None:
    """Read the plan, run it, tell."""
    plan = json.loads(sys.stdin.readline())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = plan["sockets"] + SPARE_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    if plan.get("core") is not None:
        os.sched_setaffinity(0, {plan["core"]})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = runner.run(run(plan))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
