"""A rush for a gift: pieces, budget and wins are exact."""

from functools import partial

import pytest

from millstream.gifts import api
from millstream.gifts.models import Coupon, Gift, Reach, Wins
from millstream.gifts.refusals import GiftOver
from millstream.gifts.types import GiftKind, Grabbed
from millstream.kernel.clock import read_now
from tests.gifts.giving import make_gift, reach
from tests.orders.races.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rush_gives_every_piece_once() -> None:
    """1,000 people reach for 100 pieces over four connections: 100 coupons, the whole budget, 900 refusals."""
    gift = make_gift(pieces=100, budget_minor=88_888)
    now = read_now()
    crowds = [[reach(gift, number) for number in range(start, start + 250)] for start in range(0, 1_000, 250)]
    answers = [
        answer for told in at_once(*[partial(api.grab_gifts, crowd, now=now) for crowd in crowds]) for answer in told
    ]
    won = [answer for answer in answers if isinstance(answer, Grabbed)]
    assert len(won) == 100
    assert sum(answer.amount_minor for answer in won) == 88_888
    assert sum(isinstance(answer, GiftOver) for answer in answers) == 900
    assert len({answer.coupon for answer in won}) == Coupon.objects.count() == 100
    assert Gift.objects.get(id=gift.id).given_minor == 88_888
    assert api.check_gifts() == []


def test_one_person_in_two_rushes_wins_once() -> None:
    """The same person reaches for one gift over four connections: one piece, the same answer four times."""
    gift = make_gift()
    now = read_now()
    told = at_once(*[partial(api.grab_gifts, [reach(gift, 1)], now=now) for _ in range(4)])
    assert len({answers[0].coupon for answers in told}) == 1
    assert Reach.objects.filter(gift=gift.id).count() == 1


def test_two_gifts_of_a_show_let_nobody_past_the_limit() -> None:
    """One win a show: a person who reaches for two gifts at once gets one of them."""
    one = make_gift(most_wins=1)
    two = make_gift(GiftKind.COUPON, most_wins=1, show=one.show, host=one.host)
    now = read_now()
    told = at_once(*[partial(api.grab_gifts, [reach(gift, 1)], now=now) for gift in (one, two)])
    assert sum(isinstance(answers[0], Grabbed) for answers in told) == 1
    assert Wins.objects.get(show=one.show).wins == 1
