"""The relay: facts go to JetStream for other cells and integrators, each at least once, known by its id."""

import asyncio
import json
import logging
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from millstream.kernel.nats import connect_until

log = logging.getLogger("millstream.relay")

CELL: Final = "home"
STREAM: Final = "FACTS"
BATCH: Final = 200
LOOK_SECONDS: Final = 1.0
ACKNOWLEDGED_SECONDS: Final = 10.0
KEPT_SECONDS: Final = 7 * 24 * 3600
KEPT_BYTES: Final = 256 * 2**20
CURSOR: Final = "relay"

_NEXT = """
SELECT placed.position, fact.id, fact.kind, fact.version, fact.subject, fact.at, fact.body
FROM fact_order AS placed JOIN fact ON fact.id = placed.fact_id
WHERE placed.position > (SELECT position FROM fact_cursor WHERE name = %s)
ORDER BY placed.position LIMIT %s
"""

type Row = tuple[Any, ...]


@transaction.atomic
def _next() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fact_cursor (name) VALUES (%s) ON CONFLICT DO NOTHING", [CURSOR])
        cursor.execute(_NEXT, [CURSOR, BATCH])
        rows: list[Row] = cursor.fetchall()
    return rows


def _move(position: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fact_cursor SET position = %s, moved_at = clock_timestamp() WHERE name = %s AND position < %s",
            [position, CURSOR, position],
        )


async def _stream(js: JetStreamContext) -> None:
    try:
        await js.stream_info(STREAM)
    except NotFoundError:
        await js.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=["fact.>"],
                max_age=KEPT_SECONDS,
                max_bytes=KEPT_BYTES,
                duplicate_window=120,
            )
        )


def message(row: Row) -> tuple[str, bytes, dict[str, str]]:
    """Subject, body and headers of one fact on JetStream; its id makes a second sending harmless."""
    position, fact_id, kind, version, subject, at, body = row
    told = {
        "id": fact_id,
        "position": position,
        "kind": kind,
        "version": version,
        "subject": str(subject),
        "at": at.isoformat(),
        "body": json.loads(body) if isinstance(body, str) else body,
    }
    headers = {"Nats-Msg-Id": f"{CELL}:{fact_id}"}
    return f"fact.{CELL}.{kind}", json.dumps(told, ensure_ascii=False).encode(), headers


async def _send(js: JetStreamContext, rows: list[Row]) -> None:
    """Send facts without waiting for one another's acknowledgement; raises unless every one was acknowledged.

    Each names the one before it, so that JetStream refuses what would come after a gap: the order holds.
    """
    told = []
    before: str | None = None
    for row in rows:
        subject, body, headers = message(row)
        if before is not None:
            headers["Nats-Expected-Last-Msg-Id"] = before
        before = headers["Nats-Msg-Id"]
        told.append(await js.publish_async(subject, body, headers=headers))
    async with asyncio.timeout(ACKNOWLEDGED_SECONDS):
        await asyncio.gather(*told)


async def relay_facts(stop: asyncio.Event) -> None:
    """Send placed facts in their order until the stop; the cursor moves after JetStream has acknowledged."""
    client = await connect_until(stop, "relay")
    if client is None:
        return
    try:
        js = client.jetstream()
        await _stream(js)
        while not stop.is_set():
            rows = await sync_to_async(_next)()
            if rows:
                await _send(js, rows)
                await sync_to_async(_move)(rows[-1][0])
            if len(rows) < BATCH:
                try:
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue
    finally:
        await client.close()
