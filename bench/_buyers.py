"""The generator of `bench/buy.py`, a process of its own: so many buyers at once, each one new connection and one POST.

Reads a plan as JSON on standard input and writes what happened as JSON on standard output. It is raw asyncio protocols
on uvloop, since it shares the two cores with everything it measures.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import uvloop

BUYER_SECONDS = 60.0


class Buyer(asyncio.Protocol):
    """One connection, one request, one answer."""

    def __init__(self, request: bytes, done: asyncio.Future[bytes]) -> None:
        self._request = request
        self._done = done
        self._got = b""
        self._wanted = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the purchase."""
        self._transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Gather the answer up to its length."""
        self._got += data
        if self._wanted < 0:
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._got[:end].lower()
            at = head.find(b"content-length:")
            self._wanted = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else end + 4
        if len(self._got) >= self._wanted and not self._done.done():
            self._done.set_result(self._got)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer that was cut off is an error."""
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("closed without an answer"))


def request_of(number: int, plan: dict[str, Any]) -> bytes:
    """The bytes of buyer number so-and-so's purchase."""
    phone = plan["first_phone"] + number
    body = json.dumps(
        {
            "variant": plan["variant"],
            "quantity": 1,
            "contact": f"+86{phone}",
            "name": f"Bo {number}",
            "address": f"{number} Canal Street, Hangzhou",
        }
    ).encode()
    head = (
        f"POST /api/v1/buy HTTP/1.1\r\nHost: {plan['host']}:{plan['port']}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {uuid4()}\r\nAccept-Language: en\r\nConnection: close\r\n{plan['cookie']}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """Let the buyers buy: `buyers` of them, or for `seconds`; `at_once` at a time."""
    loop = asyncio.get_running_loop()
    tally: Counter[str] = Counter()
    seconds: list[float] = []
    started = time.time()
    until = time.monotonic() + plan["seconds"] if plan.get("seconds") else None
    numbers = iter(range(plan.get("buyers") or 10**9))

    async def one_after_another() -> None:
        for number in numbers:
            if until is not None and time.monotonic() >= until:
                return
            done: asyncio.Future[bytes] = loop.create_future()
            request = request_of(number, plan)
            began = time.perf_counter()
            try:
                async with asyncio.timeout(BUYER_SECONDS):
                    await loop.create_connection(lambda: Buyer(request, done), plan["host"], plan["port"])  # noqa: B023 - awaited here
                    answer = await done
            except (OSError, TimeoutError) as error:
                tally[f"error {type(error).__name__}"] += 1
                continue
            seconds.append(time.perf_counter() - began)
            tally[outcome(answer)] += 1

    await asyncio.gather(*(one_after_another() for _ in range(plan["at_once"])))
    ended = time.time()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds.sort()
    return {
        "started": started,
        "ended": ended,
        "tally": dict(tally),
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "p50": seconds[len(seconds) // 2] if seconds else None,
        "p95": seconds[int(len(seconds) * 0.95)] if seconds else None,
        "p99": seconds[int(len(seconds) * 0.99)] if seconds else None,
    }


def outcome(answer: bytes) -> str:
    """The status, and the code of a refusal."""
    status = answer[9:12].decode()
    if status in ("200", "201"):
        return status
    at = answer.find(b'"code":"')
    return f"{status} {answer[at + 8 :].split(b'"', 1)[0].decode()}" if at >= 0 else status


def main() -> None:
    """Read the plan, run it, tell."""
    plan = json.load(sys.stdin)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(runner.run(run(plan)), sys.stdout)


if __name__ == "__main__":
    main()
