"""A closed counter refuses every buy, bid and grab, by whichever door it comes: form, program, socket."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from millstream.deals.api import check_deals
from millstream.deals.models import Bid
from millstream.deals.types import AuctionRecord
from millstream.gifts.api import check_gifts
from millstream.gifts.models import Reach
from millstream.gifts.types import GiftRecord
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.live.api import throw_switch
from millstream.live.types import OPERATOR
from millstream.live.types.talk import SwitchKind
from millstream.orders.models import Order
from millstream.orders.till.till import till
from millstream.people.api import open_guests
from millstream.people.types import AddressLines, ContactKind, GuestAsk
from tests.deals.fair import LIST_MINOR, Fair, make_fair
from tests.gifts.giving import make_gift
from tests.live.room.processes import enter, on_rows, room_server
from tests.orders.web.test_pages import filled

pytestmark = pytest.mark.django_db(transaction=True)

CLOSED = "live.sale_closed"
SAID = "The counter is closed for now. Nothing is lost: try again when it opens."
EVERYWHERE = pytest.mark.parametrize("everywhere", [False, True], ids=["the show's", "every"])


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be bought, bid for and reached for in Dao's show."""

    fair: Fair
    auction: AuctionRecord
    gift: GiftRecord

    def throw(self, *, everywhere: bool, is_open: bool) -> None:
        """The operator throws the switch of the show, or of the installation."""
        show = None if everywhere else self.fair.show.id
        throw_switch(SwitchKind.SALE, show, is_open=is_open, by=OPERATOR, why="a recall", now=read_now())

    def came_to(self) -> tuple[int, int, int]:
        """How many orders, bids and reaches there are."""
        return Order.objects.unscoped("a test").count(), Bid.objects.count(), Reach.objects.count()


@pytest.fixture
def offered(transactional_db: None, nats_url: str) -> Iterator[Offered]:
    """Dao is live with a bowl, an auction and a red packet."""
    fair = make_fair()
    yield Offered(fair, fair.auction(), make_gift(show=fair.show.id, host=fair.market.dao))
    till.stop()


def known_guest() -> UUID:
    """A visitor who bought before."""
    address = AddressLines("Bo", "+8613800138000", "1 Canal Street, Hangzhou")
    ask = GuestAsk(new_id(), "+8613800138000", ContactKind.PHONE, "Bo", address)
    open_guests([ask], now=read_now())
    return ask.visitor


def doors_of(offered: Offered, bo: Client) -> dict[str, Callable[[], Any]]:
    """Every way over HTTP to buy, bid or reach, as Bo would go it."""
    show, variant, auction, gift = offered.fair.show.id, offered.fair.variant, offered.auction.id, offered.gift.id
    sheet = f"/buy/{variant}/?show={show}"
    form = filled(bo.get(sheet).content.decode())
    bid = {"max_minor": 5_000, "contact": "13800138000", "name": "Bo Lin"}
    reach = {"contact": "13800138000"}
    address = {"name": "Bo", "address": "12 Canal Street"}
    goods = {"variant": str(variant), "quantity": 1, "show": str(show), "price_minor": LIST_MINOR}

    def program(path: str, told: dict[str, Any]) -> Any:
        key = {"Idempotency-Key": new_id().hex}
        return bo.post(path, told, content_type="application/json", headers=key)

    def page(path: str, told: dict[str, Any], accept: str = "text/html") -> Any:
        return bo.post(path, told, headers={"accept": accept})

    json = "application/json"
    return {
        "the buy sheet": lambda: page(sheet, form),
        "a program that buys": lambda: program("/api/v1/buy", goods | reach | address),
        "the auction's page": lambda: page(f"/auctions/{auction}/bid/", bid | {"key": new_id().hex}),
        "the room's bid": lambda: page(f"/auctions/{auction}/bid/", bid | {"key": new_id().hex}, json),
        "a program that bids": lambda: program(f"/api/v1/auctions/{auction}/bids", {"max_minor": 9_000}),
        "the gift's page": lambda: page(f"/gifts/{gift}/grab/", reach),
        "the room's grab": lambda: page(f"/gifts/{gift}/grab/", reach, json),
    }


@EVERYWHERE
def test_no_page_and_no_program_gets_past_a_closed_counter(everywhere: bool, offered: Offered, client: Client) -> None:
    """Each is refused in the same words and leaves nothing behind; when the counter opens all goes on."""
    doors = doors_of(offered, client)
    offered.throw(everywhere=everywhere, is_open=False)
    for door, go in doors.items():
        answer = go()
        said = answer.content.decode()
        assert answer.status_code == 409, (door, said)
        assert CLOSED in said or SAID.partition(".")[0] in said, (door, said)
    assert offered.came_to() == (0, 0, 0)
    offered.throw(everywhere=everywhere, is_open=True)
    for door in ("a program that buys", "the room's bid", "the room's grab"):
        assert doors[door]().status_code in (200, 201), door
    assert offered.came_to() == (1, 1, 1)
    assert check_deals() == []
    assert check_gifts() == []


@pytest.mark.slow
@EVERYWHERE
def test_no_socket_gets_past_a_closed_counter(everywhere: bool, offered: Offered, tmp_path: Path) -> None:
    """Not even by a room server that has not heard of it yet; what stood before is answered as it stands."""
    bo, room = known_guest(), offered.fair.show.room
    hear_all()
    asks: dict[str, dict[str, Any]] = {
        "buy": {"variant": str(offered.fair.variant), "quantity": 1, "seen_minor": LIST_MINOR},
        "bid": {"auction": str(offered.auction.id), "max_minor": 5_000},
        "grab": {"gift": str(offered.gift.id)},
    }

    async def play(port: int) -> None:
        viewer = await enter(port, room, bo)
        await viewer.until("welcome")
        await viewer.send(t="bid", key="before-the-recall", **asks["bid"])
        assert (await viewer.until("bid"))["state"] == "leading"
        await on_rows(lambda: offered.throw(everywhere=everywhere, is_open=False))
        for kind, ask in asks.items():
            await viewer.send(t=kind, key=f"{kind}-while-closed", **ask)
            refused = await viewer.until("refused", key=f"{kind}-while-closed")
            assert (refused["code"], refused["text"]) == (CLOSED, SAID)
        await viewer.send(t="bid", key="before-the-recall", **asks["bid"])
        assert (await viewer.until("bid"))["state"] == "leading"

    with room_server(tmp_path, "room", looks=False) as port:
        asyncio.run(play(port))
    assert offered.came_to() == (0, 1, 0)
