"""Asks of many viewers are answered together, and nobody's ask costs another one its answer."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import Any
from uuid import UUID

import pytest

from millstream.kernel.ids import new_id
from millstream.live.refusals.talk import CounterBusy, NotBegun, SaleClosed, SaleOver
from millstream.live.room import bounds, counter
from millstream.live.room.admission import Entry
from millstream.live.room.conversation import take
from millstream.live.room.counter import Answer, Asked, Counters
from millstream.live.room.hub import Hub
from millstream.live.room.state import Room, RoomSeed
from millstream.live.room.wire import Ask, Bid, Buy, Grab
from tests.live.room.processes import PATIENCE
from tests.live.room.test_stopping import Page


def make_room(state: str = "live") -> Room:
    room = Room(new_id(), opened_at=0.0)
    room.seed(RoomSeed(new_id(), state, 0, [], [], 0))
    return room


def somebody(number: int = 1) -> Page:
    """A viewer from a network of its own."""
    return Page(Entry(new_id(), UUID(int=number), f"network-{number}", "Bo", "buyer", "en", vouched=True))


async def ask_all(counters: Counters, room: Room, asks: Sequence[Ask]) -> list[Answer]:
    """Let a viewer of its own ask each of these at once; the answers in their order."""
    answers: list[asyncio.Future[Answer]] = []
    for number, ask in enumerate(asks):
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        counters.take(room, somebody(number), ask, answered.set_result)
        answers.append(answered)
    return list(await asyncio.wait_for(asyncio.gather(*answers), 4 * PATIENCE))


def make_counters() -> Counters:
    """The counters of a process, with tasks that are kept."""
    tasks: set[asyncio.Task[None]] = set()

    def errand(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return Counters(errand)


def test_an_ask_that_breaks_its_batch_is_refused_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Femi's breaks whatever it is with; Bo and the others have their answers, in their order; the log says whose."""
    heard: list[str] = []

    async def answer(asked: Sequence[Asked]) -> list[Answer]:
        if any(one.ask.key == "femis-poison" for one in asked):
            raise ValueError("no row takes this")
        heard.extend(one.ask.key for one in asked)
        return [{"key_was": one.ask.key} for one in asked]

    monkeypatch.setitem(counter._handlers, "bid", answer)
    keys = [f"honest-{number:03}" for number in range(60)]
    keys[23] = "femis-poison"

    async def play() -> list[Answer]:
        return await ask_all(make_counters(), make_room(), [Bid(key, new_id(), 5_000) for key in keys])

    answers = asyncio.run(play())
    assert isinstance(answers[23], CounterBusy)
    honest = [key for key in keys if key != "femis-poison"]
    assert heard == honest
    assert [told["key_was"] for told in answers if not isinstance(told, Exception)] == honest
    assert f"visitor {UUID(int=23)}" in caplog.text
    assert "no row takes this" in caplog.text


def test_a_batch_is_no_larger_than_who_answers_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest comes in the next one, in the order in which it was asked."""
    sizes: list[int] = []

    async def answer(asked: Sequence[Asked]) -> list[Answer]:
        sizes.append(len(asked))
        return [{"key_was": one.ask.key} for one in asked]

    monkeypatch.setitem(counter._handlers, "grab", answer)
    monkeypatch.setitem(counter._at_once, "grab", 40)
    keys = [f"one-of-{number:03}" for number in range(100)]

    async def play() -> list[Answer]:
        return await ask_all(make_counters(), make_room(), [Grab(key, new_id()) for key in keys])

    assert [told["key_was"] for told in asyncio.run(play()) if not isinstance(told, Exception)] == keys
    assert sizes == [40, 40, 20]


@pytest.mark.parametrize(("state", "refusal"), [("planned", NotBegun), ("ended", SaleOver), ("cancelled", SaleOver)])
def test_a_room_that_is_not_on_sells_and_gives_nothing_but_takes_bids(
    state: str, refusal: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An auction runs to its own end: a bid is put to it whatever the show does, unless the counter is closed."""

    async def answer(asked: Sequence[Asked]) -> list[Answer]:
        return [{"put": "to the auction"} for _ in asked]

    for kind in ("buy", "bid", "grab"):
        monkeypatch.setitem(counter._handlers, kind, answer)

    async def play() -> list[Answer]:
        room, counters = make_room(state), make_counters()
        bid = Bid("a-bid-in-time", new_id(), 5_000)
        asks: list[Ask] = [Buy("a-buy-too-late", new_id(), 1, 100), Grab("a-grab-too-late", new_id()), bid]
        told = await ask_all(counters, room, asks)
        room.sale_open = False
        return [*told, *await ask_all(counters, room, [bid])]

    bought, grabbed, taken, closed = asyncio.run(play())
    assert isinstance(bought, refusal)
    assert isinstance(grabbed, refusal)
    assert taken == {"put": "to the auction"}
    assert isinstance(closed, SaleClosed)


def test_who_is_too_late_is_told_so_in_words_for_a_buyer(nats_url: str) -> None:
    """Not to start the show and put something on the table, which is the host's to do."""

    async def play() -> dict[str, Any]:
        hub, bo = Hub(bounds.SocketLimits()), somebody()
        ask = {"t": "buy", "key": "a-buy-too-late", "variant": str(new_id()), "quantity": 1, "seen_minor": 100}
        take(hub, make_room("ended"), bo, json.dumps(ask))
        hub.rows.close()
        told: dict[str, Any] = json.loads(str(bo.told[-1]))
        return told

    told = asyncio.run(play())
    assert (told["t"], told["key"], told["code"]) == ("refused", "a-buy-too-late", "live.sale_over")
    assert told["text"] == "The show is over. Look at its replay for what you can still buy."
