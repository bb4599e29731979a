"""Two connections at once: parts never exceed the whole, one pact is in force."""

import pytest

from millstream.kernel.clock import read_now
from millstream.pacts.api import agree_pact, end_pact, pacts_of
from millstream.pacts.refusals import AlreadyEnded, MoreThanWhole
from millstream.pacts.types import PactRecord, PactSpec, Part
from tests.ledger.races.together import at_once
from tests.pacts.cast import open_town

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_pacts_that_fit_alone_do_not_exceed_the_whole_together() -> None:
    """A host at 60 % and a park at 60 %: one is agreed, the other is told what is left."""
    town = open_town()
    told = at_once(
        lambda: agree_pact(PactSpec(Part.HOST, 600, town.dao, seller=town.amina, host=town.dao), now=read_now()),
        lambda: agree_pact(PactSpec(Part.PARK, 600, town.park, seller=town.amina), now=read_now()),
    )
    assert sum(isinstance(answer, PactRecord) for answer in told) == 1, told
    assert sum(isinstance(answer, MoreThanWhole) for answer in told) == 1, told


def test_two_of_the_same_scope_follow_each_other() -> None:
    """Whoever comes second takes the place of the first; one is in force."""
    town = open_town()
    now = read_now()
    told = at_once(
        *[lambda minor=minor: agree_pact(PactSpec(Part.PARK, minor, town.park), now=now) for minor in (10, 20)]
    )
    assert all(isinstance(answer, PactRecord) for answer in told), told
    parks = [agreed for agreed in pacts_of(town.park) if agreed.part == Part.PARK]
    assert sum(agreed.valid_to is None for agreed in parks) == 1
    assert sorted(agreed.version for agreed in parks) == [1, 2, 3]


def test_a_pact_is_ended_once() -> None:
    """The second is told that it has ended."""
    town = open_town()
    station = next(agreed for agreed in pacts_of(town.esi) if agreed.part == Part.STATION)
    told = at_once(*[lambda: end_pact(station.id, now=read_now()) for _ in range(2)])
    assert sum(isinstance(answer, AlreadyEnded) for answer in told) == 1, told
