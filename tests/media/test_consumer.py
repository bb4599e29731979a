"""The JetStream consumer: everything the media plane told becomes rows, also after a kill."""

import asyncio
import json
import os

import nats
import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from millstream.kernel.ids import new_id
from millstream.media import consumer
from millstream.media.api import recording_of, stream
from millstream.media.models import Segment
from millstream.media.types import EventKind, MediaEvent, StreamState
from tests.media.studio import make_camera, make_host

pytestmark = pytest.mark.django_db(transaction=True)


def told(event: MediaEvent) -> bytes:
    return json.dumps(
        {
            "stream": str(event.stream),
            "session": str(event.session),
            "number": event.number,
            "kind": event.kind.value,
            "at": event.at.isoformat(),
            "data": dict(event.data),
        }
    ).encode()


def alone(look):
    """What is true in the rows now, asked on a connection that is not kept."""
    connection.close()
    try:
        return look()
    finally:
        connection.close()


async def until(look, seconds: float = 40.0) -> None:
    for _ in range(int(seconds / 0.05)):
        if await sync_to_async(alone)(look):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


def test_events_become_rows_and_a_second_consumer_goes_on(nats_url: str) -> None:
    """Broken messages are put aside, redelivered ones known; after a restart the rest is applied."""
    camera = make_camera(make_host())
    assert os.environ["NATS_URL"] == nats_url

    async def play() -> None:
        client = await nats.connect(nats_url)
        js = client.jetstream()
        await consumer.keep_stream(js)
        await js.purge_stream(consumer.STREAM)

        async def send(event: MediaEvent) -> None:
            headers = {"Nats-Msg-Id": f"{event.session}:{event.number}"}
            await js.publish(f"media.{event.stream}.{event.kind}", told(event), headers=headers)

        await send(camera.tell(EventKind.STARTED, source="rtmp", width=640, height=360))
        await js.publish(f"media.{new_id()}.segment", b"not an event")
        for number in range(150):
            await send(camera.segment(number))
        stop = asyncio.Event()
        running = asyncio.create_task(consumer.run(stop))
        await until(lambda: Segment.objects.count() == 150)
        stop.set()
        await asyncio.wait_for(running, 40)
        await send(camera.segment(150))
        await send(camera.tell(EventKind.ENDED, reason="bye"))
        again = asyncio.Event()
        running = asyncio.create_task(consumer.run(again))
        await until(lambda: stream(camera.stream).state is StreamState.ENDED)
        await until(lambda: Segment.objects.count() == 151)
        info = await js.consumer_info(consumer.STREAM, consumer.DURABLE)
        assert (info.num_ack_pending, info.num_pending) == (0, 0)
        again.set()
        await asyncio.wait_for(running, 40)
        await js.delete_stream(consumer.STREAM)
        await client.close()

    asyncio.run(play())
    kept = recording_of(camera.stream)
    assert kept is not None
    assert kept.duration_ms == 302_000
