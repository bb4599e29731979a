"""A room server's reads and writes of rows, all in one thread, so that a slow database holds up nothing else."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, InternalError, OperationalError, close_old_connections, connection, transaction
from django.db.models import F
from psycopg_pool import PoolTimeout

from millstream.live.models import Message, Show, Trade
from millstream.live.queries import trade_item
from millstream.live.queries.order import guard_seed, orders_of_rooms, places_of
from millstream.live.room.bounds import HISTORY, TRADE_KEPT
from millstream.live.room.guard import GuardSeed
from millstream.live.room.state import RoomSeed
from millstream.live.room.wire import Message as TalkMessage
from millstream.live.room.wire import TradeItem

log = logging.getLogger(__name__)

# InternalError: PostgreSQL has cut a transaction that stood still for too long, as on a machine that is out of breath.
AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError)

_NEWS = """
SELECT trade.room, trade.number, trade.kind, trade.at, trade.data::text
FROM unnest(%s::uuid[], %s::bigint[]) AS seen(room, number)
CROSS JOIN LATERAL (
    SELECT * FROM live_trade WHERE room = seen.room AND number > seen.number ORDER BY number LIMIT %s
) AS trade
ORDER BY trade.room, trade.number
"""

_PRUNE = """
DELETE FROM live_message WHERE show_id = %s AND id < (
    SELECT id FROM live_message WHERE show_id = %s ORDER BY id DESC OFFSET %s LIMIT 1
)
"""


class RowsAway(Exception):
    """PostgreSQL does not answer now; the room goes on without it."""


class Rows:
    """Runs one piece of work at a time against the database, in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room-rows")

    async def run[T](self, work: Callable[[], T]) -> T:
        """The work's result; raises `RowsAway` when the database cannot be reached."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _guarded, work)

    async def seed(self, room: UUID) -> RoomSeed | None:
        """What the rows say about a room; None when there is no such room."""
        return await self.run(lambda: read_seed(room))

    async def news(self, seen: Mapping[UUID, int]) -> dict[UUID, list[TradeItem]]:
        """For each room, its trade after the number seen, in one statement."""
        return await self.run(lambda: read_news(seen))

    async def order(self, seen: Mapping[UUID, int]) -> dict[UUID, tuple[GuardSeed | None, Sequence[str]]]:
        """For each room, its order where that changed since the version seen, and the rundown's variants."""
        return await self.run(lambda: read_order(seen))

    async def save(self, messages: Sequence[tuple[UUID, TalkMessage]], likes: Mapping[UUID, int]) -> None:
        """Keep messages (with their show) and add likes to shows."""
        await self.run(lambda: write_talk(messages, likes))

    def close(self) -> None:
        """Let the thread end after what it does now."""
        self._thread.submit(_let_go)
        self._thread.shutdown(wait=False)


def _guarded[T](work: Callable[[], T]) -> T:
    try:
        close_old_connections()
        return work()
    except AWAY as away:
        connection.close()
        raise RowsAway(f"{type(away).__name__}: {away}") from away
    finally:
        close_old_connections()


def _let_go() -> None:
    """Close this thread's connection (the attribute is looked up in the thread that runs this)."""
    connection.close()


def read_seed(room: UUID) -> RoomSeed | None:
    """A room as its rows say: state, the newest trade, the newest messages, its order."""
    show = Show.objects.filter(room=room).first()
    if show is None:
        return None
    trade = Trade.objects.filter(room=room, number__gt=show.last_trade - TRADE_KEPT).order_by("number")
    messages = Message.objects.filter(show=show, deleted_at__isnull=True).order_by("-id")[:HISTORY]
    return RoomSeed(
        show=show.id,
        state=show.state,
        last=show.last_trade,
        trade=[trade_item(row.number, row.kind, row.at, row.data) for row in trade],
        messages=[message_of(row) for row in reversed(messages)],
        likes=show.likes,
        guard=guard_seed(show.id),
        places=places_of(show.id),
    )


def read_order(seen: Mapping[UUID, int]) -> dict[UUID, tuple[GuardSeed | None, Sequence[str]]]:
    """The rundown of each room, and its order when it is another than the one seen."""
    return {
        room: (guard_seed(show) if version != seen[room] else None, places)
        for room, show, version, places in orders_of_rooms(list(seen))
    }


def read_news(seen: Mapping[UUID, int]) -> dict[UUID, list[TradeItem]]:
    """The trade after the number seen of each room."""
    found: dict[UUID, list[TradeItem]] = {}
    if not seen:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, [list(seen), list(seen.values()), TRADE_KEPT])
        for room, number, kind, at, data in cursor.fetchall():
            found.setdefault(room, []).append(trade_item(number, kind, at, json.loads(data)))
    return found


def write_talk(messages: Sequence[tuple[UUID, TalkMessage]], likes: Mapping[UUID, int]) -> None:
    """Insert messages that are not there yet, keep the newest 200 of each show, add likes."""
    with transaction.atomic():
        Message.objects.bulk_create(
            [
                Message(
                    id=UUID(message["id"]),
                    show_id=show,
                    visitor=UUID(message["visitor"]),
                    name=message["name"],
                    role=message["role"],
                    text=message["text"],
                    at=datetime.fromisoformat(message["at"]),
                    actor=UUID(message["actor"]) if message.get("actor") else None,
                    network=message.get("network", ""),
                    reply=UUID(message["reply"]) if message.get("reply") else None,
                    mentions=list(message.get("mentions", ())),
                )
                for show, message in messages
            ],
            ignore_conflicts=True,
        )
        for show in sorted({show for show, _ in messages}):
            prune_talk(show)
        for show in sorted(likes):
            Show.objects.filter(id=show).update(likes=F("likes") + likes[show])


def prune_talk(show: UUID) -> None:
    """Forget all but the newest 200 messages of a show."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [show, show, HISTORY - 1])


def message_of(row: Message) -> dict[str, Any]:
    """A kept message as room servers pass it around."""
    return {
        "id": str(row.id),
        "visitor": str(row.visitor),
        "name": row.name,
        "role": row.role,
        "text": row.text,
        "at": row.at.isoformat(),
        "actor": str(row.actor or ""),
        "network": row.network,
        "reply": str(row.reply or ""),
        "mentions": list(row.mentions),
    }
