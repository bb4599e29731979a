"""Many low-latency viewers in one process: blocking playlists and hinted parts over kept connections, nothing decoded.

Run by the video bench as a process of its own: `python bench/_watchers.py HOST:PORT /live/TOKEN COUNT SECONDS`; the
last line is JSON.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

STALL_SECONDS = 1.05  # three parts: what a player holds back
HINT = re.compile(rb'PRELOAD-HINT:TYPE=PART,URI="((?:audio-)?part-(\d+)\.(\d+)\.m4s)"')


@dataclass
class Seen:
    """What all viewers saw together."""

    cycles_ms: list[float] = field(default_factory=list)
    requests: int = 0
    received_bytes: int = 0
    stalls: int = 0
    errors: list[str] = field(default_factory=list)


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1 << 20)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """One request."""
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: {self._host}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:"))
        return int(lines[0].split(b" ")[1]), await self._reader.readexactly(length)


async def watch(place: tuple[str, int], base: str, until: float, seen: Seen, delay: float) -> None:
    """One viewer: the hinted part, then the playlist that has it, again and again."""
    await asyncio.sleep(delay)
    parts, lists = Connection(*place), Connection(*place)
    await asyncio.gather(parts.open(), lists.open())
    try:
        status, text = await lists.get(f"{base}/index.m3u8")
        came: float | None = None
        while time.monotonic() < until:
            hint = HINT.search(text)
            if status != 200 or hint is None:
                seen.errors.append(f"{status} {text[:60]!r}")
                return
            ask = f"{base}/index.m3u8?_HLS_msn={int(hint[2])}&_HLS_part={int(hint[3])}"
            (part_status, part), (status, text) = await asyncio.gather(
                parts.get(f"{base}/{hint[1].decode()}"), lists.get(ask)
            )
            now = time.monotonic()
            seen.requests += 2
            seen.received_bytes += len(part) + len(text)
            if part_status != 200:
                seen.errors.append(f"part {part_status}")
            if came is not None:
                seen.cycles_ms.append((now - came) * 1000)
                seen.stalls += now - came > STALL_SECONDS
            came = now
    finally:
        parts.close()
        lists.close()


async def main(address: str, base: str, count: int, seconds: float) -> None:
    """All of them at once, arriving over three seconds."""
    host, _, port = address.partition(":")
    seen, until = Seen(), time.monotonic() + seconds
    viewers = (watch((host, int(port)), base, until, seen, 3 * number / count) for number in range(count))
    ended = await asyncio.gather(*viewers, return_exceptions=True)
    seen.errors += [repr(each) for each in ended if isinstance(each, Exception)]
    cuts = statistics.quantiles(seen.cycles_ms, n=100) if len(seen.cycles_ms) > 1 else [0.0] * 99
    print(
        json.dumps(
            {
                "viewers": count,
                "requests_per_second": round(seen.requests / (seconds - 1.5)),
                "megabytes_per_second": round(seen.received_bytes / (seconds - 1.5) / 1e6, 1),
                "cycle_p50_ms": round(cuts[49]),
                "cycle_p95_ms": round(cuts[94]),
                "cycle_max_ms": round(max(seen.cycles_ms, default=0)),
                "stalls": seen.stalls,
                "errors": len(seen.errors),
                "first_errors": seen.errors[:3],
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
