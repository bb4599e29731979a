"""Carriers: numbers, manifests, lost answers, and events in whatever order they come."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import override_settings

from millstream.kernel.settings import conf
from millstream.logistics import api
from millstream.logistics.models import CarrierBooking, CarrierEvent
from millstream.logistics.refusals import CarrierAway, DemoOnly, NothingToHandOver, NotWithCarrier
from millstream.logistics.types import (
    CaseKind,
    Holder,
    HolderKind,
    ParcelRecord,
    ParcelState,
    Resolution,
    ScanOutcome,
    ScanPurpose,
    TrackEvent,
    TrackStatus,
)
from tests.logistics.town import Town, facts_about

WAY = (TrackStatus.PICKED_UP, TrackStatus.IN_TRANSIT, TrackStatus.OUT_FOR_DELIVERY, TrackStatus.DELIVERED)


def _events(one: ParcelRecord, town: Town) -> list[TrackEvent]:
    return [
        TrackEvent(f"{one.carrier_number}-{number}", one.carrier_number, number, status, "Hangzhou", town.now)
        for number, status in enumerate(WAY, start=1)
    ]


def _checked(town: Town, count: int = 1) -> list[ParcelRecord]:
    found = town.at_centre(count)
    for one in found:
        api.check_parcel(one.id, acting=town.centre, now=town.later())
    return found


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_parcel_is_delivered_once_in_whatever_order_events_come(town: Town, order: tuple[int, ...]) -> None:
    """All orders, everything told twice: delivered once, one fact, custody whole."""
    (one,) = town.with_carrier()
    events = _events(one, town)
    for index in order:
        for _ in range(2):
            api.apply_tracking([events[index]], came_by="push", now=town.later())
    assert town.look(one).state is ParcelState.DELIVERED
    assert facts_about(one.id).count("logistics.parcel_delivered") == 1
    assert CarrierEvent.objects.filter(carrier_number=one.carrier_number).count() == 4
    assert api.check_custody() == []


def test_polling_hears_what_no_push_told(town: Town) -> None:
    """Lost webhooks: the poll brings them, and again brings nothing new."""
    (one,) = town.with_carrier()
    town.carrier.events = _events(one, town)
    assert api.poll_tracking(town.carrier, now=town.later()) == 4
    assert town.look(one).state is ParcelState.DELIVERED
    assert api.poll_tracking(town.carrier, now=town.later()) == 0


def test_a_future_delivery_time_is_not_believed(town: Town) -> None:
    """The return window may not start in the future."""
    (one,) = town.with_carrier()
    late = replace(_events(one, town)[3], at=town.now + timedelta(days=3))
    api.apply_tracking([late], came_by="push", now=town.later())
    delivered = town.look(one).delivered_at
    assert delivered is not None
    assert delivered <= town.now


def test_an_event_for_a_number_that_we_never_had_changes_nothing(town: Town) -> None:
    """Unknown is counted and kept out."""
    stray = TrackEvent("x-1", "XX1", 1, TrackStatus.DELIVERED, "", town.now)
    assert api.apply_tracking([stray], came_by="push", now=town.later())["unknown"] == 1
    assert not CarrierEvent.objects.exists()


def test_an_event_before_our_handover_waits_for_it(town: Town) -> None:
    """The carrier was faster than its own receipt: the event takes effect after the accept."""
    (one,) = _checked(town)
    api.book_wanted(town.carrier, now=town.later())
    early = _events(town.look(one), town)[0]
    assert api.apply_tracking([early], came_by="push", now=town.later())["early"] == 1
    assert town.look(one).holder.kind is HolderKind.CENTRE
    api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert [step.note for step in api.parcel_timeline(one.id)][-1] == "picked_up"


def test_bookings_wait_while_the_carrier_is_away_and_book_once(town: Town) -> None:
    """Six hours down: tried again later and later, one number after recovery, asked under the same key."""
    (one,) = _checked(town)
    town.carrier.is_away = True
    assert api.book_wanted(town.carrier, now=town.later()) == (0, 1)
    assert api.book_wanted(town.carrier, now=town.later()) == (0, 0)
    assert api.book_wanted(town.carrier, now=town.later(6)) == (0, 1)
    town.carrier.is_away = False
    assert api.book_wanted(town.carrier, now=town.later(700)) == (1, 0)
    assert api.book_wanted(town.carrier, now=town.later(700)) == (0, 0)
    assert [ask.key for ask in town.carrier.asked] == [CarrierBooking.objects.get(parcel_id=one.id).id]
    assert town.look(one).carrier_number


def test_a_booking_that_the_carrier_refuses_is_a_case(town: Town) -> None:
    """Asking again would not help: the centre sends it back or finds another way."""
    (one,) = _checked(town)
    town.carrier.refuses = frozenset({one.code})
    api.book_wanted(town.carrier, now=town.later())
    (case,) = api.cases(reader=town.centre)
    assert case.kind is CaseKind.CARRIER_REFUSED
    api.resolve_case(api.ResolveAsk(case.id, Resolution.SEND_BACK, town.centre), now=town.later())
    assert town.look(one).destination_station_id == town.esi


def test_when_the_carrier_does_not_answer_the_list_is_sent_again(town: Town) -> None:
    """The offer stands, the centre still holds, and the same list is received once."""
    (one,) = _checked(town)
    api.book_wanted(town.carrier, now=town.later())
    town.carrier.is_away = True
    with pytest.raises(CarrierAway):
        api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert town.look(one).holder.kind is HolderKind.CENTRE
    with pytest.raises(NothingToHandOver):
        api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert api.send_offered(town.carrier, now=town.later()) == 0
    town.carrier.is_away = False
    assert api.send_offered(town.carrier, now=town.later()) == 1
    assert api.send_offered(town.carrier, now=town.later()) == 0
    assert town.look(one).holder == Holder(HolderKind.CARRIER, town.carrier_actor)
    assert len(town.carrier.received) == 1


def test_what_the_receipt_does_not_list_stays_with_the_centre(town: Town) -> None:
    """The carrier signs for one of two: the other is missing, a case, and still ours."""
    first, second = _checked(town, 2)
    api.book_wanted(town.carrier, now=town.later())
    town.carrier.loses = frozenset({town.look(second).carrier_number})
    done = api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert (done.ok, done.missing) == (1, 1)
    assert town.look(first).holder.kind is HolderKind.CARRIER
    assert town.look(second).holder == Holder(HolderKind.CENTRE, town.centre)
    assert api.check_custody() == []


def test_a_parcel_that_comes_back_goes_home_to_its_maker(town: Town) -> None:
    """Returned by the carrier, scanned at the centre, down to the station, out to the maker: never *delivered*."""
    (one,) = town.with_carrier()
    back = TrackEvent("r-5", one.carrier_number, 5, TrackStatus.RETURNED, "", town.now)
    api.apply_tracking([back], came_by="push", now=town.later())
    assert [case.kind for case in api.cases(reader=town.centre)] == [CaseKind.RETURNED]
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    assert api.cases(reader=town.centre) == ()
    planned, _ = api.plan_runs(acting=town.centre, now=town.later())
    run = api.release_run(planned[0].id, acting=town.centre, now=town.later())
    town.accept(api.offer_load(run.id, acting=town.centre, now=town.later()), town.chen)
    api.depart_run(run.id, acting=town.chen, now=town.later())
    api.arrive_at_stop(run.stops[0].id, acting=town.chen, now=town.later())
    town.accept(api.offer_down(run.stops[0].id, acting=town.chen, now=town.later()), town.esi)
    assert town.scan(one.code, ScanPurpose.HAND_OUT, town.esi).outcome is ScanOutcome.ACCEPTED
    home = town.look(one)
    assert (home.state, home.holder) == (ParcelState.CANCELLED, Holder(HolderKind.MAKER, town.amina))
    assert "logistics.parcel_delivered" not in facts_about(one.id)
    assert api.check_custody() == []


def test_deliver_now_works_in_demo_mode_while_the_carrier_has_it(town: Town) -> None:
    """Refused elsewhere and elsewhen; a fact of its own; pressing again and late events change nothing."""
    (packed,) = town.packed()
    with pytest.raises(DemoOnly), override_settings(MILLSTREAM=replace(conf(), demo=False)):
        api.deliver_now(packed.order_id, operator=town.femi, now=town.later())
    with override_settings(MILLSTREAM=replace(conf(), demo=True)):
        with pytest.raises(NotWithCarrier):
            api.deliver_now(packed.order_id, operator=town.femi, now=town.later())
        api.cancel_parcel(packed.order_id, now=town.later())
        (one,) = town.with_carrier()
        for _ in range(2):
            api.deliver_now(one.order_id, operator=town.femi, now=town.later())
    api.apply_tracking(_events(one, town), came_by="push", now=town.later())
    assert facts_about(one.id)[-2:] == ["logistics.parcel_delivered", "logistics.delivered_by_operator"]
    assert api.check_custody() == []
