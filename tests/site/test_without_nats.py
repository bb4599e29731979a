"""The worker while NATS is away: facts are heard all the same, and it ends when told."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from millstream.kernel.clock import read_now
from millstream.kernel.facts import record
from millstream.kernel.facts.base import Hint
from millstream.kernel.facts.handlers import HANDLERS, hears
from millstream.kernel.ids import new_id
from millstream.kernel.nats import close_hints
from millstream.media.consumer import run as hear_media
from millstream.pacts.facts import PactEnded
from millstream.site.relay import relay_facts
from millstream.site.worker import Part, hear_facts

PATIENCE = 30.0


@pytest.fixture
def nats_away(settings: Any) -> Iterator[None]:
    """Nobody listens where NATS should be."""
    close_hints()
    settings.MILLSTREAM = replace(settings.MILLSTREAM, nats_url="nats://127.0.0.1:1")
    yield
    close_hints()


def _end_a_pact() -> None:
    now = read_now()
    with transaction.atomic():
        record(PactEnded(pact=new_id(), valid_to=now), now=now)


@asynccontextmanager
async def own_connection() -> AsyncIterator[None]:
    """The thread of sync work keeps its connection from test to test, and each test's end cuts it."""

    def close() -> None:
        connection.close()  # looked up in the thread that runs this

    await sync_to_async(close)()
    yield
    await sync_to_async(close)()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nats_away")
def test_facts_are_heard_though_their_hints_reach_nobody() -> None:
    """A handler that gives hints hears the second fact as well as the first."""
    heard: list[int] = []
    more = threading.Event()
    kept = dict(HANDLERS)

    def tell(told: Any) -> list[Hint]:
        heard.append(told.position)
        more.set()
        return [Hint("test.nobody", {"position": told.position})]

    async def play() -> None:
        stop = asyncio.Event()
        async with own_connection():
            hearing = asyncio.create_task(hear_facts(stop))
            for _ in range(2):
                more.clear()
                await sync_to_async(_end_a_pact)()
                assert await asyncio.to_thread(more.wait, PATIENCE), heard
            stop.set()
            await asyncio.wait_for(hearing, PATIENCE)

    try:
        HANDLERS.clear()
        hears(PactEnded, name="test.tells")(tell)
        asyncio.run(play())
    finally:
        HANDLERS.clear()
        HANDLERS.update(kept)
    assert len(heard) == 2


@pytest.mark.parametrize("part", [relay_facts, hear_media], ids=["relay", "media events"])
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nats_away")
def test_a_part_that_waits_for_nats_ends_when_told(part: Part) -> None:
    """Otherwise the worker would have to be killed, in the middle of whatever its other parts do."""

    async def play() -> None:
        stop = asyncio.Event()
        async with own_connection():
            waiting = asyncio.ensure_future(part(stop))
            await asyncio.sleep(0.5)
            assert not waiting.done()
            stop.set()
            await asyncio.wait_for(waiting, PATIENCE)

    asyncio.run(play())
