"""What is said is kept, whoever stops waiting for it."""

import asyncio
import threading
import time

import pytest

from millstream.kernel.ids import new_id
from millstream.live.models import Message, Show
from millstream.live.room.admission import Entry
from millstream.live.room.bounds import SocketLimits
from millstream.live.room.hub import Hub, RoomClosed
from millstream.live.room.socket import QueuedSocket
from millstream.live.room.state import Room
from millstream.live.room.wire import Say
from tests.live.room.processes import PATIENCE
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True)]


async def nothing(_message: object) -> None:
    return


async def come_in(hub: Hub, socket: QueuedSocket) -> Room:
    """Come in again, as a page does, while the rows are slow to come."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await hub.enter(socket)
        except RoomClosed:
            assert time.monotonic() < deadline, "the room never opened"


def test_a_server_that_ends_while_it_saves_loses_nothing(open_town: Town, nats_url: str) -> None:
    """The save is cancelled while the database is busy with something else; the talk and the likes are kept once."""

    async def play() -> None:
        hub = Hub(SocketLimits())
        bo = QueuedSocket(Entry(open_town.show.room, new_id(), "n", "Bo", "buyer", "en", vouched=False), nothing)
        room = await come_in(hub, bo)
        hub.speech.say(room, bo, Say("remember me"))
        hub.speech.like(room, bo)
        hub.speech.tell_likes(room)
        busy = threading.Event()
        reading = asyncio.create_task(hub.rows.run(busy.wait))
        await asyncio.sleep(0.05)
        saving = asyncio.create_task(hub.speech.save())
        await asyncio.sleep(0.05)
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        busy.set()
        await reading
        await hub.stop()

    asyncio.run(play())
    assert [row.text for row in Message.objects.all()] == ["remember me"]
    assert Show.objects.get(id=open_town.show.id).likes == 1
