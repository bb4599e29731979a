"""Agreeing on pacts: one in force at a time, never more than the whole, only ended, never changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.pacts.api import agree_floor_price, agree_pact, end_floor_price, end_pact, floor_prices, pact, pacts_of
from millstream.pacts.refusals import AlreadyEnded, InThePast, MoreThanWhole, Overlaps
from millstream.pacts.types import FloorPriceSpec, PactId, PactSpec, Part
from tests.pacts.cast import Town, open_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """A town with the demo's pacts."""
    return open_town()


def test_a_new_pact_ends_the_one_before_it(town: Town) -> None:
    """There is no gap and no overlap, and versions count up."""
    first = next(agreed for agreed in pacts_of(town.park) if agreed.part == Part.PARK)
    second = agree_pact(PactSpec(Part.PARK, 40, town.park), now=read_now())
    assert pact(first.id).valid_to == second.valid_from
    assert (first.version, second.version, second.valid_to) == (1, 2, None)


def test_more_than_the_whole_is_refused(town: Town) -> None:
    """With 5 % platform, 3 % park and 2 % station a host may have 90 %, not more."""
    with pytest.raises(MoreThanWhole) as refused:
        agree_pact(PactSpec(Part.HOST, 901, town.dao, seller=town.amina, host=town.dao), now=read_now())
    assert refused.value.facts == {"left": 900, "asked": 901}
    agree_pact(PactSpec(Part.HOST, 900, town.dao, seller=town.amina, host=town.dao), now=read_now())
    with pytest.raises(MoreThanWhole):
        agree_pact(PactSpec(Part.PARK, 31, town.park), now=read_now())


def test_a_pact_does_not_count_for_sales_already_made(town: Town) -> None:
    """Back-dating is refused."""
    now = read_now()
    with pytest.raises(InThePast):
        agree_pact(PactSpec(Part.PARK, 10, town.park, valid_from=now - timedelta(seconds=1)), now=now)


def test_a_pact_before_one_agreed_for_later_is_refused(town: Town) -> None:
    """The later one is ended first."""
    now = read_now()
    later = agree_pact(PactSpec(Part.PARK, 40, town.park, valid_from=now + timedelta(days=9)), now=now)
    with pytest.raises(Overlaps):
        agree_pact(PactSpec(Part.PARK, 10, town.park, valid_from=now + timedelta(days=3)), now=now)
    end_pact(later.id, now=now)
    agree_pact(PactSpec(Part.PARK, 10, town.park, valid_from=now + timedelta(days=3)), now=now)


def test_an_ended_pact_cannot_be_ended_again(town: Town) -> None:
    """And one that is unknown is not found."""
    agreed = pacts_of(town.esi)[0]
    end_pact(agreed.id, now=read_now())
    with pytest.raises(AlreadyEnded):
        end_pact(agreed.id, now=read_now())
    with pytest.raises(NotFound):
        end_pact(PactId(new_id()), now=read_now())


def test_actors_see_their_own_pacts_and_those_for_everybody(town: Town) -> None:
    """Femi sees the three general ones, and not Amina's with her station."""
    assert {agreed.part for agreed in pacts_of(town.femi)} == {Part.PLATFORM, Part.PARK, Part.HOST}
    assert {agreed.part for agreed in pacts_of(town.amina)} == {Part.PLATFORM, Part.PARK, Part.HOST, Part.STATION}


def test_pacts_are_never_edited_by_hand(town: Town) -> None:
    """A pact may only be given an end; it is not deleted, and two cannot be in force at once."""
    copied = (
        "INSERT INTO pacts_pact (id, part, beneficiary_id, permille, agreed_at, valid_from, version)"
        " SELECT gen_random_uuid(), part, beneficiary_id, permille, agreed_at, valid_from + interval '1 hour', 99"
        " FROM pacts_pact WHERE part = 'park'"
    )
    for constraint, statement in (
        ("pact_only_ends", "UPDATE pacts_pact SET permille = 1"),
        ("pact_only_ends", "UPDATE pacts_pact SET permille = 1, valid_to = valid_from"),
        ("pact_only_ends", "DELETE FROM pacts_pact"),
        ("pact_one_in_force", copied),
        ("pact_part_of_whole", copied.replace(" permille, agreed_at, valid_from +", " 1001, agreed_at, valid_from +")),
        ("pact_has_beneficiary", copied.replace("part, beneficiary_id, permille", "part, NULL, permille", 2)),
    ):
        sql = statement.replace("(id, part, NULL, permille", "(id, part, beneficiary_id, permille")
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_the_highest_floor_price_counts(town: Town) -> None:
    """One for everybody and one for Dao: Dao's offers meet the higher one; a new one takes the place of the old."""
    variant = new_id()
    now = read_now()
    agree_floor_price(FloorPriceSpec(variant, town.amina, None, 5_000, "CNY"), now=now)
    agree_floor_price(FloorPriceSpec(variant, town.amina, town.dao, 6_000, "CNY"), now=now)
    assert floor_prices([variant], host=town.dao, now=now)[variant].price_minor == 6_000
    assert floor_prices([variant], host=town.femi, now=now)[variant].price_minor == 5_000
    agree_floor_price(FloorPriceSpec(variant, town.amina, None, 7_000, "CNY"), now=now)
    assert floor_prices([variant], host=town.dao, now=now)[variant].price_minor == 7_000
    assert floor_prices([new_id()], host=None, now=now) == {}


def test_a_floor_price_is_taken_back_once(town: Town) -> None:
    """Only the one with that side; what was agreed with Dao goes on counting."""
    variant, now = new_id(), read_now()
    agree_floor_price(FloorPriceSpec(variant, town.amina, None, 5_000, "CNY"), now=now)
    agree_floor_price(FloorPriceSpec(variant, town.amina, town.dao, 4_000, "CNY"), now=now)
    assert end_floor_price(variant, host=None, now=now)
    assert not end_floor_price(variant, host=None, now=now)
    assert floor_prices([variant], host=town.dao, now=now)[variant].price_minor == 4_000
    assert floor_prices([variant], host=town.femi, now=now) == {}
