"""`kill -9` in the middle of a deal and an auction: what was answered stands, what is asked again is not doubled."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
from websockets.exceptions import WebSocketException

from millstream.deals import api
from millstream.deals.models import Bid
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.orders.models import Order
from millstream.people.api import open_guests
from millstream.people.types import AddressLines, ContactKind, GuestAsk
from millstream.site.reconcile import reconcile
from tests.deals.fair import Fair, make_fair, people
from tests.live.room.processes import PATIENCE, Viewer, enter, free_port, running, wait_for_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BUYERS, BUYS = 12, 6
BIDDERS, BIDS = 8, 8
UNITS = 40
DEAL_MINOR = 9_900
ANSWERED_BEFORE = 25
ROOM = ("millstream.live.room",)
WEB = ("granian", "millstream.site.asgi:application", "--interface", "asgi", "--workers", "1")


type Answers = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Presser:
    """Somebody who presses one ask after another, and asks again under the same key what was not answered."""

    visitor: UUID
    asks: list[dict[str, Any]]
    answers: Answers = field(default_factory=dict)
    is_cut: bool = False

    async def press(self, port: int, room: UUID, heard: Callable[[], None]) -> None:
        """Press what has no answer, until all has or the line is cut."""
        try:
            viewer = await enter(port, room, self.visitor)
            for ask in self.asks:
                if ask["key"] not in self.answers:
                    self.answers[ask["key"]] = await answer(viewer, ask)
                    heard()
        except (WebSocketException, OSError):
            self.is_cut = True

    async def repeat(self, port: int, room: UUID) -> Answers:
        """Press everything once more, answered or not."""
        viewer = await enter(port, room, self.visitor)
        told = {ask["key"]: await answer(viewer, ask) for ask in self.asks}
        await viewer.wire.close()
        return told


async def answer(viewer: Viewer, ask: dict[str, Any]) -> dict[str, Any]:
    """Send an ask; the answer under its key."""
    await viewer.send(**ask)
    while True:
        frame = await viewer._next(PATIENCE, f"an answer to {ask['key']}")
        if frame.get("key") == ask["key"]:
            return frame


def buyers(fair: Fair) -> list[Presser]:
    """People who bought before; each wants several, one after the other."""
    found = []
    for number in range(BUYERS):
        visitor, phone = new_id(), f"+8613800001{number:03}"
        address = AddressLines("Bo", phone, "1 Canal Street, Hangzhou")
        open_guests([GuestAsk(visitor, phone, ContactKind.PHONE, "Bo", address)], now=read_now())
        told = {"t": "buy", "variant": str(fair.variant), "quantity": 1, "seen_minor": DEAL_MINOR}
        found.append(Presser(visitor, [{**told, "key": f"buy-{number:02}-{turn:02}"} for turn in range(BUYS)]))
    return found


def bidders(fair: Fair, auction: UUID) -> list[Presser]:
    """People who go higher and higher."""
    return [
        Presser(
            one.visitor,
            [
                {
                    "t": "bid",
                    "auction": str(auction),
                    "key": f"bid-{place:02}-{turn:02}",
                    "max_minor": 2_000 + 2_000 * (turn * BIDDERS + place),
                }
                for turn in range(BIDS)
            ],
        )
        for place, one in enumerate(people(BIDDERS, now=fair.now))
    ]


@contextmanager
def served(program: tuple[str, ...], log: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server that runs; gives its port and its process."""
    port = free_port()
    with running(["-m", *program, "--host", "127.0.0.1", "--port", str(port)], log) as process:
        wait_for_port(port, process, log)
        yield port, process


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a server and all that it started, without a word."""
    children = psutil.Process(process.pid).children(recursive=True)
    for pid in (process.pid, *(child.pid for child in children)):
        os.kill(pid, signal.SIGKILL)
    process.wait(PATIENCE)


async def press_until_killed(
    port: int, process: subprocess.Popen[bytes], room: UUID, everybody: Sequence[Presser]
) -> None:
    """Let everybody press; in the middle of it the server dies."""
    enough, count = asyncio.Event(), iter(range(ANSWERED_BEFORE))

    def heard() -> None:
        if next(count, None) is None:
            enough.set()

    pressing = [asyncio.create_task(one.press(port, room, heard)) for one in everybody]
    await asyncio.wait_for(enough.wait(), 2 * PATIENCE)
    kill(process)
    await asyncio.wait_for(asyncio.gather(*pressing), 2 * PATIENCE)


async def press_again(port: int, room: UUID, everybody: Sequence[Presser]) -> list[Answers]:
    """Let everybody press everything once more, under the same keys."""
    return list(await asyncio.gather(*(one.repeat(port, room) for one in everybody)))


@pytest.mark.parametrize("program", [ROOM, WEB], ids=["a room server", "a web process"])
def test_a_killed_server_loses_and_doubles_nothing(
    transactional_db: None, nats_url: str, tmp_path: Path, program: tuple[str, ...]
) -> None:
    """Twelve buy from a deal of forty, eight bid; the process dies meanwhile, and they go on at its successor."""
    fair = make_fair(stock=UNITS + 20)
    fair.deal(DEAL_MINOR, size=UNITS)
    auction = fair.auction(lasts=timedelta(minutes=30))
    hear_all()
    buying, bidding = buyers(fair), bidders(fair, auction.id)
    everybody = [*buying, *bidding]
    with served(program, tmp_path / "first.log") as (port, process):
        asyncio.run(press_until_killed(port, process, fair.show.room, everybody))
    assert any(one.is_cut for one in everybody), "nothing was under way when the process was killed"
    with served(program, tmp_path / "second.log") as (port, _process):
        told = asyncio.run(press_again(port, fair.show.room, everybody))
    for one, later in zip(everybody, told, strict=True):
        for key, earlier in one.answers.items():
            if earlier["t"] != "refused":
                assert {name: later[key].get(name) for name in ("t", "code")} == {
                    name: earlier.get(name) for name in ("t", "code")
                }
    orders_stand_once(fair, [one for later in told[:BUYERS] for one in later.values()])
    bids_stand_once(auction.id, {key: one for later in told[BUYERS:] for key, one in later.items()}, bidding)
    assert [line for promise in reconcile() for line in promise[1]] == []


def orders_stand_once(fair: Fair, answers: Sequence[dict[str, Any]]) -> None:
    """Every order that was answered is there, no other is, and the deal sold its forty and not one more."""
    rows = Order.objects.unscoped("a test").filter(show_id=fair.show.id)
    codes = [one["code"] for one in answers if one["t"] == "bought"]
    assert sorted(codes) == sorted(rows.values_list("code", flat=True))
    assert rows.filter(lines__price_minor=DEAL_MINOR).count() == len(codes) == UNITS
    assert {one["code"] for one in answers if one["t"] == "refused"} <= {"orders.price_changed", "shops.sold_out"}


def bids_stand_once(auction: UUID, answers: Answers, bidding: Sequence[Presser]) -> None:
    """Every bid that was answered is one row under its key with its maximum, no other is, and the chain holds."""
    asked = {ask["key"]: ask["max_minor"] for one in bidding for ask in one.asks}
    taken = sorted((key, asked[key]) for key, one in answers.items() if one["t"] == "bid")
    assert sorted(Bid.objects.filter(auction_id=auction).values_list("key", "max_minor")) == taken
    assert len(taken) > 0
    assert api.verify_receipt(api.receipt(auction)) == []
