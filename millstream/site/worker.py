"""The worker: queue and periodic jobs, the sequencer of facts and their handlers, media events, the relay."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from asgiref.sync import sync_to_async
from django.db import connection

from millstream.kernel.facts.base import Hint
from millstream.kernel.facts.handlers import BATCH, HANDLERS, last_position, run_handler
from millstream.kernel.facts.sequencer import place_facts
from millstream.kernel.nats import publish_hint
from millstream.live.consumer import run as count_audience
from millstream.media.consumer import run as hear_media
from millstream.site.jobs import mend_connection, work_queue
from millstream.site.relay import relay_facts

log = logging.getLogger("millstream.worker")

LOOK_SECONDS: Final = 0.1
REST_SECONDS: Final = 2.0
BACK_OFF_SECONDS: Final = 3.0
BEAT_SECONDS: Final = 3.0

type Part = Callable[[asyncio.Event], Awaitable[None]]


class Ear:
    """Hears facts for this process: looks cheaply, and lets every handler hear when there is something new."""

    def __init__(self) -> None:
        self._reached = -1
        self._resting: dict[str, float] = {}

    def look(self, moment: float) -> tuple[int, list[Hint]]:
        """Place new facts and let the handlers hear; returns how much was done and the hints to tell.

        A look costs two statements when nothing is new. A handler that failed rests `BACK_OFF_SECONDS`.
        """
        mend_connection()
        placed = place_facts()
        reached = last_position()
        woken = {name for name, until in self._resting.items() if until <= moment}
        if not placed and not woken and reached == self._reached:
            return 0, []
        heard = 0
        hints: list[Hint] = []
        for handler in HANDLERS.values():
            if handler.name in self._resting and handler.name not in woken:
                continue
            self._resting.pop(handler.name, None)
            done = run_handler(handler)
            if done.failed:
                self._resting[handler.name] = moment + BACK_OFF_SECONDS
            heard += done.heard
            hints.extend(done.hints)
        if not heard:
            self._reached = reached
        return heard, hints


async def hear_facts(stop: asyncio.Event) -> None:
    """Place and hear facts for ever, ten looks a second, at once again while a handler is behind by a batch.

    Looking without a rest while orders come in would hear each fact alone: ten times the statements.
    """
    loop = asyncio.get_running_loop()
    look = sync_to_async(Ear().look, thread_sensitive=True)
    while not stop.is_set():
        heard, hints = await look(loop.time())
        for hint in hints:  # never waited for: facts are heard whether NATS is there or not
            publish_hint(hint.subject, hint.payload)
        if heard < BATCH:
            await _rest(stop, LOOK_SECONDS)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def _kept(name: str, part: Part, stop: asyncio.Event) -> None:
    """Run a part until the stop; when it dies, say so and start it again after a rest."""
    while not stop.is_set():
        try:
            await part(stop)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("%s died; it starts again in %s s", name, REST_SECONDS)
            await _rest(stop, REST_SECONDS)


def _beat() -> None:
    mend_connection()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO heartbeat (part, note) VALUES ('worker', %s)"
            " ON CONFLICT (part) DO UPDATE SET at = clock_timestamp(), note = EXCLUDED.note",
            [f"pid {os.getpid()}"],
        )


async def beat(stop: asyncio.Event) -> None:
    """Say every few seconds that the worker lives, for `/healthz`."""
    while not stop.is_set():
        await sync_to_async(_beat, thread_sensitive=True)()
        await _rest(stop, BEAT_SECONDS)


async def run() -> None:
    """Run every part until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    parts: dict[str, Part] = {
        "facts": hear_facts,
        "queue": work_queue,
        "media events": hear_media,
        "attendance": count_audience,
        "relay": relay_facts,
        "heartbeat": beat,
    }
    log.info("worker %s is up: %s handlers", os.getpid(), len(HANDLERS))
    await asyncio.gather(*(_kept(name, part, stop) for name, part in parts.items()))
