"""What is left of a show: promises, clips, counts, report and slips, tied to the split lines and the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, transaction
from django.test import override_settings
from pytest_django.fixtures import DjangoAssertNumQueries

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.ledger.api import earned_by_subject, held_by_subject
from millstream.live import api
from millstream.live.consumer import sample
from millstream.live.models import Attendance, Opening, Pin, ProductClip, Promise, RundownItem, Tally
from millstream.live.refusals.after import NoSuchSlip
from millstream.live.room.audience import Audience
from millstream.live.rules.figures import ties_of
from millstream.live.types import ShowRecord
from millstream.media import api as media
from millstream.media.models import Clip
from millstream.media.types import ClipPurpose
from millstream.orders.api import ask_refund, deliver_now, end_return_window, place_order, release_escrow, sales_in_show
from millstream.orders.types import OrderPlaced
from millstream.pacts.api import split_lines
from millstream.pacts.types import Part
from tests.live.town import agree, make_show
from tests.media.studio import Camera
from tests.orders.market import Market, make_market, pay, wish


@dataclass(frozen=True, slots=True)
class Evening:
    """Dao's show at the market, with the tea bowl on the table for the last minutes."""

    market: Market
    show: ShowRecord

    def buy(self, *, quantity: int = 1) -> OrderPlaced:
        """Bo buys in the show and pays."""
        placed = place_order(replace(wish(self.market, quantity=quantity), show_id=self.show.id), now=read_now())
        pay(placed)
        return placed

    def end(self) -> ShowRecord:
        """Close the doors."""
        return api.end_show(self.show.id, host=self.market.dao, now=read_now())


@pytest.fixture
def evening(transactional_db: None, tmp_path: Path) -> Iterator[Evening]:
    """A show that has been on for ten minutes, recorded all along."""
    with override_settings(MILLSTREAM=replace(conf(), var=tmp_path, return_window_seconds=1)):
        market = make_market(stock=50)
        agree(market.dao, market.counter.amina, read_now())
        now = read_now()
        started = now - timedelta(minutes=10)
        show = make_show(market.dao, started)
        api.add_to_rundown(show.id, market.counter.variant, host=market.dao, now=now)
        show = api.start_show(show.id, host=market.dao, now=started)
        api.pin_product(show.id, market.counter.variant, host=market.dao, now=started + timedelta(minutes=1))
        camera = Camera(show.stream, new_id())  # type: ignore[arg-type] # the stream's id
        told = [camera.segment(number, started + timedelta(seconds=2 * number)) for number in range(300)]
        media.apply_events(told, now=now)
        hear_all()
        yield Evening(market, show)


def delivered(placed: OrderPlaced) -> None:
    """The parcel arrived, the return window is over, and everybody has their part."""
    by = conf().platform_actor
    with override_settings(MILLSTREAM=replace(conf(), demo=True)):
        deliver_now(placed.order_id, pressed_by=by, now=read_now())
        hear_all()
        end_return_window(placed.order_id, pressed_by=by, now=read_now())
    assert placed.order_id in release_escrow(now=read_now() + timedelta(seconds=5))
    hear_all()


def test_a_paid_line_has_its_promise_and_shares_its_file(evening: Evening) -> None:
    """Two buyers of the same moment have a row each and one clip; hearing twice changes nothing."""
    first, second = evening.buy(), evening.buy()
    hear_all()
    rows = list(Promise.objects.order_by("line_id"))
    assert len(rows) == 2
    assert {row.order_id for row in rows} == {first.order_id, second.order_id}
    assert 1 <= Clip.objects.filter(purpose=ClipPurpose.PROMISE.value).count() <= 2
    (told,) = api.promises_of_order(first.order_id)
    assert told.variant == evening.market.counter.variant
    length = rows[0].to_at - rows[0].from_at
    assert timedelta(seconds=20) <= length <= timedelta(seconds=40)
    bought = rows[0].made_at
    assert rows[0].from_at <= bought


def test_a_batch_of_paid_orders_costs_what_one_costs(
    evening: Evening, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The tally is right however many orders come at once."""
    orders = [evening.buy(quantity=2) for _ in range(6)]
    hear_all()
    tally = Tally.objects.get(show_id=evening.show.id)
    assert (tally.orders, tally.units) == (6, 12)
    assert tally.total_minor == sum(placed.total_minor for placed in orders)
    assert RundownItem.objects.get(show_id=evening.show.id).sold == 12


def test_outside_a_show_nothing_is_promised(evening: Evening) -> None:
    """An order from the shelf has no clip and counts for no show."""
    pay(place_order(wish(evening.market), now=read_now()))
    hear_all()
    assert Promise.objects.count() == 0
    assert not Tally.objects.exists()


def test_a_promise_is_kept_for_its_time_after_the_order(evening: Evening) -> None:
    """While the order is open for ever, after release for the installation's days, then no more."""
    placed = evening.buy()
    hear_all()
    clip = Promise.objects.get().clip_id
    now = read_now()
    assert api.promised_clips([clip], now + timedelta(days=9_999)) == {clip}
    delivered(placed)
    assert api.promised_clips([clip], now + timedelta(days=1_094)) == {clip}
    assert api.promised_clips([clip], now + timedelta(days=1_096)) == set()


def test_the_database_keeps_promises_to_their_length_and_once(evening: Evening) -> None:
    """A second promise on a line, and one of two minutes, are refused."""
    evening.buy()
    hear_all()
    row = Promise.objects.get()
    with pytest.raises(IntegrityError, match="promise_of_some_seconds"), transaction.atomic():
        Promise.objects.filter(id=row.id).update(to_at=row.from_at + timedelta(minutes=2))
    row.id = new_id()
    with pytest.raises(IntegrityError, match="one_promise_of_a_line"), transaction.atomic():
        row.save(force_insert=True)


def test_an_ended_show_cuts_its_products_by_itself_and_once(evening: Evening) -> None:
    """A clip for each explanation, a standing one for the longest; a press afterwards finds nothing to do."""
    evening.end()
    hear_all()
    (clip,) = api.product_clips(evening.show.id)
    assert clip.variant == evening.market.counter.variant
    assert clip.standing is not None
    assert api.make_clips(evening.show.id, now=read_now()) == 0
    api.remove_product_clip(clip.id, show=evening.show.id, now=read_now())
    assert api.product_clips(evening.show.id) == []
    assert set(media.clips([clip.clip.id, clip.standing.id])) == set()
    pin = Pin.objects.get(show_id=evening.show.id)
    assert ProductClip.objects.filter(pin=pin, removed_at__isnull=False).count() == 1


def test_a_show_without_a_picture_has_no_clips(transactional_db: None) -> None:
    """What was never recorded is left out, and the handler does not stumble."""
    market = make_market()
    agree(market.dao, market.counter.amina, read_now())
    started = read_now() - timedelta(minutes=10)
    show = make_show(market.dao, started)
    api.add_to_rundown(show.id, market.counter.variant, host=market.dao, now=read_now())
    api.start_show(show.id, host=market.dao, now=started)
    api.pin_product(show.id, market.counter.variant, host=market.dao, now=started)
    api.unpin_product(show.id, host=market.dao, now=started + timedelta(minutes=2))
    api.end_show(show.id, host=market.dao, now=read_now())
    hear_all()
    assert api.product_clips(show.id) == []


def test_the_report_is_what_happened(evening: Evening) -> None:
    """Watching, looking, buying and giving back come out as they went in."""
    show = evening.show
    assert show.started_at is not None
    for number in range(6):
        api.note_attendance({show.room: 10 + number}, now=show.started_at + timedelta(seconds=10 * number))
    api.note_attendance({show.room: 3}, now=show.started_at + timedelta(seconds=3))
    variant = evening.market.counter.variant
    for number in range(8):
        api.note_opening(show.id, variant, UUID(int=number))
    api.note_opening(show.id, new_id(), UUID(int=1))
    visitors = [new_id() for _ in range(300)]
    for visitor in visitors * 2:
        api.note_visit(show.id, visitor)
    evening.buy(quantity=2)
    second = evening.buy()
    ask_refund(second.order_id, amount_minor=1_000, reason="chipped", by=None, now=read_now())
    report = api.report(show, now=read_now())
    assert report.audience.peak == 15
    assert report.audience.watch_seconds == 10 * (10 + 11 + 12 + 13 + 14) + 15 * 30
    assert abs(report.audience.visitors - 300) <= 6
    assert report.openings == 8
    assert report.orders == 2
    assert report.conversion_permille == 250
    (product,) = report.products
    (money,) = report.money
    assert (product.units, product.openings, product.pins) == (3, 8, 1)
    assert money.sold_minor == product.sold_minor == 3 * 12_800
    assert money.given_back_minor == product.given_back_minor <= 1_000
    assert money.commission_minor == product.commission_minor
    assert money.holds
    assert Attendance.objects.count() == 6
    assert Opening.objects.filter(show_id=show.id).count() == 8


def test_the_money_ties_to_the_ledger_before_and_after_release(evening: Evening) -> None:
    """Held money is in escrow, released money with those who had a part, to the cent, refunds and all."""
    released, waiting, late = evening.buy(quantity=3), evening.buy(), evening.buy(quantity=2)
    ask_refund(released.order_id, amount_minor=777, reason="late", by=None, now=read_now())
    ask_refund(waiting.order_id, amount_minor=333, reason="late", by=None, now=read_now())
    delivered(released)
    delivered(late)
    ask_refund(late.order_id, amount_minor=5_001, reason="broken", by=None, now=read_now())
    (money,) = api.report(evening.show, now=read_now()).money
    assert [tie.what for tie in money.ties] == ["released", "held"]
    assert all(tie.holds and tie.split_minor > 0 for tie in money.ties)
    assert money.ties[0].split_minor == released.total_minor - 777 + late.total_minor - 5_001
    assert money.ties[1].split_minor == waiting.total_minor - 333
    earned = earned_by_subject([released.order_id, late.order_id])
    assert money.commission_due_minor == sum(
        minor for (_, actor), minor in earned.items() if actor == evening.market.dao
    )


def test_a_difference_from_the_ledger_is_told(evening: Evening) -> None:
    """One cent more to one and one less to another is a difference, though the sums are the same."""
    first, second = evening.buy(), evening.buy()
    delivered(first)
    sales = sales_in_show(evening.show.id)
    splits = split_lines([line.line_id for line in sales])
    earned = earned_by_subject([first.order_id])
    held = held_by_subject([second.order_id])
    assert all(tie.holds for tie in ties_of(sales, splits, earned, held))
    dao, park = (first.order_id, evening.market.dao), (first.order_id, evening.market.park)
    moved = {**earned, dao: earned[dao] - 1, park: earned[park] + 1}
    released, still_held = ties_of(sales, splits, moved, held)
    assert not released.holds
    assert still_held.holds
    assert not ties_of(sales, splits, earned, {second.order_id: held[second.order_id] + 1})[1].holds


def test_a_slip_is_the_households_part_to_the_cent(evening: Evening) -> None:
    """Each line's share is its frozen split line; due now is what the ledger booked for the household."""
    first, second = evening.buy(quantity=2), evening.buy()
    ask_refund(first.order_id, amount_minor=2_500, reason="chipped", by=None, now=read_now())
    delivered(first)
    (slip,) = api.slips(evening.show)
    amina = evening.market.counter.amina
    assert slip.seller == amina
    assert len(slip.lines) == 2
    lines = {line.order_code: line for line in slip.lines}
    splits = split_lines(list(Promise.objects.values_list("line_id", flat=True)))
    frozen = sum(share.amount_minor for shares in splits.values() for share in shares if share.part is Part.MAKER)
    assert slip.share_minor == frozen
    assert slip.goods_minor == 3 * 12_800
    assert lines[first.code].is_due
    assert not lines[second.code].is_due
    booked = earned_by_subject([first.order_id])[first.order_id, amina]
    assert slip.due_now_minor == lines[first.code].due_minor == booked
    assert slip.tie.holds
    assert slip.due_minor == slip.share_minor - slip.given_back_minor
    assert api.slips_of_seller(evening.show, amina) == [slip]
    with pytest.raises(NoSuchSlip):
        api.slips_of_seller(evening.show, evening.market.dao)
    assert [show.id for show in api.shows_sold_in(amina)] == [evening.show.id]


def test_only_live_rooms_are_counted(evening: Evening) -> None:
    """A room that is over writes no sample; two workers in the same ten seconds write one."""
    now = read_now()
    assert api.note_attendance({evening.show.room: 4, new_id(): 9}, now=now) == 1
    assert api.note_attendance({evening.show.room: 7}, now=now) == 1
    assert list(Attendance.objects.values_list("viewers", flat=True)) == [7]
    evening.end()
    assert api.note_attendance({evening.show.room: 4}, now=now + timedelta(minutes=1)) == 0


def test_samples_add_up_what_all_room_servers_murmur(evening: Evening) -> None:
    """Two processes tell of three and four viewers: seven watched."""
    audience = Audience()
    room = evening.show.room
    audience.hear(f"room.{room}.presence", b'{"p": "one", "n": 3}')
    audience.hear(f"room.{room}.presence", b'{"p": "two", "n": 4}')
    assert async_to_sync(sample)(audience) == 1
    assert list(Attendance.objects.values_list("viewers", flat=True)) == [7]
