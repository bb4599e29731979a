"""What `live` answers below: offers for the till, streams for the media hooks."""

from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.live import api
from millstream.live.adapters.room_offers import RoomOffers
from millstream.live.adapters.show_streams import ShowStreams
from millstream.media.refusals import ShowNotOpen
from millstream.media.types import ActorId
from millstream.orders.ports import Offer, OfferAsk
from millstream.shops.refusals import NotForSale
from tests.live.town import Town, agree, make_host, make_show

pytestmark = pytest.mark.django_db


def offer(town: Town, show: object, days: float = 0) -> Offer:
    asks = [OfferAsk(town.counter.variant, 1, show)]  # type: ignore[arg-type]
    (answer,) = RoomOffers().offers(asks, now=town.now + timedelta(days=days))
    assert not isinstance(answer, Refusal)
    return answer


def test_in_a_live_room_the_host_has_a_part(town: Town) -> None:
    """The show and its host stand on the offer, at the shop's price."""
    town.start()
    found = offer(town, town.show.id)
    assert (found.host, found.show_id, found.price_minor, found.price_source) == (
        town.dao,
        town.show.id,
        12_800,
        "show",
    )


def test_outside_a_room_there_is_no_host(town: Town) -> None:
    """No show, an unknown show, one that is only planned, one called off."""
    other = make_show(town.dao, town.now, hours=1)
    api.end_show(other.id, host=town.dao, now=town.now)
    for show in (None, new_id(), town.show.id, other.id):
        found = offer(town, show)
        assert (found.host, found.show_id, found.price_source) == (None, None, "list")


def test_another_show_than_the_one_it_is_in_gives_no_host(town: Town) -> None:
    """A client that names a show without the product in its rundown pays no host."""
    lin = make_host("Lin", "小林")
    other = make_show(lin, town.now)
    api.start_show(other.id, host=lin, now=town.now)
    assert offer(town, other.id).host is None


def test_a_replay_sells_for_thirty_days(town: Town) -> None:
    """With the host's part; afterwards at the shop's price without one."""
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    assert offer(town, town.show.id, days=29).host == town.dao
    assert offer(town, town.show.id, days=31).host is None


def test_a_batch_is_answered_in_order_with_four_questions(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Goods, hosts, counters and deals, whatever the size: it runs inside the till's transaction."""
    town.start()
    lin = make_host("Lin", "小林")
    agree(lin, town.counter.amina, town.now)
    other = make_show(lin, town.now)
    api.add_to_rundown(other.id, town.counter.variant, host=lin, now=town.now)
    api.start_show(other.id, host=lin, now=town.now)
    nothing = new_id()
    hosts: dict[UUID | None, UUID] = {town.show.id: town.dao, other.id: lin}
    shows: list[UUID | None] = [town.show.id, other.id, None, new_id()]
    asks = [OfferAsk(town.counter.variant if n % 5 else nothing, 1, shows[n % 4]) for n in range(200)]
    with django_assert_num_queries(4):
        answers = RoomOffers().offers(asks, now=town.now)
    for ask, answer in zip(asks, answers, strict=True):
        if ask.variant_id == nothing:
            assert isinstance(answer, NotForSale)
        else:
            assert isinstance(answer, Offer)
            assert answer.host == hosts.get(ask.show_id)


def stream_for(town: Town, slug: str | None = None, hours: float = 0) -> object:
    return ShowStreams().stream_for(ActorId(town.dao), slug, now=town.now + timedelta(hours=hours))


def test_a_picture_goes_into_the_live_show_first(town: Town) -> None:
    """Even when another one is about to begin."""
    soon = make_show(town.dao, town.now, hours=0.5)
    assert stream_for(town) == town.show.stream
    api.start_show(soon.id, host=town.dao, now=town.now)
    assert stream_for(town) == soon.stream
    assert stream_for(town, slug=town.show.slug) == town.show.stream


def test_a_planned_show_takes_a_picture_an_hour_before(town: Town) -> None:
    """So that the host can look at it; not earlier, and the refusal says when."""
    api.end_show(town.show.id, host=town.dao, now=town.now)
    tomorrow = make_show(town.dao, town.now, hours=24)
    with pytest.raises(ShowNotOpen) as refused:
        stream_for(town)
    assert refused.value.facts["opens_at"] == (tomorrow.starts_at - timedelta(hours=1)).isoformat()
    assert stream_for(town, hours=23.5) == tomorrow.stream


def test_without_a_show_no_picture_is_taken(town: Town) -> None:
    """Ended, called off, forgotten for half a day, somebody else's by name."""
    lin = make_host("Lin", "小林")
    other = make_show(lin, town.now)
    with pytest.raises(ShowNotOpen):
        stream_for(town, slug=other.slug)
    with pytest.raises(ShowNotOpen):
        stream_for(town, hours=13)
    town.start()
    api.end_show(town.show.id, host=town.dao, now=town.now)
    with pytest.raises(ShowNotOpen):
        stream_for(town)
