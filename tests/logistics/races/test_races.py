"""Two connections at once: every guarded write has exactly one winner."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.logistics import api
from millstream.logistics.models import CustodyEvent, ExceptionCase, Run
from millstream.logistics.rules.codes import make_code
from millstream.logistics.types import (
    Holder,
    HolderKind,
    RunState,
    ScanAsk,
    ScanOutcome,
    ScanPurpose,
    TrackEvent,
    TrackStatus,
)
from tests.logistics.town import Town, facts_about


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these at the same moment on a connection each; a refusal is a result."""
    results: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results[index] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at what came out
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, work)) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads), "a race never ended"
    return results


def _kinds(results: Sequence[Any]) -> list[str]:
    return sorted(result.code if isinstance(result, Refusal) else "done" for result in results)


def test_two_accepts_of_one_handover_have_one_winner(real_town: Town) -> None:
    """The other is refused with the winner's result; one fact, one event a parcel."""
    town = real_town
    found = town.taken_in(3)
    offered = town.offered_up(town.departed_run())
    for one in found:
        town.scan(one.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id)
    ask = api.AcceptAsk(offered.id, acting=town.chen)
    results = at_once(*[lambda: api.accept_handover(ask, now=town.now)] * 4)
    assert _kinds(results) == ["done", *["logistics.already_accepted"] * 3]
    assert facts_about(offered.id) == ["logistics.handover_accepted"]
    assert CustodyEvent.objects.filter(handover_id=offered.id).count() == 3
    assert api.check_custody() == []


def test_two_stations_scan_the_same_parcel_and_one_has_it(real_town: Town) -> None:
    """The label was copied: one takes it in, the other is a double custody case."""
    town = real_town
    (one,) = town.packed()
    asks = [
        ScanAsk(id=new_id(), text=one.code, purpose=ScanPurpose.TAKE_IN, acting=station)
        for station in (town.esi, town.yunci, town.shanhou)
    ]
    results = at_once(*[lambda ask=ask: api.scan(ask, now=town.now) for ask in asks])
    outcomes = sorted(result.refusal_code or result.outcome.value for result in results)
    assert outcomes == ["accepted", "logistics.double_custody", "logistics.double_custody"]
    winner = next(ask.acting for ask, result in zip(asks, results, strict=True) if not result.refusal_code)
    assert town.look(one).holder == Holder(HolderKind.STATION, winner)
    assert ExceptionCase.objects.unscoped("test").filter(kind="double_custody").count() == 1
    assert api.check_custody() == []


def test_one_scan_sent_from_two_tabs_is_done_once(real_town: Town) -> None:
    """The same id at the same moment: one event, the same answer."""
    town = real_town
    (one,) = town.packed()
    ask = ScanAsk(id=new_id(), text=one.code, purpose=ScanPurpose.TAKE_IN, acting=town.esi)
    results = at_once(*[lambda: api.scan(ask, now=town.now)] * 4)
    assert all(result == results[0] for result in results)
    assert results[0].outcome is ScanOutcome.ACCEPTED
    assert CustodyEvent.objects.filter(parcel_id=one.id, kind="TAKE_IN").count() == 1


def test_one_unknown_label_at_two_scanners_is_one_case(real_town: Town) -> None:
    """The unique constraint decides who opens it; both scans are kept."""
    town = real_town
    code = make_code("P", 77)
    asks = [ScanAsk(id=new_id(), text=code, purpose=ScanPurpose.TAKE_IN, acting=town.esi) for _ in range(3)]
    results = at_once(*[lambda ask=ask: api.scan(ask, now=town.now) for ask in asks])
    assert len({result.case_id for result in results}) == 1
    assert ExceptionCase.objects.unscoped("test").count() == 1


def test_taking_in_and_calling_back_at_once_leave_one_truth(real_town: Town) -> None:
    """Either order is legal; row and fold agree."""
    town = real_town
    for one in town.packed(4):
        at_once(
            partial(api.take_in, one.id, acting=town.esi, now=town.now),
            partial(api.cancel_parcel, one.order_id, now=town.now),
        )
        assert town.look(one).state.value == "cancelled"
    assert api.check_custody() == []


def test_one_parcel_goes_into_one_of_two_bags(real_town: Town) -> None:
    """Two hands, two bags, one parcel."""
    town = real_town
    (one,) = town.taken_in()
    bags = [api.open_bag(acting=town.esi, now=town.now) for _ in range(2)]
    results = at_once(*[lambda bag=bag: api.put_in_bag(one.id, bag.id, acting=town.esi, now=town.now) for bag in bags])
    assert _kinds(results) == ["done", "logistics.in_bag"]
    assert api.check_custody() == []


def test_two_offers_of_the_same_goods_are_one(real_town: Town) -> None:
    """The keeper's double click offers once."""
    town = real_town
    town.taken_in(2)
    run = town.departed_run()
    api.arrive_at_stop(run.stops[0].id, acting=town.chen, now=town.now)
    results = at_once(*[lambda: api.offer_up(run.stops[0].id, acting=town.esi, now=town.now)] * 3)
    assert _kinds(results).count("done") == 1


def test_one_carrier_event_pushed_and_polled_at_once_delivers_once(real_town: Town) -> None:
    """Push and poll meet: one fact."""
    town = real_town
    (one,) = town.with_carrier()
    event = TrackEvent("d-4", one.carrier_number, 4, TrackStatus.DELIVERED, "", town.now)
    results = at_once(*[lambda: dict(api.apply_tracking([event], came_by="push", now=town.now))] * 4)
    assert sorted(next(iter(result)) for result in results) == ["deliver", *["duplicate"] * 3]
    assert facts_about(one.id).count("logistics.parcel_delivered") == 1


def test_a_van_is_released_for_one_run(real_town: Town) -> None:
    """Two plans for one van at the same moment: one goes, the other waits."""
    town = real_town
    town.taken_in()
    (first,), _ = api.plan_runs(acting=town.centre, now=town.now)
    (second,), _ = api.plan_runs(acting=town.centre, now=town.now)
    Run.objects.unscoped("test").filter(id=first.id).update(state=RunState.PLANNED.value)
    results = at_once(
        *[lambda run=run: api.release_run(run.id, acting=town.centre, now=town.now) for run in (first, second)]
    )
    assert _kinds(results) == ["done", "logistics.no_vehicle"]
