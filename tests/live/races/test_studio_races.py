"""Two devices at once: one sits down, one listing is made, numbers do not repeat."""

from collections.abc import Callable
from uuid import UUID

import pytest

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.live import api
from millstream.live.models import QuickListing, StudioSeat
from millstream.live.types.studio import Device, DeviceKind, QuickListed, QuickWish, Seat, SeatRecord
from tests.live.races.test_races import at_once
from tests.live.town import Town
from tests.shops.pictures import drawn

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_devices_that_press_at_once_one_directs(open_town: Town) -> None:
    """A free seat, and later a seat that both saw held by a third: one gets it, the other is told."""
    town = open_town
    seen: int | None = None

    def press(device: UUID) -> Callable[[], object]:
        who = Device(device, DeviceKind.IPHONE, town.dao)
        return lambda: api.take_seat(town.show.id, Seat.DIRECTION, who, now=town.now, seen_turn=seen)

    for _ in range(5):
        answers = at_once(press(new_id()), press(new_id()), press(new_id()))
        assert len([answer for answer in answers if isinstance(answer, SeatRecord)]) == 1, answers
        assert len([answer for answer in answers if isinstance(answer, Refusal)]) == 2
        seen = StudioSeat.objects.get(show_id=town.show.id).turn


def test_one_key_sent_twice_at_once_is_one_product(open_town: Town) -> None:
    """Both presses are told the same variant; one of them made it."""
    town = open_town
    key = new_id().hex

    def send() -> QuickListed:
        asked = QuickWish(key, town.show.id, town.counter.shop, {}, 500, "CNY", 2, drawn())
        return api.list_quickly(asked, host=town.dao, now=town.now)

    answers = at_once(send, send)
    assert {answer.variant for answer in answers if isinstance(answer, QuickListed)} == {
        QuickListing.objects.get().variant_id
    }
    assert sorted(answer.fresh for answer in answers if isinstance(answer, QuickListed)) == [False, True]


def test_two_listings_at_once_get_two_numbers(open_town: Town) -> None:
    """The show's lock gives each its own."""
    town = open_town

    def send() -> QuickListed:
        asked = QuickWish(new_id().hex, town.show.id, town.counter.shop, {}, 500, "CNY", 2, drawn())
        return api.list_quickly(asked, host=town.dao, now=town.now)

    answers = at_once(send, send, send)
    assert sorted(answer.number for answer in answers if isinstance(answer, QuickListed)) == [2, 3, 4]
