"""Planning, opening and closing shows; rundowns and pins."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.live import api
from millstream.live.models import Pin, RundownItem, Show
from millstream.live.refusals import (
    AlreadyInRundown,
    HostIsLive,
    NoSuchShow,
    NotForSale,
    NotInRundown,
    NotYourShow,
    SellerHasNotAgreed,
    ShowNotLive,
    ShowOver,
    StartsInThePast,
)
from millstream.live.types import ShowState
from millstream.media import api as media
from tests.live.town import Town, agree, make_host, make_show
from tests.shops.counter import make_counter

pytestmark = pytest.mark.django_db


def test_a_planned_show_has_an_address_a_stream_and_a_room(town: Town) -> None:
    """The address comes from the English title, and nobody else has it."""
    other = make_show(town.dao, town.now, hours=3)
    assert town.show.slug.startswith("spring-kiln-")
    assert other.slug != town.show.slug
    assert media.stream(town.show.stream).owner == town.dao
    assert town.show.room != town.show.id
    assert [show.id for show in api.upcoming(town.now)] == [town.show.id, other.id]


def test_a_show_is_not_planned_for_yesterday(town: Town) -> None:
    """The time must still come."""
    with pytest.raises(StartsInThePast):
        make_show(town.dao, town.now, hours=-24)


def test_only_the_host_opens_the_doors(town: Town) -> None:
    """Femi is refused, and an unknown show is not there."""
    femi = make_host("Femi", "费米")
    for attempt in (api.start_show, api.end_show):
        with pytest.raises(NotYourShow):
            attempt(town.show.id, host=femi, now=town.now)
    with pytest.raises(NoSuchShow):
        api.start_show(new_id(), host=town.dao, now=town.now)


def test_starting_twice_is_starting_once(town: Town) -> None:
    """A second press changes nothing."""
    first = town.start()
    again = api.start_show(town.show.id, host=town.dao, now=town.now + timedelta(minutes=1))
    assert again.started_at == first.started_at == town.now
    assert [show.id for show in api.live_now()] == [town.show.id]


def test_a_host_is_live_in_one_show_at_a_time(town: Town) -> None:
    """The refusal names the show that is on; the constraint of the same promise holds without the action."""
    town.start()
    other = make_show(town.dao, town.now, hours=3)
    with pytest.raises(HostIsLive) as refused:
        api.start_show(other.id, host=town.dao, now=town.now)
    assert refused.value.facts["slug"] == town.show.slug
    with pytest.raises(IntegrityError, match="host_in_one_live_show"), transaction.atomic():
        Show.objects.filter(id=other.id).update(state="live", started_at=town.now)


def test_an_ended_show_is_over_for_good(town: Town) -> None:
    """Its stream is closed, its pin is taken off, and it cannot be started again."""
    town.start()
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)
    ended = api.end_show(town.show.id, host=town.dao, now=town.now + timedelta(hours=1))
    assert ended.state is ShowState.ENDED
    assert api.pinned(town.show.id) is None
    assert media.stream(town.show.stream).closed_at is not None
    with pytest.raises(ShowOver):
        api.start_show(town.show.id, host=town.dao, now=town.now)
    assert [show.id for show in api.replays()] == [town.show.id]


def test_a_planned_show_can_be_called_off(town: Town) -> None:
    """It never was live, so it has no replay."""
    assert api.end_show(town.show.id, host=town.dao, now=town.now).state is ShowState.CANCELLED
    assert api.replays() == []
    assert api.upcoming(town.now) == []


def test_goods_need_their_makers_consent(town: Town) -> None:
    """Without a pact a product is refused; after it, added once."""
    esi = make_counter()
    esi.stock(5)
    with pytest.raises(SellerHasNotAgreed):
        api.add_to_rundown(town.show.id, esi.variant, host=town.dao, now=town.now)
    agree(town.dao, esi.amina, town.now)
    api.add_to_rundown(town.show.id, esi.variant, host=town.dao, now=town.now)
    with pytest.raises(AlreadyInRundown):
        api.add_to_rundown(town.show.id, esi.variant, host=town.dao, now=town.now)
    with pytest.raises(NotForSale):
        api.add_to_rundown(town.show.id, new_id(), host=town.dao, now=town.now)
    assert [item.variant for item in api.rundown(town.show.id)] == [town.counter.variant, esi.variant]


def test_a_rundown_is_ordered_by_typed_numbers(town: Town) -> None:
    """Equal and missing numbers keep their order; notes go along."""
    second, third = town.another_product(), town.another_product()
    api.order_rundown(
        town.show.id, {third: 1, town.counter.variant: 2}, host=town.dao, notes={second: "mind the glaze"}
    )
    items = api.rundown(town.show.id)
    assert [item.variant for item in items] == [third, town.counter.variant, second]
    assert [item.position for item in items] == [1, 2, 3]
    assert items[2].note == "mind the glaze"


def test_one_product_is_pinned_at_a_time(town: Town) -> None:
    """A new pin takes the place of the old one, whose time is kept; the constraint holds without the action."""
    second = town.another_product()
    with pytest.raises(ShowNotLive):
        api.pin_product(town.show.id, second, host=town.dao, now=town.now)
    town.start()
    later = town.now + timedelta(minutes=5)
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=later)
    api.pin_product(town.show.id, second, host=town.dao, now=later)
    pinned = api.pinned(town.show.id)
    assert pinned is not None
    assert pinned.variant == second
    assert [(pin.pinned_at, pin.unpinned_at) for pin in api.pins(town.show.id)] == [(town.now, later), (later, None)]
    with pytest.raises(IntegrityError, match="one_pin_in_a_show"), transaction.atomic():
        Pin.objects.create(id=new_id(), show_id=town.show.id, variant_id=second, pinned_at=later)


def test_only_goods_of_the_rundown_are_pinned(town: Town) -> None:
    """Anything else is refused."""
    town.start()
    stranger = town.counter.another_variant()
    with pytest.raises(NotInRundown):
        api.pin_product(town.show.id, stranger, host=town.dao, now=town.now)


def test_what_was_shown_stays_in_the_rundown(town: Town) -> None:
    """The replay needs it; what was not shown can be taken out."""
    second = town.another_product()
    town.start()
    api.pin_product(town.show.id, town.counter.variant, host=town.dao, now=town.now)
    api.take_from_rundown(town.show.id, town.counter.variant, host=town.dao)
    api.take_from_rundown(town.show.id, second, host=town.dao)
    assert [row.variant_id for row in RundownItem.objects.filter(show_id=town.show.id)] == [town.counter.variant]
    with pytest.raises(NotInRundown):
        api.take_from_rundown(town.show.id, second, host=town.dao)
