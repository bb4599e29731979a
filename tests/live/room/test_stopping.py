"""A server that ends: what was asked is answered, what was said is kept, everybody is sent to another process."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from millstream.kernel.ids import new_id
from millstream.live.models import Message
from millstream.live.refusals.talk import CounterBusy
from millstream.live.room import bounds, counter, server
from millstream.live.room.admission import Entry
from millstream.live.room.conversation import take
from millstream.live.room.counter import Answer, Asked
from millstream.live.room.hub import Hub, RoomClosed
from millstream.live.room.socket import CLOSE_OUR_FAULT, CLOSE_RESTART, Socket
from tests.live.room.processes import PATIENCE, headers
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True)]


class Page(Socket):
    """A viewer's page: keeps what it was sent, and how it was closed, in order."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry)
        self.told: list[str | int] = []

    def offer(self, frame: str, *, trade: bool = False) -> None:
        if self.closing is None:
            self.told.append(frame)

    def answer(self, frame: str) -> None:
        self.offer(frame)

    def is_drained(self) -> bool:
        return True

    def is_stuck(self, at: float) -> bool:
        return False

    def close(self, code: int) -> None:
        self.closing = code
        self.told.append(code)


def page(town: Town) -> Page:
    return Page(Entry(town.show.room, new_id(), "n", "Bo", "buyer", "en", vouched=True))


async def opened(hub: Hub, here: Page) -> Any:
    """The room with its rows, however slow they come."""
    room = await hub.enter(here)
    async with asyncio.timeout(PATIENCE):
        while not room.seeded:
            await hub.loops.look()
            await asyncio.sleep(0.01)
    return room


def test_an_ask_that_is_being_answered_is_answered_before_the_goodbye(
    open_town: Town, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came later is told to come again; it is told so before its socket is closed, too."""
    open_town.start()
    asking, answered = asyncio.Event(), asyncio.Event()

    async def give(asked: Sequence[Asked]) -> list[Answer]:
        asking.set()
        await answered.wait()
        return [{"gift": "teapot"} for _ in asked]

    monkeypatch.setitem(counter._handlers, "grab", give)

    async def play() -> list[str | int]:
        hub, bo = Hub(bounds.SocketLimits()), page(open_town)
        room = await opened(hub, bo)
        take(hub, room, bo, f'{{"t":"grab","key":"first-one","gift":"{new_id()}"}}')
        await asyncio.wait_for(asking.wait(), PATIENCE)
        take(hub, room, bo, f'{{"t":"grab","key":"second-one","gift":"{new_id()}"}}')
        bo.told.clear()
        stopping = asyncio.create_task(hub.stop())
        asyncio.get_running_loop().call_soon(answered.set)
        await asyncio.wait_for(stopping, PATIENCE)
        return bo.told

    refused, grabbed, code = asyncio.run(play())
    assert '"second-one"' in str(refused)
    assert CounterBusy.code in str(refused)
    assert '"grabbed"' in str(grabbed)
    assert '"first-one"' in str(grabbed)
    assert code == CLOSE_RESTART


def test_nobody_comes_in_while_a_server_ends(open_town: Town, nats_url: str) -> None:
    """Also who was on the way in: nothing that they say would be kept."""

    async def play() -> int:
        hub, bo = Hub(bounds.SocketLimits()), page(open_town)
        await opened(hub, bo)
        stopping = asyncio.create_task(hub.stop())
        await asyncio.sleep(0)
        with pytest.raises(RoomClosed) as closed:
            await hub.enter(page(open_town))
        await asyncio.wait_for(stopping, PATIENCE)
        return closed.value.code

    assert asyncio.run(play()) == CLOSE_RESTART


class Visit:
    """One socket of an ASGI server, as the server calls our application."""

    def __init__(self, town: Town) -> None:
        pairs = {"Host": "127.0.0.1:8000", **headers(new_id(), 8000, {})}
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "path": f"/ws/rooms/{town.show.room}",
            "query_string": b"",
            "client": ("203.0.113.7", 4711),
            "headers": [(name.lower().encode(), value.encode()) for name, value in pairs.items()],
        }
        self.said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.said.put_nowait({"type": "websocket.connect"})
        self.heard: list[Mapping[str, Any]] = []

    async def send(self, message: Mapping[str, Any]) -> None:
        self.heard.append(message)

    def run(self) -> asyncio.Task[None]:
        return asyncio.create_task(server.application(self.scope, self.said.get, self.send))  # type: ignore[arg-type]

    async def until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(words in str(message.get("text")) for message in self.heard):
            assert time.monotonic() < deadline, self.heard
            await asyncio.sleep(0.01)


def test_a_mistake_of_ours_while_a_frame_is_heard_is_logged(
    open_town: Town, nats_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The socket is closed as our fault, and the log says what happened in which room; the next one is served."""

    def break_down(*_: object) -> None:
        raise ZeroDivisionError("nobody thought of this frame")

    async def play() -> int:
        bo = Visit(open_town)
        watching = bo.run()
        await bo.until('"t":"welcome"')
        with monkeypatch.context() as broken:
            broken.setattr(server, "take", break_down)
            bo.said.put_nowait({"type": "websocket.receive", "text": '{"t":"like"}'})
            await asyncio.wait_for(watching, PATIENCE)
        chen = Visit(open_town)
        staying = chen.run()
        await chen.until('"t":"welcome"')
        chen.said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(staying, PATIENCE)
        await server.shutdown()
        code: int = bo.heard[-1]["code"]
        return code

    assert asyncio.run(play()) == CLOSE_OUR_FAULT
    (said,) = [record for record in caplog.records if record.exc_info]
    assert str(open_town.show.room) in said.getMessage()
    assert "nobody thought of this frame" in str(said.exc_info)


def test_an_asgi_server_that_ends_starts_no_second_room_server(open_town: Town, nats_url: str) -> None:
    """Its sockets are closed and counted out of the hub that they came into; who comes now is sent elsewhere."""

    async def play() -> tuple[int, int]:
        bo = Visit(open_town)
        watching = bo.run()
        await bo.until('"t":"welcome"')
        before = server.hub()
        bo.said.put_nowait({"type": "websocket.receive", "text": '{"t":"say","text":"until the end"}'})
        await bo.until("until the end")
        await server.shutdown()
        await asyncio.wait_for(watching, PATIENCE)
        late = Visit(open_town)
        await asyncio.wait_for(late.run(), PATIENCE)
        assert server.hub() is before
        assert before._in_all == 0
        assert not any(room.sockets for room in before.rooms.values())
        return bo.heard[-1]["code"], late.heard[-1]["code"]

    assert asyncio.run(play()) == (CLOSE_RESTART, CLOSE_RESTART)
    assert [row.text for row in Message.objects.all()] == ["until the end"]
