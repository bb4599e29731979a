"""Every way out of a case that is offered leads on: nothing is left where nobody scans it again."""

import pytest

from millstream.logistics import api
from millstream.logistics.models import CarrierBooking, Run
from millstream.logistics.refusals import NoWayOut
from millstream.logistics.types import (
    CaseKind,
    CaseRecord,
    HandoverRecord,
    Holder,
    HolderKind,
    ParcelRecord,
    ParcelState,
    Resolution,
    RunRecord,
    RunState,
    ScanOutcome,
    ScanPurpose,
    TrackEvent,
    TrackStatus,
)
from tests.logistics.town import Town, facts_about


def settle(town: Town, case: CaseRecord, how: Resolution) -> None:
    api.resolve_case(api.ResolveAsk(case.id, how, town.centre), now=town.later())


def back_with(town: Town, run: RunRecord) -> HandoverRecord:
    """The van went its tour and stands at the centre."""
    town.accept(town.offered_up(run), town.chen)
    for stop in run.stops:
        api.finish_stop(stop.id, acting=town.chen, now=town.later())
    back = api.return_run(run.id, acting=town.chen, now=town.later())
    assert back is not None
    return back


def missing_at_the_centre(town: Town) -> tuple[ParcelRecord, CaseRecord]:
    """The van did not bring one of two."""
    one, _two = town.taken_in(2)
    back = back_with(town, town.departed_run())
    town.accept(back, town.centre, skip=[town.label(one)])
    (case,) = api.cases(reader=town.centre)
    return one, case


def test_what_a_van_did_not_bring_cannot_carry_on_with_it(town: Town) -> None:
    """The van is back: found, or lost. While a station misses it, it may carry on there."""
    one, case = missing_at_the_centre(town)
    assert Run.objects.unscoped("a test").get().state == RunState.CLOSED
    assert case.ways == (Resolution.FOUND, Resolution.WRITTEN_OFF)
    with pytest.raises(NoWayOut):
        settle(town, case, Resolution.CARRY_ON)
    assert api.cases(reader=town.centre) == (case,)
    settle(town, case, Resolution.FOUND)
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    assert api.check_custody() == []


def test_what_a_station_did_not_hand_over_goes_on_from_there(town: Town) -> None:
    """Missing at the stop, it still lies at the station and rides with the next van."""
    one, _two = town.taken_in(2)
    town.accept(town.offered_up(town.departed_run()), town.chen, skip=[town.label(one)])
    (case,) = api.cases(reader=town.centre)
    assert Resolution.CARRY_ON in case.ways
    settle(town, case, Resolution.CARRY_ON)
    assert town.look(one).state is ParcelState.AT_STATION


def test_no_case_ends_in_a_way_that_it_does_not_have(town: Town) -> None:
    """Whatever is sent by whatever door; the case stays open."""
    _one, case = missing_at_the_centre(town)
    for how in set(Resolution) - set(case.ways):
        with pytest.raises(NoWayOut):
            settle(town, case, how)
    assert [left.id for left in api.cases(reader=town.centre)] == [case.id]


def test_a_carrier_that_refused_is_asked_again_under_a_new_key(town: Town) -> None:
    """Carry on means: try once more. It is booked and goes."""
    (one,) = town.at_centre()
    town.carrier.refuses = frozenset({one.code})
    api.check_parcel(one.id, acting=town.centre, now=town.later())
    api.book_wanted(town.carrier, now=town.later())
    refused = CarrierBooking.objects.get().id
    (case,) = api.cases(reader=town.centre)
    assert case.kind is CaseKind.CARRIER_REFUSED
    town.carrier.refuses = frozenset()
    settle(town, case, Resolution.CARRY_ON)
    assert api.book_wanted(town.carrier, now=town.later()) == (1, 0)
    assert CarrierBooking.objects.get().id != refused
    api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert town.look(one).state is ParcelState.WITH_CARRIER


def returned(town: Town) -> tuple[ParcelRecord, CaseRecord]:
    """The carrier says that it brings it back."""
    (one,) = town.with_carrier()
    told = TrackEvent("back-1", one.carrier_number, 9, TrackStatus.RETURNED, "", town.now)
    api.apply_tracking([told], came_by="push", now=town.later())
    (case,) = api.cases(reader=town.centre)
    return one, case


def test_what_the_carrier_brings_back_is_settled_by_its_scan(town: Town) -> None:
    """There is nothing to settle before it is here; then the scan does it."""
    one, case = returned(town)
    assert case.ways == (Resolution.WRITTEN_OFF,)
    with pytest.raises(NoWayOut):
        settle(town, case, Resolution.CARRY_ON)
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    home = town.look(one)
    assert (home.holder, home.going_back) == (Holder(HolderKind.CENTRE, town.centre), True)
    assert api.cases(reader=town.centre) == ()


def test_what_is_written_off_is_told_once_for_each_parcel(town: Town) -> None:
    """Whoever waits for it must hear of it: also for what lay in a lost bag."""
    one, case = missing_at_the_centre(town)
    settle(town, case, Resolution.WRITTEN_OFF)
    assert facts_about(one.id).count("logistics.parcel_lost") == 1
    found = town.taken_in(2)
    town.sealed_bag(found)
    run = town.departed_run()
    offered = town.offered_up(run)
    api.accept_handover(api.AcceptAsk(offered.id, acting=town.chen), now=town.later())
    (lost,) = api.cases(reader=town.centre)
    assert lost.bag_id is not None
    settle(town, lost, Resolution.WRITTEN_OFF)
    assert [facts_about(parcel.id).count("logistics.parcel_lost") for parcel in found] == [1, 1]
    assert {town.look(parcel).state for parcel in found} == {ParcelState.LOST}
    assert api.check_custody() == []
