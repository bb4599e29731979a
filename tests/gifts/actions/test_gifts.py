"""Gifts are given once a person, exactly within their budget, as the seed says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from millstream.gifts import api
from millstream.gifts.models import Coupon, Gift
from millstream.gifts.refusals import (
    ContactNeeded,
    GiftNotOpen,
    GiftOver,
    GiftWrong,
    NoSuchGift,
    VerifiedOnly,
    WonEnough,
)
from millstream.gifts.rules import commitment_of, parts_of
from millstream.gifts.types import GiftId, GiftKind, GiftSpec, GiftState, GrabAsk, Grabbed
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from tests.gifts.giving import SEED, make_gift, person, reach

pytestmark = pytest.mark.django_db


def _won(answers: list[object]) -> list[Grabbed]:
    return [answer for answer in answers if isinstance(answer, Grabbed) and answer.won]


def test_a_red_packet_gives_its_parts_in_order() -> None:
    """The first five of seven get the five parts that the seed cuts; the others hear that it is over."""
    gift = make_gift()
    answers = api.grab_gifts([reach(gift, number) for number in range(7)], now=read_now())
    won = _won(list(answers))
    assert tuple(one.amount_minor for one in won) == parts_of(SEED, gift.id, budget_minor=1_000, pieces=5)
    assert sum(one.amount_minor for one in won) == 1_000
    assert [type(answer) for answer in answers[5:]] == [GiftOver, GiftOver]
    after = api.gift(gift.id, read_now())
    assert (after.state, after.taken, after.given_minor) == (GiftState.OVER, 5, 1_000)
    assert api.check_gifts() == []


def test_the_seed_is_sealed_until_the_end() -> None:
    """Only the commitment is known before; the revealed seed is the one committed to."""
    gift = make_gift()
    assert gift.seed == ""
    assert gift.commitment == commitment_of(SEED)
    assert SEED.hex().encode() not in bytes(Gift.objects.get(id=gift.id).sealed_seed)
    api.end_gift(gift.id, now=read_now())
    assert api.gift(gift.id, read_now()).seed == SEED.hex()


def test_reaching_again_is_answered_like_the_first_time() -> None:
    """The same person gets the same piece: again, twice in a batch, or from another browser with the same contact."""
    gift = make_gift()
    first, twin = api.grab_gifts([reach(gift, 1), reach(gift, 1)], now=read_now())
    again, elsewhere = api.grab_gifts([reach(gift, 1), reach(gift, 1, visitor=new_id())], now=read_now())
    assert isinstance(first, Grabbed)
    assert first == twin
    for later in (again, elsewhere):
        assert isinstance(later, Grabbed)
        assert (later.coupon, later.existed) == (first.coupon, True)
    assert Coupon.objects.count() == 1


def test_a_gift_needs_a_contact_and_must_exist() -> None:
    """Who left no contact, and who reaches for nothing, is told so; the others get theirs."""
    gift = make_gift()
    visitor, _ = person(1)
    answers = api.grab_gifts(
        [GrabAsk(gift.id, visitor, None, "x"), GrabAsk(GiftId(new_id()), visitor, b"k", "x"), reach(gift, 2)],
        now=read_now(),
    )
    assert [type(answer) for answer in answers] == [ContactNeeded, NoSuchGift, Grabbed]


def test_a_gift_opens_at_its_time() -> None:
    """Before it opens nobody gets a piece; after it closes nobody does, swept or not."""
    gift = make_gift(opens_in=30)
    early = api.grab_gifts([reach(gift, 1)], now=read_now())[0]
    late = api.grab_gifts([reach(gift, 1)], now=gift.closes_at)[0]
    in_time = api.grab_gifts([reach(gift, 1)], now=gift.opens_at)[0]
    assert isinstance(early, GiftNotOpen)
    assert isinstance(late, GiftOver)
    assert isinstance(in_time, Grabbed)


def test_a_person_wins_as_often_as_one_may() -> None:
    """With a limit of one win a show, the second gift of the show goes to others."""
    one = make_gift(most_wins=1)
    two = make_gift(most_wins=1, show=one.show, host=one.host)
    assert isinstance(api.grab_gifts([reach(one, 1)], now=read_now())[0], Grabbed)
    again, other = api.grab_gifts([reach(two, 1), reach(two, 2)], now=read_now())
    assert isinstance(again, WonEnough)
    assert isinstance(other, Grabbed)


def test_a_draw_gives_to_drawn_entries() -> None:
    """Twenty enter, three win the same; one who has won enough in this show is passed over; ending twice is once."""
    packet = make_gift(most_wins=1, pieces=2, budget_minor=2)
    api.grab_gifts([reach(packet, 4), reach(packet, 5)], now=read_now())
    draw = make_gift(GiftKind.DRAW, pieces=18, budget_minor=1_800, show=packet.show, host=packet.host, most_wins=1)
    entered = api.grab_gifts([reach(draw, number) for number in range(20)], now=read_now())
    assert all(isinstance(answer, Grabbed) and not answer.won for answer in entered)
    assert api.end_due_gifts(now=draw.closes_at) == 2 - 1  # the packet ended when it was empty
    assert api.end_due_gifts(now=draw.closes_at) == 0
    told = api.reaches(draw.id)
    assert [line.number for line in told] == list(range(1, 21))
    assert sorted(line.number for line in told if line.amount_minor) == [n for n in range(1, 21) if n not in {5, 6}]
    assert {line.number for line in told if line.passed_over} <= {5, 6}
    assert api.check_gifts() == []


def test_what_cannot_be_announced_is_refused_by_field() -> None:
    """A budget that does not divide among coupons is refused and nothing stands."""
    now = read_now()
    spec = GiftSpec(
        show=new_id(),
        host=new_id(),
        kind=GiftKind.COUPON,
        title="Spring",
        currency="CNY",
        budget_minor=1_001,
        pieces=2,
        opens_at=now,
        closes_at=now + timedelta(minutes=1),
        usable_until=now + timedelta(days=1),
    )
    with pytest.raises(GiftWrong) as refused:
        api.announce_gift(GiftId(new_id()), spec, seed=SEED, now=now)
    assert refused.value.facts == {"fields": "budget"}
    assert Gift.objects.count() == 0


def test_a_changed_row_is_found() -> None:
    """The check sees a coupon that nobody drew, an amount that the seed does not give, and a false seed."""
    gift = make_gift()
    api.grab_gifts([reach(gift, number) for number in range(5)], now=read_now())
    Coupon.objects.filter(gift=gift.id, number=1).delete()
    Gift.objects.filter(id=gift.id).update(seed="00" * 32)
    promises = {difference.promise for difference in api.check_gifts()}
    assert promises == {
        "coupons come to what was given",
        "the seed is the one committed to",
        "who got what follows from the seed",
    }


def test_a_gift_for_verified_people_knows_nobody_by_what_was_typed() -> None:
    """The rule is in the action: without proof refused, with it one piece, whatever contact or browser."""
    gift = make_gift(verified_only=True)
    refused = api.grab_gifts([reach(gift, 1)], now=read_now())[0]
    assert isinstance(refused, VerifiedOnly)
    proved = [replace(reach(gift, number), verified_key=b"esi") for number in (1, 2)]
    first, again = api.grab_gifts(proved, now=read_now())
    assert isinstance(first, Grabbed)
    assert isinstance(again, Grabbed)
    assert first.coupon == again.coupon
    assert api.gift(gift.id, read_now()).taken == 1


def test_a_proof_changes_nothing_where_everybody_may_reach() -> None:
    """An ordinary gift knows people by their contact, signed in or not."""
    gift = make_gift()
    told = api.grab_gifts([replace(reach(gift, one), verified_key=b"esi") for one in (1, 2)], now=read_now())
    assert len({one.coupon for one in told if isinstance(one, Grabbed)}) == 2
