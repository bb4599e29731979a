"""Gifts over a room's real socket: one piece a person, whatever is sent, by whichever socket."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from millstream.gifts import api
from millstream.gifts.models import Coupon, Reach
from millstream.gifts.types import GiftId, GiftKind, GiftRecord
from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.people.api import open_guests
from millstream.people.types import ContactKind, GuestAsk
from tests.deals.fair import Fair, make_fair
from tests.gifts.giving import make_gift
from tests.live.room.processes import PATIENCE, Viewer, enter, on_rows, room_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def fair(transactional_db: None) -> Fair:
    """Dao is live; what happened before is heard."""
    made = make_fair()
    hear_all()
    return made


def known(number: int) -> UUID:
    """A browser of the person with this number, whose phone is on file."""
    visitor = new_id()
    open_guests([GuestAsk(visitor, f"+861380000{number:04}", ContactKind.PHONE, "Bo")], now=read_now())
    return visitor


def gift_of(fair: Fair, **changes: Any) -> GiftRecord:
    """A gift of Dao's show, open now."""
    return make_gift(show=fair.show.id, host=fair.market.dao, **changes)


async def grab(viewer: Viewer, gift: UUID, key: str) -> dict[str, Any]:
    """Reach; the answer under this key."""
    await viewer.send(t="grab", key=key, gift=str(gift))
    while True:
        frame = await viewer._next(PATIENCE, f"an answer to {key}")
        if frame.get("key") == key:
            return frame


def test_a_person_gets_one_piece_however_often_and_from_wherever(fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """The same key, another key, another browser with the same phone, all at once: one piece, one answer."""
    gift = gift_of(fair, pieces=5, budget_minor=1_000)
    phone, tablet, other = known(1), known(1), known(2)

    async def play(port: int) -> None:
        first, second, third = [await enter(port, fair.show.room, who) for who in (phone, tablet, other)]
        told = await asyncio.gather(grab(first, gift.id, "first-press"), grab(second, gift.id, "other-press"))
        again = [await grab(first, gift.id, "first-press"), await grab(first, gift.id, "a-new-key")]
        assert {one["t"] for one in (*told, *again)} == {"grabbed"}
        assert len({(one["coupon"], one["number"], one["amount_minor"]) for one in (*told, *again)}) == 1
        assert (await grab(third, gift.id, "somebody-else"))["coupon"] != told[0]["coupon"]
        await on_rows(hear_all)
        assert (await third.trade("gift"))["data"]["left"] == 3

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert (Reach.objects.count(), Coupon.objects.count()) == (2, 2)
    assert api.check_gifts() == []


def test_forged_grabs_give_nothing(fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Another person, an amount, a number, no gift: refused and logged; a stranger is asked for a contact first."""
    gift = gift_of(fair)
    bo, femi = known(1), known(2)
    whole = {"t": "grab", "key": "forged-key", "gift": str(gift.id)}
    forged: tuple[dict[str, object], ...] = (
        {"visitor": str(bo)},
        {"amount_minor": 1_000},
        {"number": 1},
        {"won": True},
        {"gift": "all of it"},
        {"gift": 1},
        {"key": ""},
        {"key": "k" * 400},
    )

    async def play(port: int) -> None:
        for change in forged:  # a socket that goes on like this is closed: each comes on its own
            forger = await enter(port, fair.show.room, femi)
            await forger.wire.send(json.dumps({**whole, **change}))
            assert (await forger.until("refused"))["code"] == "live.bad_message", change
            await forger.wire.close()
        forger, stranger = await enter(port, fair.show.room, femi), await enter(port, fair.show.room)
        assert (await grab(stranger, gift.id, "no-contact"))["code"] == "gifts.contact_needed"
        assert (await grab(forger, new_id(), "no-such-gift"))["code"] == "gifts.no_such_gift"

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert (Reach.objects.count(), Coupon.objects.count()) == (0, 0)
    assert "a field too many" in (tmp_path / "room.log").read_text()


def test_a_gift_gives_between_its_beginning_and_its_end(fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Before: not open. After the last piece and after the host's end: over. Who has a piece keeps the answer."""
    early = gift_of(fair, opens_in=600)
    single, draw = gift_of(fair, pieces=1), gift_of(fair, kind=GiftKind.DRAW, pieces=1, budget_minor=500)
    bo, femi = known(1), known(2)

    def end() -> None:
        api.end_gift(GiftId(draw.id), now=read_now())
        hear_all()

    async def play(port: int) -> None:
        first, second = [await enter(port, fair.show.room, who) for who in (bo, femi)]
        assert (await grab(first, early.id, "far-too-early"))["code"] == "gifts.not_open"
        won = await grab(first, single.id, "the-only-one")
        assert won["won"]
        assert (await grab(second, single.id, "one-too-late"))["code"] == "gifts.over"
        assert (await grab(first, single.id, "once-more"))["coupon"] == won["coupon"]
        entered = await grab(first, draw.id, "into-the-draw")
        assert (entered["t"], entered["won"], entered["number"]) == ("grabbed", False, 1)
        await on_rows(end)
        assert (await grab(second, draw.id, "after-the-draw"))["code"] == "gifts.over"
        assert (await grab(first, draw.id, "what-became"))["number"] == 1

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert api.gift(draw.id, read_now()).taken == 1
    assert api.check_gifts() == []


def test_a_rush_of_sixty_gives_exactly_the_budget(fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """Thirty people with two browsers each reach for twenty pieces at once: twenty have one, nobody two."""
    gift = gift_of(fair, pieces=20, budget_minor=9_999)
    browsers = [(person, known(person)) for person in range(30) for _ in range(2)]
    told: dict[UUID, dict[str, Any]] = {}

    async def play(port: int) -> None:
        viewers = await asyncio.gather(*(enter(port, fair.show.room, visitor) for _, visitor in browsers))
        answers = await asyncio.gather(*(grab(viewer, gift.id, f"rush-{viewer.visitor}") for viewer in viewers))
        told.update({viewer.visitor: answer for viewer, answer in zip(viewers, answers, strict=True)})

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    coupons = {(person, told[visitor]["coupon"]) for person, visitor in browsers if told[visitor]["t"] == "grabbed"}
    refused = {told[visitor]["code"] for _, visitor in browsers if told[visitor]["t"] == "refused"}
    assert refused == {"gifts.over"}
    assert len(coupons) == len({person for person, _ in coupons}) == Coupon.objects.count() == 20
    assert api.gift(gift.id, read_now()).given_minor == 9_999
    assert api.check_gifts() == []


def test_a_gift_for_verified_people_obeys_over_the_socket(fair: Fair, nats_url: str, tmp_path: Path) -> None:
    """A guest with a contact on file is refused; a pass with a proof gets one piece, in a second browser the same."""
    gift = gift_of(fair, verified_only=True)
    phone, tablet = known(1), known(2)

    async def play(port: int) -> None:
        guest = await enter(port, fair.show.room, phone)
        refused = await grab(guest, gift.id, "not-verified")
        assert (refused["t"], refused["code"]) == ("refused", "gifts.verified_only")
        viewers = [await enter(port, fair.show.room, who, person="ab" * 32) for who in (phone, tablet)]
        first, second = [await grab(one, gift.id, f"verified-{place}") for place, one in enumerate(viewers)]
        assert first["won"]
        assert first["coupon"] == second["coupon"]

    with room_server(tmp_path, "room") as port:
        asyncio.run(play(port))
    assert (Reach.objects.count(), Coupon.objects.count()) == (1, 1)
