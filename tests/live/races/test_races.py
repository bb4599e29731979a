"""Two connections at once: one pin, one live show per host, numbers without gaps."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from millstream.kernel.facts import Heard
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.live import api
from millstream.live.handlers import write_trade
from millstream.live.models import Pin, Show
from millstream.live.refusals import HostIsLive
from millstream.shops.facts import StockLeft
from tests.live.town import Town, make_show

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works at the same moment, each on a connection of its own; refusals are answers."""
    gate = threading.Barrier(len(works))

    def alone(work: Callable[[], object]) -> object:
        gate.wait(5)
        try:
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


def test_two_presses_leave_one_pin(open_town: Town) -> None:
    """Host and helper pin different goods in the same moment: one is on the table, the other's time is kept."""
    town = open_town
    variants = [town.counter.variant, town.another_product(), town.another_product()]
    town.start()

    def press(variant: UUID) -> Callable[[], object]:
        return lambda: api.pin_product(town.show.id, variant, host=town.dao, now=town.now)

    for _ in range(5):
        assert at_once(*[press(variant) for variant in variants]) == [None] * 3
    open_pins = Pin.objects.filter(show_id=town.show.id, unpinned_at__isnull=True)
    assert open_pins.count() == 1
    hear_all()
    pins = [item for item in api.trade_after(town.show.room, 0) if item.kind.value == "pin"]
    assert pins[-1].data["variant"] == str(open_pins.get().variant_id)


def test_two_starts_make_one_live_show(open_town: Town) -> None:
    """The other one is refused with the name of the show that is on."""
    town = open_town
    other = make_show(town.dao, town.now)
    answers = at_once(
        *[lambda show=show: api.start_show(show, host=town.dao, now=town.now) for show in (town.show.id, other.id)]
    )
    refusals = [answer for answer in answers if isinstance(answer, HostIsLive)]
    assert len(refusals) == 1
    assert Show.objects.filter(host_id=town.dao, state="live").count() == 1


def test_trade_numbers_have_no_gap_even_with_two_writers(open_town: Town) -> None:
    """The row's lock gives each writer the next number, should there ever be two."""
    town = open_town
    town.start()
    hear_all()

    def write(left: int) -> Callable[[], object]:
        fact = StockLeft(stock_item=new_id(), variant=town.counter.variant, left=left)
        return lambda: write_trade(Heard(position=left, fact_id=left, at=town.now, now=town.now, fact=fact))

    for round_ in range(5):
        at_once(write(round_), write(round_ + 100), write(round_ + 200))
    numbers = [item.number for item in api.trade_after(town.show.room, 0)]
    assert numbers == list(range(1, 17))
    assert Show.objects.get(id=town.show.id).last_trade == 16
