"""A whole room reaches for one gift at the same moment, over the counter of its room server."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from millstream.gifts import api
from millstream.gifts.models import Coupon, Gift
from millstream.gifts.types import MOST_GRABS_AT_ONCE, GiftKind
from millstream.kernel.clock import read_now
from millstream.live.refusals.talk import CounterBusy
from millstream.live.room.counter import Answer
from millstream.live.room.wire import Grab
from millstream.people.api import open_guests
from millstream.people.types import ContactKind, GuestAsk
from tests.gifts.giving import make_gift
from tests.live.room.test_batches import ask_all, make_counters, make_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE, PIECES, BUDGET_MINOR = 2 * MOST_GRABS_AT_ONCE + 300, 100, 88_888


def seed_people() -> None:
    """Viewers number 0 to 1,299 have a phone on file."""
    asks = [
        GuestAsk(UUID(int=number), f"+86138{number:08d}", ContactKind.PHONE, f"Bo {number}") for number in range(PEOPLE)
    ]
    for start in range(0, PEOPLE, MOST_GRABS_AT_ONCE):
        open_guests(asks[start : start + MOST_GRABS_AT_ONCE], now=read_now())


def reach_all(gift: UUID) -> list[Answer]:
    """Everybody reaches before the first is answered."""

    async def play() -> list[Answer]:
        return await ask_all(
            make_counters(), make_room(), [Grab(f"rush-of-{number:04}", gift) for number in range(PEOPLE)]
        )

    return asyncio.run(play())


def test_more_than_fit_a_batch_reach_at_once_and_the_first_have_it(caplog: pytest.LogCaptureFixture) -> None:
    """1,300 for 100 pieces: the first hundred have one each, the budget to the last fen; the others: it is over."""
    seed_people()
    gift = make_gift(pieces=PIECES, budget_minor=BUDGET_MINOR)
    answers = reach_all(gift.id)
    assert not [told for told in answers if isinstance(told, CounterBusy)]
    assert "failed together" not in caplog.text
    won = [told for told in answers if not isinstance(told, Exception)]
    assert won == answers[:PIECES]
    assert [told["number"] for told in won] == list(range(1, PIECES + 1))
    assert sum(told["amount_minor"] for told in won) == BUDGET_MINOR
    assert Counter(told.code for told in answers if isinstance(told, Exception)) == {"gifts.over": PEOPLE - PIECES}
    assert len({told["coupon"] for told in won}) == Coupon.objects.count() == PIECES
    assert Gift.objects.get(id=gift.id).given_minor == BUDGET_MINOR
    assert api.check_gifts() == []


def test_more_than_fit_a_batch_enter_a_draw_in_their_order() -> None:
    """Each has the number of its place; together they are all that entered."""
    seed_people()
    draw = make_gift(GiftKind.DRAW, pieces=10, budget_minor=1_000)
    answers = reach_all(draw.id)
    assert [told["number"] for told in answers if not isinstance(told, Exception)] == list(range(1, PEOPLE + 1))
    api.end_gift(draw.id, now=read_now())
    assert api.gift(draw.id, read_now()).taken == 10
    assert api.check_gifts() == []
