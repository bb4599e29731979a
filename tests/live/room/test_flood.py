"""Rooms under people who mean no good: floods of talk, viewers who never read, frames that nobody's page sends."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from millstream.deals.models import Bid
from millstream.gifts.models import Reach
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.room import bounds
from millstream.live.room.__main__ import allow_many_files
from tests.live.room.processes import PATIENCE, Viewer, enter, on_rows, room_server, web_server
from tests.live.room.test_handshake import raw
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NETWORKS, GUESTS_OF_ONE = 8, 12
MOST_UNREAD_BYTES = 2 * (2 * bounds.SEND_BUFFER_BYTES + 2 * bounds.WAITING_BYTES)

type Serve = Callable[..., AbstractContextManager[int]]


async def chatter(guests: list[Viewer], enough: asyncio.Event) -> int:
    """Every guest says one long line after another, none twice, until it is enough; how many were refused."""
    refused = 0

    async def listen(guest: Viewer) -> None:
        nonlocal refused
        with suppress(ConnectionClosed):
            while True:
                refused += json.loads(await guest.wire.recv())["t"] == "refused"

    listening = [asyncio.create_task(listen(guest)) for guest in guests]
    number = 0
    while not enough.is_set():
        for guest in guests:
            number += 1
            words = f"{number:06} " + chr(0x4E00 + number % 20_000) * (bounds.LONGEST_TALK - 10)
            await guest.send(t="say", text=words)
        await asyncio.sleep(0.25)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return refused


def drained(wire: socket.socket) -> int:
    """Read what the server had given away when it hung up; how much that was."""
    wire.settimeout(PATIENCE)
    read = 0
    with suppress(ConnectionResetError):
        while piece := wire.recv(65_536):
            read += len(piece)
    return read


def test_a_flood_of_talk_and_a_viewer_who_never_reads_disturb_nobody(
    open_town: Town, nats_url: str, tmp_path: Path
) -> None:
    """Guests of eight networks flood a room, one viewer never reads: it is closed, and little was kept for it.

    The others get the pin and one another's words meanwhile, guests are refused beyond their measure, a buyer speaks
    as before, and the host is asked about slow mode.
    """
    town, room = open_town, open_town.show.room
    town.start()
    hear_all()

    async def play(port: int) -> int:
        host = await enter(port, room, role="host", name="Dao")
        buyer = await enter(port, room, role="buyer", name="Bo")
        guests = [
            await enter(port, room, changes={"X-Forwarded-For": f"203.0.113.{1 + number % NETWORKS}"})
            for number in range(NETWORKS * GUESTS_OF_ONE)
        ]
        here = len(guests) + 3
        await host.until("talk", viewers=here)
        enough = asyncio.Event()
        flood = asyncio.create_task(chatter(guests, enough))
        assert (await host.until("suggest", 2 * PATIENCE))["slow_seconds"] > 0
        await on_rows(lambda: api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now))
        await on_rows(hear_all)
        for viewer in (host, buyer):
            await viewer.trade("pin")
        await host.until("talk", 3 * PATIENCE, viewers=here - 1)  # who never reads is closed
        enough.set()
        refused = await flood
        await buyer.send(t="say", text="may I ask how deep it is?")
        await host.talk("may I ask how deep it is?", 2 * PATIENCE)
        return refused

    with (
        room_server(tmp_path, "room", MILLSTREAM_TRUSTED_PROXIES="127.0.0.1") as port,
        raw(port, town, receive_bytes=4_096) as stuck,
    ):
        stuck.sendall(masked('{"t":"hello","last":0}'))
        assert asyncio.run(play(port)) > 0
        assert drained(stuck) < MOST_UNREAD_BYTES


def masked(text: str) -> bytes:
    """A client's text frame."""
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text.encode()


def test_one_network_has_one_measure_of_talk(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Of 70 guests of one network 60 may speak at once; the rest is refused, a guest of another network is not."""
    room = open_town.show.room
    crowd = bounds.GUEST_SAY_BURST_NETWORK + 10

    async def play(port: int) -> None:
        guests = [await enter(port, room, changes={"X-Forwarded-For": "203.0.113.1"}) for _ in range(crowd)]
        for number, guest in enumerate(guests):
            await guest.send(t="say", text=f"I am number {number} and I buy nothing")
        for number in range(bounds.SAY_BURST - 1):  # as slow as this machine may be, nobody gets so much talk back
            for place, guest in enumerate(guests):
                await guest.send(t="say", text=f"and again {number} from {place}")
        refused = await asyncio.gather(*(guest.until("refused", code="live.too_fast") for guest in guests[-10:]))
        assert all(told["text"] for told in refused)
        other = await enter(port, room, changes={"X-Forwarded-For": "203.0.113.2"})
        await other.send(t="say", text="hello from the next village")
        await other.talk("hello from the next village", 2 * PATIENCE)

    with room_server(tmp_path, "room", MILLSTREAM_TRUSTED_PROXIES="127.0.0.1") as port:
        asyncio.run(play(port))


@pytest.mark.parametrize("serve", [room_server, web_server], ids=["apart", "web"])
def test_a_thousand_connections_that_never_speak_disturb_nobody(
    serve: Serve, open_town: Town, nats_url: str, tmp_path: Path
) -> None:
    """A viewer comes in beside them, speaks and is heard; in the end the server has cut all of them off."""

    async def play(port: int) -> None:
        silent = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(1_000)))
        bo = await enter(port, open_town.show.room)
        await bo.until("welcome")
        await bo.send(t="say", text="is anybody here?")
        await bo.talk("is anybody here?")
        heard = await asyncio.wait_for(asyncio.gather(*(reader.read() for reader, _ in silent)), 3 * PATIENCE)
        # A server may say in HTTP that it has waited long enough.
        assert all(not told or told.startswith(b"HTTP/1.1 4") for told in heard)
        for _, writer in silent:
            writer.close()

    allow_many_files()
    with serve(
        tmp_path, "room", GRANIAN_HTTP1_HEADER_READ_TIMEOUT="5000"
    ) as port:  # the web's patience; 30 s by default
        asyncio.run(play(port))


HOSTILE: tuple[dict[str, Any], ...] = (
    {"t": "bid", "max_minor": 100, "actor": str(new_id())},
    {"t": "bid", "max_minor": 100, "visitor": str(new_id())},
    {"t": "bid", "max_minor": 100, "price_minor": 1},
    {"t": "bid", "max_minor": 100, "number": 1},
    {"t": "bid", "max_minor": 0},
    {"t": "bid", "max_minor": -5},
    {"t": "bid", "max_minor": "100"},
    {"t": "bid", "max_minor": 10**15},
    {"t": "grab", "visitor": str(new_id())},
    {"t": "grab", "won": True},
    {"t": "grab", "amount_minor": 10**6},
)


def test_forged_bids_and_grabs_win_nothing(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Another actor, a price, a win among the fields: refused as no message; what is not there, under its key."""
    town, room = open_town, open_town.show.room
    town.start()
    hear_all()

    async def play(port: int) -> None:
        for frame in HOSTILE:
            forger = await enter(port, room, role="buyer")
            thing = {"auction": str(new_id())} if frame["t"] == "bid" else {"gift": str(new_id())}
            await forger.send(key="forged-key", **thing, **frame)
            assert (await forger.until("refused"))["code"] == "live.bad_message", frame
            await forger.wire.close()
        femi = await enter(port, room)
        for kind, code, asked in (
            ("bid", "deals.no_such_auction", {"auction": str(new_id()), "max_minor": 100}),
            ("grab", "gifts.no_such_gift", {"gift": str(new_id())}),
        ):
            await femi.send(t=kind, key=f"no-such-{kind}", **asked)
            assert (await femi.until("refused", key=f"no-such-{kind}"))["code"] == code

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert not Bid.objects.exists()
    assert not Reach.objects.exists()
