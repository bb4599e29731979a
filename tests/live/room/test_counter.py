"""Trade over the socket: who buys is the visitor of the cookie, what it costs is the till's word."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.kernel.texts import both
from millstream.live import api
from millstream.live.room.bounds import ASKS_BURST
from millstream.live.types import OPERATOR
from millstream.live.types.talk import SwitchKind
from millstream.orders.models import Order
from millstream.pacts.api import agree_pact
from millstream.pacts.types import PactSpec, Part
from millstream.people.api import open_actor, open_guests
from millstream.people.types import ActorKind, ActorSpec, AddressLines, ContactKind, GuestAsk
from tests.live.room.processes import PATIENCE, Viewer, enter, on_rows, room_server
from tests.live.town import Town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PRICE_MINOR = 12_800
ASKED = 30


def known_guest(number: int) -> UUID:
    """A visitor who bought before: contact and address are on file."""
    visitor, phone = new_id(), f"+8613800000{number:03}"
    address = AddressLines("Bo", phone, "1 Canal Street, Hangzhou")
    open_guests([GuestAsk(visitor, phone, ContactKind.PHONE, "Bo", address)], now=read_now())
    return visitor


@pytest.fixture
def open_town(open_town: Town) -> Town:
    """The show is on, and everybody who has a part in a sale has agreed on it."""
    platform = open_actor(
        ActorSpec(kind=ActorKind.ASSOCIATION, name=both("Platform", "平台"), slug="p", actor_id=conf().platform_actor)
    )
    seller = open_town.counter.amina
    for part, permille, beneficiary in (
        (Part.PLATFORM, 50, platform),
        (Part.PARK, 30, open_town.counter.femi),
        (Part.STATION, 20, open_town.counter.esi),
    ):
        agree_pact(PactSpec(part, permille, beneficiary, seller=seller), now=open_town.now)
    open_town.start()
    hear_all()
    return open_town


async def buy(viewer: Viewer, town: Town, key: str, **changes: object) -> None:
    price = PRICE_MINOR
    told = {"key": key, "variant": str(town.counter.variant), "quantity": 1, "seen_minor": price}
    await viewer.send(t="buy", **{**told, **changes})


def test_a_buy_is_answered_to_its_socket_alone(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """With code, total and where to pay; the same key again is the same order; others hear of the stock only."""
    bo = known_guest(1)

    async def play(port: int) -> None:
        buyer, stranger = await enter(port, open_town.show.room, bo), await enter(port, open_town.show.room)
        await stranger.until("welcome")
        await buy(buyer, open_town, "a-key-of-bo")
        bought = await buyer.until("bought", key="a-key-of-bo")
        assert bought["total_minor"] >= PRICE_MINOR
        assert f"/orders/{bought['code']}/" in bought["order_url"]
        await buy(buyer, open_town, "a-key-of-bo")
        assert (await buyer.until("bought", key="a-key-of-bo"))["code"] == bought["code"]
        await buy(stranger, open_town, "a-key-of-a-stranger")
        assert (await stranger.until("refused", key="a-key-of-a-stranger"))["code"] == "live.contact_needed"
        assert not [frame for frame in stranger.heard if frame["t"] == "bought"]

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    order = Order.objects.unscoped("a test").get()
    assert (order.visitor, order.show_id) == (bo, open_town.show.id)


def test_forged_asks_buy_nothing(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Another buyer, another price, a field too many, too much: refused, and nobody else notices."""
    bo, femi = known_guest(1), known_guest(2)
    variant, price = str(open_town.counter.variant), PRICE_MINOR
    whole = {"t": "buy", "key": "forged-key", "variant": variant, "quantity": 1, "seen_minor": price}

    async def play(port: int) -> None:
        forger, other = await enter(port, open_town.show.room, femi), await enter(port, open_town.show.room)
        await other.until("welcome")
        forged: tuple[dict[str, object], ...] = (
            {"visitor": str(bo)},
            {"price_minor": 1},
            {"quantity": 0},
            {"quantity": 10**9},
        )
        for change in forged:
            await forger.wire.send(json.dumps({**whole, **change}))
            assert (await forger.until("refused"))["code"] == "live.bad_message"
        await buy(forger, open_town, "cheap-for-me", seen_minor=1)
        assert (await forger.until("refused", key="cheap-for-me"))["code"] == "orders.price_changed"
        await buy(forger, open_town, "what-is-that", variant=str(new_id()))
        assert (await forger.until("refused", key="what-is-that"))["code"] == "shops.not_for_sale"
        await other.send(t="say", text="all is well here")
        await other.talk("all is well here")

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert Order.objects.unscoped("a test").count() == 0
    assert "a field too many" in (tmp_path / "room.log").read_text()


def test_a_closed_counter_and_an_ended_show_sell_nothing(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """The switch is felt without a murmur, by the rows within two seconds; the room tells everybody."""
    town = open_town
    bo = known_guest(1)

    def close() -> None:
        api.throw_switch(SwitchKind.SALE, town.show.id, is_open=False, by=OPERATOR, why="recall", now=read_now())
        hear_all()

    def end() -> None:
        api.end_show(town.show.id, host=town.dao, now=read_now())
        hear_all()

    async def play(port: int) -> None:
        buyer = await enter(port, town.show.room, bo)
        await buyer.until("welcome")
        await on_rows(close)
        assert (await buyer.trade("sale"))["data"] == {"open": False}
        await buy(buyer, town, "after-closing")
        assert (await buyer.until("refused", key="after-closing"))["code"] == "live.sale_closed"
        await on_rows(end)
        assert (await buyer.trade("state"))["data"] == {"state": "ended"}
        await buy(buyer, town, "after-the-end")
        assert (await buyer.until("refused", key="after-the-end"))["code"] == "live.sale_over"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert Order.objects.unscoped("a test").count() == 0


def test_a_rush_is_bounded_by_visitor(open_town: Town, nats_url: str, tmp_path: Path) -> None:
    """Ten at once; whoever asks oftener is told to wait, and every ask has its answer."""
    bo = known_guest(1)
    bought: set[str] = set()

    async def play(port: int) -> None:
        buyer = await enter(port, open_town.show.room, bo)
        for number in range(ASKED):
            await buy(buyer, open_town, f"rush-key-{number:02}")
        first = await buyer.until("refused", code="live.counter_busy")
        assert int(first["key"].removeprefix("rush-key-")) >= ASKS_BURST
        async with asyncio.timeout(PATIENCE):
            while len({frame["key"] for frame in buyer.heard if "key" in frame}) < ASKED:
                await buyer._next(PATIENCE, "answer")
        bought.update(frame["key"] for frame in buyer.heard if frame["t"] == "bought")

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert Order.objects.unscoped("a test").count() == len(bought) < ASKED
