"""The state of every part of the installation, asked for all at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from millstream.kernel.settings import conf

ASK_SECONDS: Final = 1.0
WORKER_SILENT_SECONDS: Final = 15
FACTS_BEHIND: Final = 5000
LONGEST_ANSWER: Final = 65_536


@dataclass(frozen=True, slots=True)
class PartState:
    """One part: whether it does its work, how long it took to say so, and what it says."""

    ok: bool
    milliseconds: int
    says: str = ""


def _database() -> tuple[bool, str, dict[str, tuple[bool, str]]]:
    """PostgreSQL itself, and what its rows say of the worker and of the facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        version = str(cursor.fetchone()[0])
        cursor.execute("SELECT extract(epoch FROM clock_timestamp() - at), note FROM heartbeat WHERE part = 'worker'")
        beat = cursor.fetchone()
        cursor.execute(
            "SELECT (SELECT position FROM fact_horizon) - coalesce(min(position), 0),"
            " array_agg(name) FILTER (WHERE failing_since IS NOT NULL) FROM fact_cursor"
        )
        behind, failing = cursor.fetchone() or (0, None)
    silent = float(beat[0]) if beat else None
    lives = silent is not None and silent < WORKER_SILENT_SECONDS
    worker = (lives, f"{beat[1]}, {silent:.0f} s ago" if beat else "never started")
    heard = (not failing and (behind or 0) < FACTS_BEHIND, f"{behind or 0} behind; failing: {failing or 'none'}")
    return True, f"PostgreSQL {version}", {"worker": worker, "facts": heard}


async def _asked(ask: Callable[[], Awaitable[str]]) -> PartState:
    began = time.perf_counter()
    try:
        says, ok = await asyncio.wait_for(ask(), ASK_SECONDS), True
    except (OSError, TimeoutError, DatabaseError, ValueError) as error:
        says, ok = f"{type(error).__name__}: {error}"[:200], False
    return PartState(ok, round((time.perf_counter() - began) * 1000), says)


async def _nats() -> str:
    address = urlsplit(conf().nats_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port or 4222)
    try:
        line = await reader.readline()
    finally:
        writer.close()
    if not line.startswith(b"INFO"):
        raise ValueError("this is not NATS")
    return "NATS answers"


def _http(origin: str) -> Callable[[], Awaitable[str]]:
    async def ask() -> str:
        address = urlsplit(origin)
        reader, writer = await asyncio.open_connection(address.hostname, address.port or 80)
        try:
            writer.write(f"GET /healthz HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            answer = await reader.read(LONGEST_ANSWER)
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        status = head.split(b" ", 2)[1:2]
        if status != [b"200"]:
            raise ValueError(f"answered {b''.join(status).decode() or 'nothing'}")
        return body.decode(errors="replace")[:500]

    return ask


def media_name(shard: int) -> str:
    """What a media process is called, as the supervisor calls it: the first by the plain name."""
    return "media" if shard == 0 else f"media-{shard}"


async def health() -> tuple[bool, dict[str, dict[str, Any]]]:
    """Whether all is well, and each part's state: database, worker, facts, nats, media processes, room, demo's sim."""
    rows: dict[str, tuple[bool, str]] = {}

    async def database() -> str:
        _, says, found = await sync_to_async(_database)()
        rows.update(found)
        return says

    asks: dict[str, Callable[[], Awaitable[str]]] = {
        "database": database,
        "nats": _nats,
        **{media_name(shard): _http(place) for shard, place in enumerate(conf().media.inside)},
    }
    if conf().room_inside:
        asks["room"] = _http(conf().room_inside)
    if conf().demo:
        asks["sim"] = _http(conf().sim_origin)
    states = await asyncio.gather(*(_asked(ask) for ask in asks.values()))
    parts = dict(zip(asks, states, strict=True))
    for name in ("worker", "facts"):
        ok, says = rows.get(name, (False, "the database did not answer"))
        parts[name] = PartState(ok, 0, says)
    return all(part.ok for part in parts.values()), {name: asdict(part) for name, part in parts.items()}
