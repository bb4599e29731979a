"""Handovers: two sides, differences, codes, and what a second accept gets."""

from __future__ import annotations

import pytest

from millstream.logistics import api
from millstream.logistics.models import Manifest, Stop
from millstream.logistics.refusals import (
    AlreadyAccepted,
    AlreadyOffered,
    CaseClosed,
    CodeLocked,
    HandoverWithdrawn,
    NothingToHandOver,
    NotYours,
    WrongCode,
    WrongState,
)
from millstream.logistics.types import (
    CaseKind,
    HandoverState,
    Holder,
    HolderKind,
    OfferAsk,
    ParcelState,
    Resolution,
    RunState,
    ScanOutcome,
    ScanPurpose,
    SkipReason,
)
from tests.logistics.town import Town, facts_about


def test_until_accepted_the_giver_holds_and_is_liable(town: Town) -> None:
    """Offering and scanning move nothing."""
    (one,) = town.taken_in()
    offered = town.offered_up(town.departed_run())
    town.scan(one.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id)
    assert town.look(one).holder == Holder(HolderKind.STATION, town.esi)


def test_a_second_accept_is_refused_with_the_first_result(town: Town) -> None:
    """Nothing is done again, and the refusal says how it ended."""
    town.taken_in(2)
    offered = town.offered_up(town.departed_run())
    first = town.accept(offered, town.chen)
    with pytest.raises(AlreadyAccepted) as refused:
        api.accept_handover(api.AcceptAsk(offered.id, acting=town.chen), now=town.later())
    told = refused.value.facts
    assert (told["ok"], told["missing"], told["accepted_at"]) == (2, 0, first.accepted_at.isoformat())
    assert facts_about(offered.id) == ["logistics.handover_accepted"]


def test_what_is_not_scanned_is_missing_and_stays_with_the_giver(town: Town) -> None:
    """Forty given, thirty-nine taken: partial is legal, one case with owner, value, deadline, the giver liable."""
    found = town.taken_in(3)
    offered = town.offered_up(town.departed_run())
    done = town.accept(offered, town.chen, skip=[town.label(found[1])])
    assert (done.state, done.ok, done.missing) == (HandoverState.ACCEPTED_WITH_DIFFERENCES, 2, 1)
    assert town.look(found[1]).holder == Holder(HolderKind.STATION, town.esi)
    (case,) = api.cases(reader=town.centre)
    assert (case.kind, case.parcel_id, case.value_minor) == (CaseKind.MISSING, found[1].id, 12_800)
    assert case.liable == Holder(HolderKind.STATION, town.esi)
    assert case.owner_id == town.centre
    assert case.deadline_at > town.now
    assert api.check_custody() == []


def test_a_missing_parcel_that_is_found_goes_to_the_taker_by_a_new_event(town: Town) -> None:
    """Settling moves custody once; settling again is refused."""
    found = town.taken_in(2)
    run = town.departed_run()
    town.accept(town.offered_up(run), town.chen, skip=[town.label(found[0])])
    (case,) = api.cases(reader=town.centre)
    ask = api.ResolveAsk(case.id, Resolution.FOUND, town.centre, "lay under the seat")
    api.resolve_case(ask, now=town.later())
    assert town.look(found[0]).holder == Holder(HolderKind.RUN, run.id)
    with pytest.raises(CaseClosed):
        api.resolve_case(ask, now=town.later())
    assert api.check_custody() == []


def test_a_lost_parcel_is_written_off_and_the_case_holds_it(town: Town) -> None:
    """Nobody else does; it never moves again."""
    found = town.taken_in(2)
    town.accept(town.offered_up(town.departed_run()), town.chen, skip=[town.label(found[0])])
    (case,) = api.cases(reader=town.centre)
    api.resolve_case(api.ResolveAsk(case.id, Resolution.WRITTEN_OFF, town.centre), now=town.later())
    lost = town.look(found[0])
    assert (lost.state, lost.holder) == (ParcelState.LOST, Holder(HolderKind.CASE, case.id))
    assert town.scan(lost.code, ScanPurpose.TAKE_IN, town.esi).outcome is ScanOutcome.REFUSED
    assert api.check_custody() == []


def test_something_extra_moves_when_the_giver_held_it(town: Town) -> None:
    """Given without being on the list: it is with the taker now, and a case says so."""
    town.taken_in(1)
    run = town.departed_run()
    offered = town.offered_up(run)
    (late,) = town.taken_in(1)
    assert town.scan(late.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id).outcome is ScanOutcome.ACCEPTED
    done = town.accept(offered, town.chen)
    assert (done.ok, done.extra) == (1, 1)
    assert town.look(late).holder == Holder(HolderKind.RUN, run.id)
    assert [case.kind for case in api.cases(reader=town.centre)] == [CaseKind.EXTRA]


def test_something_extra_that_another_holds_does_not_move(town: Town) -> None:
    """A parcel of another station on this van: first holder stays, one case."""
    town.taken_in(1)
    run = town.departed_run()
    offered = town.offered_up(run)
    (foreign,) = town.taken_in(1, station_actor=town.yunci)
    town.scan(foreign.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id)
    town.accept(offered, town.chen)
    assert town.look(foreign).holder == Holder(HolderKind.STATION, town.yunci)
    assert [case.kind for case in api.cases(reader=town.centre)] == [CaseKind.EXTRA]
    assert api.check_custody() == []


def test_a_damaged_parcel_moves_and_the_giver_is_liable(town: Town) -> None:
    """Seen and noted: one case against the giver."""
    (one,) = town.taken_in()
    run = town.departed_run()
    offered = town.offered_up(run)
    town.scan(one.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id, damaged=True)
    done = api.accept_handover(api.AcceptAsk(offered.id, acting=town.chen), now=town.later())
    assert (done.ok, done.damaged) == (0, 1)
    assert town.look(one).holder == Holder(HolderKind.RUN, run.id)
    (case,) = api.cases(reader=town.centre)
    assert (case.kind, case.liable) == (CaseKind.DAMAGED, Holder(HolderKind.STATION, town.esi))


def test_a_bag_with_a_broken_seal_rides_and_must_be_counted(town: Town) -> None:
    """The damage note on a bag breaks its seal on paper."""
    (one,) = town.taken_in()
    bag = town.sealed_bag([one])
    run = town.departed_run()
    offered = town.offered_up(run)
    label = api.handover(offered.id, reader=town.esi).items[0].label
    town.scan(label, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id, damaged=True)
    api.accept_handover(api.AcceptAsk(offered.id, acting=town.chen), now=town.later())
    assert api.bag(bag, reader=run.id).state.value == "broken"
    assert [case.kind for case in api.cases(reader=town.centre)] == [CaseKind.SEAL_BROKEN]
    assert api.check_custody() == []


def test_strangers_neither_offer_scan_nor_accept(town: Town) -> None:
    """Femi is on no side, and the driver does not accept for the centre."""
    (one,) = town.taken_in()
    run = town.departed_run()
    stop = run.stops[0]
    api.arrive_at_stop(stop.id, acting=town.chen, now=town.later())
    with pytest.raises(NotYours):
        api.offer_up(stop.id, acting=town.femi, now=town.later())
    offered = api.offer_up(stop.id, acting=town.esi, now=town.later())
    refused = town.scan(one.code, ScanPurpose.HANDOVER, town.femi, handover_id=offered.id)
    assert refused.refusal_code == "logistics.not_yours"
    for stranger in (town.femi, town.esi, town.centre):
        with pytest.raises(NotYours):
            api.accept_handover(api.AcceptAsk(offered.id, acting=stranger), now=town.later())


def test_the_other_sides_code_stands_for_its_signature(town: Town) -> None:
    """One device at the stop: the driver offers with the station's code, the keeper accepts with the driver's."""
    town.taken_in()
    run = town.departed_run()
    stop = run.stops[0]
    api.arrive_at_stop(stop.id, acting=town.chen, now=town.later())
    offered = api.offer_up(stop.id, acting=town.chen, code=stop.station_code, now=town.later())
    assert offered.offered_how == "code"
    done = town.accept(offered, town.esi, code=run.driver_code)
    assert done.ok == 1
    assert api.handover(offered.id, reader=town.esi).accepted_how == "code"


def test_five_wrong_codes_lock_the_code(town: Town) -> None:
    """Guessing ends; the sign-in of the other side still works."""
    town.taken_in()
    run = town.departed_run()
    offered = town.offered_up(run)
    wrong = "000000" if run.driver_code != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongCode) as refused:
            api.accept_handover(api.AcceptAsk(offered.id, acting=town.esi, code=wrong), now=town.later())
        assert refused.value.facts["left"] == left
    with pytest.raises(CodeLocked):
        api.accept_handover(api.AcceptAsk(offered.id, acting=town.esi, code=run.driver_code), now=town.later())
    assert town.accept(offered, town.chen).ok == 1


def test_a_thing_is_in_one_open_offer_at_a_time(town: Town) -> None:
    """Taken back, it can be offered again; a withdrawn offer is not accepted."""
    (one,) = town.taken_in()
    run = town.departed_run()
    offered = town.offered_up(run)
    giver, taker = Holder(HolderKind.STATION, town.esi), Holder(HolderKind.RUN, run.id)
    with pytest.raises(AlreadyOffered):
        api.offer_handover(OfferAsk(giver, taker, town.esi, parcel_ids=(one.id,), run_id=run.id), now=town.later())
    with pytest.raises(NothingToHandOver):
        api.offer_up(run.stops[0].id, acting=town.esi, now=town.later())
    api.withdraw_handover(offered.id, acting=town.esi, now=town.later())
    with pytest.raises(HandoverWithdrawn):
        api.accept_handover(api.AcceptAsk(offered.id, acting=town.chen), now=town.later())
    assert api.offer_up(run.stops[0].id, acting=town.esi, now=town.later()).pieces == 1


def test_a_manifest_is_frozen_with_its_hash(town: Town) -> None:
    """The list cannot be edited; the same things give the same hash."""
    town.taken_in(2)
    run = town.departed_run()
    first = town.offered_up(run)
    api.withdraw_handover(first.id, acting=town.esi, now=town.later())
    second = api.offer_up(run.stops[0].id, acting=town.esi, now=town.later())
    assert first.manifest_hash == second.manifest_hash
    with pytest.raises(Exception, match="append_only"):
        Manifest.objects.update(pieces=0)


def test_a_skipped_stop_keeps_its_goods_at_the_station(town: Town) -> None:
    """With a reason; the run goes home empty and is closed."""
    (one,) = town.taken_in()
    run = town.departed_run()
    api.skip_stop(run.stops[0].id, reason=SkipReason.ROAD_CLOSED, acting=town.chen, now=town.later())
    assert api.return_run(run.id, acting=town.chen, now=town.later()) is None
    assert api.run(run.id, reader=town.centre).state is RunState.CLOSED
    assert town.look(one).state is ParcelState.AT_STATION
    assert Stop.objects.get(id=run.stops[0].id).skip_reason == "road_closed"


def test_a_run_does_not_go_home_with_an_undone_stop_or_leave_one_twice(town: Town) -> None:
    """Every stop has an end before the van is back; steps done twice change nothing."""
    town.taken_in()
    run = town.departed_run()
    with pytest.raises(WrongState):
        api.return_run(run.id, acting=town.chen, now=town.later())
    offered = town.offered_up(run)
    with pytest.raises(AlreadyOffered):
        api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    town.accept(offered, town.chen)
    for _ in range(2):
        api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    assert api.depart_run(run.id, acting=town.chen, now=town.later()).state is RunState.DEPARTED


def test_what_is_missing_at_the_dock_stays_on_the_run_until_settled(town: Town) -> None:
    """The run closes because a case accounts for it; a later scan at the centre finds it."""
    found = town.taken_in(2)
    run = town.departed_run()
    town.accept(town.offered_up(run), town.chen)
    api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    back = api.return_run(run.id, acting=town.chen, now=town.later())
    assert back is not None
    town.accept(back, town.centre, skip=[town.label(found[0])])
    assert town.look(found[0]).holder == Holder(HolderKind.RUN, run.id)
    assert api.run(run.id, reader=town.centre).state is RunState.CLOSED
    assert town.scan(found[0].code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    assert town.look(found[0]).holder == Holder(HolderKind.CENTRE, town.centre)
    assert api.cases(reader=town.centre) == ()
    assert api.check_custody() == []


def test_goods_ride_down_to_a_station_and_are_handed_out_by_code(town: Town) -> None:
    """The other loop: centre, van, station, the buyer with the pick-up code; five wrong ones lock it for a while."""
    (one,) = town.at_centre(destination_station=town.yunci)
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    planned, _ = api.plan_runs(acting=town.centre, now=town.later())
    run = api.release_run(planned[0].id, acting=town.centre, now=town.later())
    assert run.stops[0].delivery_pieces == 1
    load = api.offer_load(run.id, acting=town.centre, now=town.later())
    with pytest.raises(AlreadyOffered):
        api.depart_run(run.id, acting=town.chen, now=town.later())
    town.accept(load, town.chen)
    api.depart_run(run.id, acting=town.chen, now=town.later())
    api.arrive_at_stop(run.stops[0].id, acting=town.chen, now=town.later())
    town.accept(api.offer_down(run.stops[0].id, acting=town.chen, now=town.later()), town.yunci)
    assert town.look(one).state is ParcelState.FOR_COLLECTION
    wrong = town.scan(one.code, ScanPurpose.HAND_OUT, town.yunci, code="no")
    assert wrong.refusal_code == "logistics.wrong_pickup_code"
    for _ in range(4):
        town.scan(one.code, ScanPurpose.HAND_OUT, town.yunci, code="000000")
    locked = town.scan(one.code, ScanPurpose.HAND_OUT, town.yunci, code=api.collect_code(one.order_id))
    assert (locked.refusal_code, locked.facts["minutes"]) == ("logistics.pickup_locked", 15)
    town.later(15 * 60)
    right = town.scan(one.code, ScanPurpose.HAND_OUT, town.yunci, code=api.collect_code(one.order_id))
    assert right.outcome is ScanOutcome.ACCEPTED
    assert town.look(one).holder == Holder(HolderKind.RECIPIENT, town.bo)
    assert facts_about(one.id)[-1] == "logistics.parcel_delivered"
    assert api.check_custody() == []
