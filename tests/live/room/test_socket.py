"""A slow viewer costs nobody else anything: skipped, owed, closed."""

import asyncio
import json
from typing import Any

from millstream.kernel.ids import new_id
from millstream.live.refusals import BadMessage
from millstream.live.room import bounds
from millstream.live.room.admission import Entry
from millstream.live.room.conversation import take
from millstream.live.room.hub import Hub
from millstream.live.room.socket import CLOSE_SLOW, QueuedSocket
from millstream.live.room.state import Room, RoomSeed
from millstream.live.room.wire import trade_frame


def entry() -> Entry:
    return Entry(new_id(), new_id(), "10.0.0.7", "Bo", "guest", "en", vouched=True)


class Pipe:
    """A viewer's network that can be held up."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.sent: list[dict[str, Any]] = []

    async def send(self, message: Any) -> None:
        await self.open.wait()
        self.sent.append(json.loads(message["text"]))


async def drained(socket: QueuedSocket) -> None:
    """Wait until the viewer has read all."""
    for _ in range(1_000):
        if socket.is_drained():
            return
        await asyncio.sleep(0)
    raise AssertionError("the queue never got empty")


def item(number: int) -> dict[str, Any]:
    return {"n": number, "kind": "pin", "at": "", "data": {"variant": "a"}}


def test_a_full_queue_skips_talk_and_owes_trade() -> None:
    """When the viewer reads again it gets the trade it is owed, once, and none of the skipped talk."""

    async def play() -> None:
        hub = Hub(bounds.SocketLimits())
        pipe = Pipe()
        room = Room(new_id(), opened_at=0.0)
        room.seed(RoomSeed(new_id(), "live", 0, [], [], 0))
        socket = QueuedSocket(entry(), pipe.send)
        room.sockets.add(socket)
        writing = asyncio.create_task(socket.write())
        pipe.open.clear()
        for _ in range(bounds.QUEUED_FRAMES + 20):
            socket.offer('{"t":"talk","messages":[]}')
            await asyncio.sleep(0)
        room.hear_trade([item(1), item(2)])
        hub.send_trade(room)
        assert socket.behind
        pipe.open.set()
        await drained(socket)
        assert len(pipe.sent) <= bounds.QUEUED_FRAMES + 1
        assert not [frame for frame in pipe.sent if frame["t"] == "trade"]
        hub.loops.look_after(room, 0.0)
        await drained(socket)
        owed = [frame for frame in pipe.sent if frame["t"] == "trade"]
        assert [one["n"] for one in owed[0]["items"]] == [1, 2]
        assert (owed[0]["after"], owed[0]["last"], len(owed)) == (0, 2, 1)
        writing.cancel()
        hub.rows.close()

    asyncio.run(play())


def test_an_answer_is_not_skipped_like_talk() -> None:
    """Who bought while its queue was full hears of it; refusals under a key are answers too, others are like talk."""

    async def play() -> None:
        hub, pipe, room = Hub(bounds.SocketLimits()), Pipe(), Room(new_id(), opened_at=0.0)
        socket = QueuedSocket(entry(), pipe.send)
        writing = asyncio.create_task(socket.write())
        pipe.open.clear()
        for _ in range(bounds.QUEUED_FRAMES + 20):
            socket.offer('{"t":"talk","messages":[]}')
            await asyncio.sleep(0)
        buy = {"t": "buy", "key": "bought-in-a-rush", "variant": str(new_id()), "quantity": 1, "seen_minor": 100}
        take(hub, room, socket, json.dumps(buy))
        hub.refuse(room, socket, BadMessage())
        socket.answer('{"t":"bought","key":"bought-before-it"}')
        pipe.open.set()
        await drained(socket)
        told = [frame for frame in pipe.sent if frame["t"] != "talk"]
        assert [frame.get("key") for frame in told] == ["bought-in-a-rush", "bought-before-it"]
        assert socket.closing is None
        writing.cancel()
        hub.rows.close()

    asyncio.run(play())


def test_who_takes_no_answers_is_closed_before_they_pile_up() -> None:
    """Every answer is sent while the socket is open; a page that was closed comes back and asks again."""

    async def play() -> None:
        pipe = Pipe()
        socket = QueuedSocket(entry(), pipe.send)
        for _ in range(2 * bounds.QUEUED_FRAMES):
            socket.answer('{"t":"bought"}')
        closings = [socket.closing]
        socket.answer('{"t":"bought"}')
        assert [*closings, socket.closing] == [None, CLOSE_SLOW]
        assert len(socket._frames) == 2 * bounds.QUEUED_FRAMES

    asyncio.run(play())


def test_a_viewer_that_stopped_reading_is_closed() -> None:
    """After ten seconds without progress; those who read stay."""
    import time

    async def play() -> None:
        hub = Hub(bounds.SocketLimits())
        stuck, fine = Pipe(), Pipe()
        stuck.open.clear()
        room = Room(new_id(), opened_at=0.0)
        sockets = [QueuedSocket(entry(), pipe.send) for pipe in (stuck, fine)]
        room.sockets |= set(sockets)
        writing = [asyncio.create_task(socket.write()) for socket in sockets]
        for socket in sockets:
            socket.offer(trade_frame([item(1)], 0, 1))
        await asyncio.sleep(0.01)
        hub.loops.look_after(room, time.monotonic() + bounds.SLOW_SECONDS - 1)
        assert [socket.closing for socket in sockets] == [None, None]
        hub.loops.look_after(room, time.monotonic() + bounds.SLOW_SECONDS + 1)
        assert [socket.closing for socket in sockets] == [CLOSE_SLOW, None]
        assert sockets[0].ended.is_set()
        for task in writing:
            task.cancel()
        hub.rows.close()

    asyncio.run(play())


def test_a_dead_connection_ends_its_socket() -> None:
    """Whatever the server raises when the peer is gone."""

    async def gone(_message: Any) -> None:
        raise OSError("peer is gone")

    async def play() -> None:
        socket = QueuedSocket(entry(), gone)
        writing = asyncio.create_task(socket.write())
        socket.offer("{}")
        await asyncio.wait_for(socket.ended.wait(), 20)
        await writing

    asyncio.run(play())


def test_talk_goes_out_less_often_in_bigger_rooms() -> None:
    """Four times a second, twice, once."""
    assert [bounds.tick_seconds(count) for count in (1, 500, 501, 2_000, 2_001)] == [0.25, 0.25, 0.5, 0.5, 1.0]
