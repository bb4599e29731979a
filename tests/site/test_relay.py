"""The relay gives every fact to JetStream, in order, and a second sending of one is known by its id."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import nats
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from millstream.kernel.clock import read_now
from millstream.kernel.facts.recording import record_many
from millstream.kernel.facts.sequencer import place_facts
from millstream.kernel.ids import new_id
from millstream.pacts.facts import PactEnded
from millstream.site.relay import CURSOR, STREAM, relay_facts

FACTS = 7


def _begin() -> int:
    """The position after all that earlier tests of this process left; the relay begins there."""
    place_facts()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM fact_order")
        (position,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO fact_cursor (name, position) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            [CURSOR, position],
        )
    return int(position)


def _record() -> list[str]:
    now = read_now()
    facts = [PactEnded(pact=new_id(), valid_to=now) for _ in range(FACTS)]
    with transaction.atomic():
        record_many(facts, now=now)
    place_facts()
    return [str(fact.pact) for fact in facts]


def _rewind(position: int) -> None:
    """As if the relay had died after sending and before its cursor moved."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fact_cursor SET position = %s WHERE name = %s", [position, CURSOR])


def _let_go() -> None:
    """Close this thread's connection: the thread keeps it from test to test, and each test's end cuts it."""
    connection.close()


async def _relay_until(js: Any, messages: int) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(relay_facts(stop))
    for _ in range(400):
        await asyncio.sleep(0.05)
        try:
            if (await js.stream_info(STREAM)).state.messages >= messages:
                break
        except nats.js.errors.NotFoundError:
            continue
    await asyncio.sleep(0.2)
    stop.set()
    await asyncio.wait_for(running, 20)


@pytest.mark.django_db(transaction=True)
def test_each_fact_is_on_the_stream_once_and_in_order(nats_url: str, settings: Any) -> None:
    """Seven facts, a relay that died before it noted them down and begins again: seven messages, in order."""
    settings.MILLSTREAM = replace(settings.MILLSTREAM, nats_url=nats_url)
    begin = _begin()
    pacts = _record()

    async def story() -> list[str]:
        await sync_to_async(_let_go)()
        client = await nats.connect(nats_url)
        js = client.jetstream()
        with suppress(nats.js.errors.NotFoundError):
            await js.delete_stream(STREAM)
        await _relay_until(js, FACTS)
        await sync_to_async(_rewind)(begin)
        await _relay_until(js, FACTS)
        info = await js.stream_info(STREAM)
        subscription = await js.subscribe("fact.>", ordered_consumer=True)
        told = [await subscription.next_msg(timeout=20) for _ in range(info.state.messages)]
        await js.delete_stream(STREAM)
        await client.close()
        return [message.data.decode() for message in told]

    told = asyncio.run(story())
    assert len(told) == FACTS
    assert [next(pact for pact in pacts if pact in body) for body in told] == pacts
