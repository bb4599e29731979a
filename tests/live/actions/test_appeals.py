"""Appeals of those who are silenced with the network of somebody else."""

from datetime import timedelta

import pytest

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.refusals.talk import AppealedBefore, AppealsFull, NothingToAppeal, TalkBanned
from millstream.live.types import OPERATOR, SpokenBy, TalkRole
from millstream.live.types.talk import MOST_APPEALS_OF_A_NETWORK, ActKind, AppealState
from tests.live.town import Town

pytestmark = pytest.mark.django_db

MARK = "a" * 32


def guest(network: str = MARK) -> SpokenBy:
    return SpokenBy(visitor=new_id(), name="Guest 1234", role=TalkRole.GUEST, network=network)


def banned(town: Town, *, everywhere: bool = False) -> SpokenBy:
    """Femi, banned with the network."""
    femi = guest()
    said = api.say(town.show.id, femi, "spam", now=town.now)
    by = OPERATOR if everywhere else town.dao
    api.ban_speaker(said.id, by=by, network=True, everywhere=everywhere, why="spam", now=town.now)
    return femi


def ask(town: Town, who: SpokenBy) -> None:
    api.appeal(town.show.id, visitor=who.visitor, network=who.network, text="I only live here.", now=town.now)


def standing_of(town: Town, who: SpokenBy):
    return api.standing(town.show.id, visitor=who.visitor, network=who.network, now=town.now)


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_neighbour_of_the_banned_appeals_and_frees_the_network(town: Town, everywhere: bool) -> None:
    """Once; granted, the guests of the network talk, and who was banned stays so; the log says what was freed."""
    femi, bo, chen = banned(town, everywhere=everywhere), guest(), guest()
    with pytest.raises(NothingToAppeal):
        ask(town, guest("b" * 32))
    ask(town, bo)
    ask(town, chen)
    with pytest.raises(AppealedBefore):
        ask(town, bo)
    standing = standing_of(town, bo)
    assert (standing.by_network, standing.appeal, standing.quoted) == (True, AppealState.OPEN, "")
    assert standing.until == town.now + timedelta(hours=24)
    assert standing_of(town, femi).appeal is None
    first, second = api.open_appeals()
    assert first.by_network
    assert second.by_network
    api.decide_appeal(first.id, grant=True, by=OPERATOR, answer="Our mistake.", now=town.now)
    assert api.open_appeals() == []
    for neighbour in (bo, chen):
        assert standing_of(town, neighbour) is None
        api.say(town.show.id, neighbour, f"hello from {neighbour.visitor}", now=town.now)
        assert api.last_appeal(town.show.id, visitor=neighbour.visitor) == (AppealState.GRANTED, "Our mistake.")
    with pytest.raises(TalkBanned):
        api.say(town.show.id, femi, "me too", now=town.now)
    newest = api.acts(show=town.show.id).items[0]
    assert (newest.kind, newest.facts["network"]) == (ActKind.APPEAL_GRANTED, True)


def test_a_refused_neighbour_stays_silent_and_the_banned_appeals_as_before(town: Town) -> None:
    """Whoever was banned has an appeal of its own; granted, it frees the network as well."""
    femi, bo, chen = banned(town), guest(), guest()
    ask(town, bo)
    api.decide_appeal(api.open_appeals()[0].id, grant=False, by=town.dao, answer="Not today.", now=town.now)
    standing = standing_of(town, bo)
    assert (standing.appeal, standing.answer) == (AppealState.REFUSED, "Not today.")
    ask(town, chen)
    ask(town, femi)
    with pytest.raises(AppealedBefore):
        ask(town, femi)
    own = next(waiting for waiting in api.open_appeals() if not waiting.by_network)
    api.decide_appeal(own.id, grant=True, by=town.dao, answer="Welcome back.", now=town.now)
    assert api.open_appeals() == []
    for who in (femi, bo, chen):
        assert standing_of(town, who) is None


def test_a_network_appeals_only_so_often(town: Town) -> None:
    """However many cookies it throws away; the banned itself is not held up by its neighbours."""
    femi = banned(town)
    for _ in range(MOST_APPEALS_OF_A_NETWORK):
        ask(town, guest())
    with pytest.raises(AppealsFull):
        ask(town, guest())
    ask(town, femi)
    assert len(api.open_appeals()) == MOST_APPEALS_OF_A_NETWORK + 1
