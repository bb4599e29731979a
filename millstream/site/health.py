"""The state of every part of the installation, asked for all at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from procrastinate.contrib.django import app as queue

from millstream.kernel.settings import conf

ASK_SECONDS: Final = 1.0
WORKER_SILENT_SECONDS: Final = 15
FACTS_BEHIND: Final = 5000
UNPLACED_SECONDS: Final = 30
JOB_LATE_SECONDS: Final = 180
# A cut of a whole show may take as long as its claim holds, half an hour; others of its kind wait behind it.
LONG_JOBS_LATE_SECONDS: Final = {"media.cut_clips": 2400, "media.sweep": 2400}
LONGEST_ANSWER: Final = 65_536


@dataclass(frozen=True, slots=True)
class PartState:
    """One part: whether it does its work, how long it took to say so, and what it says."""

    ok: bool
    milliseconds: int
    says: str = ""


# Facts above the horizon have no place yet. What holds it back is any open writing transaction of the whole server.
_FACTS = """
SELECT (SELECT position FROM fact_horizon) - coalesce(min(position), 0),
    array_agg(name) FILTER (WHERE failing_since IS NOT NULL),
    (SELECT extract(epoch FROM clock_timestamp() - min(fact.at))
     FROM fact WHERE fact.xid >= (SELECT horizon FROM fact_horizon))
FROM fact_cursor
"""
# A job is late from the moment it was first put in line, however often it was begun since.
_OPEN_JOBS = """
SELECT job.task_name, job.status, extract(epoch FROM clock_timestamp() - min(event.at)) AS seconds
FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
WHERE job.status IN ('todo', 'doing') AND job.task_name = ANY(%s)
GROUP BY job.id
"""
_LAST_PUT_IN_LINE = (
    "SELECT extract(epoch FROM clock_timestamp()) - max(defer_timestamp) FROM procrastinate_periodic_defers"
)


def _database() -> tuple[bool, str, dict[str, tuple[bool, str]]]:
    """PostgreSQL itself, and what its rows say of the worker, of its jobs and of the facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        version = str(cursor.fetchone()[0])
        found = {"worker": _worker(cursor), "jobs": _jobs(cursor), "facts": _facts(cursor)}
    return True, f"PostgreSQL {version}", found


def _worker(cursor: CursorWrapper) -> tuple[bool, str]:
    cursor.execute("SELECT extract(epoch FROM clock_timestamp() - at), note FROM heartbeat WHERE part = 'worker'")
    beat = cursor.fetchone()
    if beat is None:
        return False, "never started"
    return float(beat[0]) < WORKER_SILENT_SECONDS, f"{beat[1]}, {float(beat[0]):.0f} s ago"


def _jobs(cursor: CursorWrapper) -> tuple[bool, str]:
    """Whether the jobs that come round are put in line, and done: one comes every second."""
    cursor.execute(_LAST_PUT_IN_LINE)
    put = cursor.fetchone()[0]
    if put is None:
        return False, "no job was ever put in line"
    rounds = sorted({task.task.name for task in queue.periodic_registry.periodic_tasks.values()})
    cursor.execute(_OPEN_JOBS, [rounds])
    open_jobs = [(float(seconds) / _late(name), name, status, float(seconds)) for name, status, seconds in cursor]
    share, name, status, waits = max(open_jobs, default=(0.0, "", "", 0.0))
    oldest = f"{name} is {status} since {waits:.0f} s" if name else "none waits"
    return float(put) < JOB_LATE_SECONDS and share < 1, f"{oldest}; the last was put in line {float(put):.0f} s ago"


def _late(name: str) -> int:
    return LONG_JOBS_LATE_SECONDS.get(name, JOB_LATE_SECONDS)


def _facts(cursor: CursorWrapper) -> tuple[bool, str]:
    cursor.execute(_FACTS)
    behind, failing, waits = cursor.fetchone() or (0, None, None)
    behind, unplaced = behind or 0, max(float(waits or 0), 0.0)
    ok = not failing and behind < FACTS_BEHIND and unplaced < UNPLACED_SECONDS
    waiting = f"the oldest without a place waits {unplaced:.0f} s" if waits is not None else "all have their place"
    return ok, f"{behind} behind; {waiting}; failing: {', '.join(failing) if failing else 'none'}"


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
    """Whether all is well, and each part's state: database, worker, jobs, facts, nats, media, room, sim."""
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
    for name in ("worker", "jobs", "facts"):
        ok, says = rows.get(name, (False, "the database did not answer"))
        parts[name] = PartState(ok, 0, says)
    return all(part.ok for part in parts.values()), {name: asdict(part) for name, part in parts.items()}
