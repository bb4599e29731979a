"""The lean socket above a network that does not take what it is given: nothing piles up, nothing stays open."""

import asyncio
from typing import Any, cast

import pytest

from millstream.kernel.ids import new_id
from millstream.live.room import bounds
from millstream.live.room.admission import Entry
from millstream.live.room.hub import Hub
from millstream.live.room.lean import LeanSocket
from millstream.live.room.socket import CLOSE_BAD_FRAMES, CLOSE_NORMAL, CLOSE_SLOW
from millstream.live.room.state import Room


class Network:
    """A transport whose other end takes nothing."""

    def __init__(self) -> None:
        self.written = b""
        self.aborted = asyncio.Event()
        self.closing = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.aborted.set()

    def get_write_buffer_size(self) -> int:
        return len(self.written)


def viewer() -> tuple[LeanSocket, Network]:
    network: Any = Network()
    entry = Entry(new_id(), new_id(), "203.0.113.7", "Femi", "guest", "en", vouched=False)
    return LeanSocket(entry, cast("asyncio.Transport", network)), network


def test_who_does_not_take_the_goodbye_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that stops reading would otherwise hold its place for ever."""
    monkeypatch.setattr(bounds, "CLOSE_SECONDS", 0.01)

    async def play() -> None:
        socket, network = viewer()
        socket.offer("{}")
        socket.close(CLOSE_NORMAL)
        assert network.closing
        assert not network.aborted.is_set()
        await asyncio.wait_for(network.aborted.wait(), 20)

    asyncio.run(play())


def test_an_answer_is_written_though_the_network_is_full() -> None:
    """Talk is skipped and trade owed meanwhile; who takes no answers at all is cut off, comes back and asks again."""

    async def play() -> None:
        socket, network = viewer()
        socket.pause(True)
        socket.offer('{"t":"talk"}')
        socket.offer('{"t":"trade"}', trade=True)
        assert (network.written, socket.behind) == (b"", True)
        socket.answer('{"t":"bought"}')
        assert network.written.endswith(b'{"t":"bought"}')
        while socket.closing is None:
            socket.answer('{"t":"bought"}')
        assert socket.closing == CLOSE_SLOW
        assert network.aborted.is_set()
        assert 2 * bounds.WAITING_BYTES < len(network.written) < 3 * bounds.WAITING_BYTES

    asyncio.run(play())


def test_pings_of_who_does_not_read_are_not_answered() -> None:
    """Their answers would pile up in our memory; when it reads again they come again."""

    async def play() -> None:
        socket, network = viewer()
        socket.pong(b"1")
        assert network.written == b"\x8a\x011"
        socket.pause(True)
        for _ in range(1_000):
            socket.pong(b"x" * 125)
        assert network.written == b"\x8a\x011"
        socket.pause(False)
        socket.pong(b"2")
        assert network.written.endswith(b"\x8a\x012")

    asyncio.run(play())


def test_more_frames_than_any_page_sends_close_the_socket() -> None:
    """Fifty a second for ever are borne, whatever they are; many more are a flood."""

    async def play() -> None:
        steady, flooder = viewer()[0], viewer()[0]
        for number in range(1_200):
            steady.hear(steady.heard_at + 1 / 50)
            if number < bounds.FLOOD_FRAMES:
                flooder.hear(flooder.heard_at)
        assert (steady.closing, flooder.closing) == (None, None)
        flooder.hear(flooder.heard_at)
        assert flooder.closing == CLOSE_BAD_FRAMES

    asyncio.run(play())


def test_the_room_looks_after_who_is_stuck_silent_or_gone() -> None:
    """Who does not read for ten seconds, never spoke for twenty, or gave no sign for 75 is closed; a ping is tried."""

    async def play() -> None:
        hub, room = Hub(bounds.SocketLimits()), Room(new_id(), opened_at=0.0)
        sockets, networks = zip(*(viewer() for _ in range(3)), strict=True)
        stuck, mute, quiet = sockets
        room.sockets |= set(sockets)
        began = quiet.heard_at
        quiet.spoke = stuck.spoke = True
        stuck.pause(True)
        hub.loops.look_after(room, began + bounds.SLOW_SECONDS - 1)
        assert [socket.closing for socket in sockets] == [None, None, None]
        hub.loops.look_after(room, began + bounds.HELLO_SECONDS + 1)
        assert [socket.closing for socket in sockets] == [CLOSE_SLOW, CLOSE_BAD_FRAMES, None]
        assert networks[0].aborted.is_set()
        hub.loops.look_after(room, began + bounds.PING_SECONDS + 1)
        assert networks[2].written == b"\x89\x00"
        hub.loops.look_after(room, began + bounds.GONE_SECONDS + 1)
        assert quiet.closing == CLOSE_NORMAL
        assert mute.closing == CLOSE_BAD_FRAMES
        hub.rows.close()

    asyncio.run(play())
