"""How many watch, written down every ten seconds: in the worker, from what all room servers murmur."""

import asyncio
import logging
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError

from millstream.kernel.clock import read_now
from millstream.live import api
from millstream.live.room.audience import Audience
from millstream.live.types.after import SAMPLE_EVERY

log = logging.getLogger(__name__)


async def run(stop: asyncio.Event) -> None:
    """Sample the rooms that are live until told to stop; a sample that cannot be written is left out."""
    audience = Audience()
    listening = asyncio.create_task(audience.run(), name="attendance")
    try:
        while not stop.is_set():
            await _pause(stop)
            await sample(audience)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await audience.close()


async def sample(audience: Audience) -> int:
    """Write how many watch each live room now; returns how many shows that were."""
    try:
        return await sync_to_async(_write, thread_sensitive=True)(audience)
    except DatabaseError as away:
        log.warning("a sample of the audience is lost: %s", away)
        return 0


def _write(audience: Audience) -> int:
    rooms: list[UUID] = [show.room for show in api.live_now()]
    return api.note_attendance({room: audience.viewers(room) for room in rooms}, now=read_now()) if rooms else 0


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), SAMPLE_EVERY.total_seconds())
    except TimeoutError:
        return
