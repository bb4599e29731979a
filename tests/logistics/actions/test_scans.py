"""Scans: kept whatever comes of them, done once, and what is wrong becomes a case."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from millstream.kernel.ids import new_id
from millstream.logistics import api
from millstream.logistics.models import CustodyEvent, Scan
from millstream.logistics.refusals import WrongState
from millstream.logistics.rules.codes import make_code
from millstream.logistics.types import (
    CaseKind,
    Holder,
    HolderKind,
    ParcelState,
    ScanAsk,
    ScanOutcome,
    ScanPurpose,
)
from tests.logistics.town import Town


def test_an_unknown_label_is_refused_kept_and_becomes_one_case(town: Town) -> None:
    """A code of our form that we never gave out: two scans, two rows, one case that the centre owns."""
    stranger = make_code("P", 12345)
    first = town.scan(stranger, ScanPurpose.TAKE_IN, town.esi)
    again = town.scan(stranger, ScanPurpose.TAKE_IN, town.esi)
    assert (first.outcome, first.refusal_code) == (ScanOutcome.REFUSED, "logistics.unknown_label")
    assert first.case_id == again.case_id
    (case,) = api.cases(reader=town.centre)
    assert (case.kind, case.owner_id, case.site_id) == (CaseKind.UNKNOWN_LABEL, town.centre, town.esi)
    assert case.deadline_at > town.now
    assert Scan.objects.visible_to(town.esi).count() == 2


def test_a_slip_of_the_hand_is_refused_without_a_case(town: Town) -> None:
    """A wrong check symbol or another carrier's bars are kept as scans and nothing more."""
    for text in ("SF123456", "PPPP"):
        assert town.scan(text, ScanPurpose.TAKE_IN, town.esi).refusal_code == "logistics.unknown_label"
    assert api.cases(reader=town.centre) == ()


def test_the_same_scan_sent_again_gets_the_first_answer(town: Town) -> None:
    """One event however often the device asks; another content under the same id is refused."""
    (one,) = town.packed()
    ask = ScanAsk(id=new_id(), text=one.code, purpose=ScanPurpose.TAKE_IN, acting=town.esi)
    answers = [api.scan(ask, now=town.later()) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].outcome is ScanOutcome.ACCEPTED
    assert CustodyEvent.objects.filter(parcel_id=one.id, kind="TAKE_IN").count() == 1
    with pytest.raises(WrongState):
        api.scan(replace(ask, text="P-other"), now=town.later())


def test_scanning_a_parcel_again_changes_nothing(town: Town) -> None:
    """A fresh scan of what is here already is *repeated*."""
    (one,) = town.taken_in()
    before = town.look(one)
    assert town.scan(one.code, ScanPurpose.TAKE_IN, town.esi).outcome is ScanOutcome.REPEATED
    assert town.look(one) == before


def test_a_parcel_at_the_wrong_station_is_taken_in_and_misrouted(town: Town) -> None:
    """Custody is real; the centre owns a case, settled by the parcel reaching the centre."""
    (one,) = town.packed()
    done = town.scan(one.code, ScanPurpose.TAKE_IN, town.yunci)
    assert done.outcome is ScanOutcome.ACCEPTED
    seen = town.look(one)
    assert (seen.holder, seen.misrouted) == (Holder(HolderKind.STATION, town.yunci), True)
    (case,) = api.cases(reader=town.centre)
    assert (case.kind, case.parcel_id, case.value_minor) == (CaseKind.MISROUTED, one.id, 12_800)
    run = town.departed_run()
    town.accept(town.offered_up(run), town.chen)
    api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    back = api.return_run(run.id, acting=town.chen, now=town.later())
    assert back is not None
    town.accept(back, town.centre)
    assert not town.look(one).misrouted
    assert api.cases(reader=town.centre) == ()


def test_a_copied_label_at_a_second_station_leaves_the_first_holder(town: Town) -> None:
    """Double custody is refused, kept, and one case."""
    (one,) = town.taken_in()
    done = town.scan(one.code, ScanPurpose.TAKE_IN, town.yunci)
    assert done.refusal_code == "logistics.double_custody"
    assert town.look(one).holder == Holder(HolderKind.STATION, town.esi)
    (case,) = api.cases(reader=town.centre)
    assert (case.kind, case.id) == (CaseKind.DOUBLE_CUSTODY, done.case_id)
    assert api.check_custody() == []


def test_what_is_not_packed_or_called_off_is_not_taken_in(town: Town) -> None:
    """The maker offers by packing; a parcel called back goes nowhere."""
    (announced,) = town.open()
    assert town.scan(announced.code, ScanPurpose.TAKE_IN, town.esi).refusal_code == "logistics.not_packed"
    (gone,) = town.packed()
    assert api.cancel_parcel(gone.order_id, now=town.later())
    assert town.scan(gone.code, ScanPurpose.TAKE_IN, town.esi).refusal_code == "logistics.cancelled"


def test_a_stranger_takes_nothing_in(town: Town) -> None:
    """Femi keeps no station; the scan is kept, refused."""
    (one,) = town.packed()
    assert town.scan(one.code, ScanPurpose.TAKE_IN, town.femi).refusal_code == "kernel.not_allowed"
    assert town.look(one).state is ParcelState.PACKED


def test_a_parcel_is_called_back_until_it_lies_in_a_bag(town: Town) -> None:
    """At the station yes, twice the same; in a bag no."""
    loose, bagged = town.taken_in(2)
    bag = api.open_bag(acting=town.esi, now=town.later())
    api.put_in_bag(bagged.id, bag.id, acting=town.esi, now=town.later())
    assert api.cancel_parcel(loose.order_id, now=town.later())
    assert api.cancel_parcel(loose.order_id, now=town.later())
    assert not api.cancel_parcel(bagged.order_id, now=town.later())
    assert api.cancel_parcel(new_id(), now=town.later())


def test_opening_the_same_order_again_gives_the_first_parcel(town: Town) -> None:
    """Idempotent by order, answers in the order of the asks."""
    asks = [town.ask(), town.ask()]
    first = api.open_parcels(asks, now=town.later())
    again = api.open_parcels([replace(asks[1], parcel_id=new_id()), asks[0], town.ask()], now=town.later())
    assert [again[0], again[1]] == [first[1], first[0]]
    assert len({one.code for one in (*first, *again)}) == 3


def test_custody_events_and_scans_are_append_only(town: Town) -> None:
    """The database itself refuses edits, whoever writes."""
    (one,) = town.taken_in()
    town.scan(one.code, ScanPurpose.TAKE_IN, town.esi)
    for statement in (
        "UPDATE logistics_custodyevent SET kind = 'CHECK'",
        "DELETE FROM logistics_custodyevent",
        "UPDATE logistics_scan SET outcome = 'accepted'",
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


MOVED_WITHOUT_AN_EVENT = "UPDATE logistics_parcel SET holder_id = %(other)s WHERE id = %(id)s"
AN_EVENT_WITHOUT_A_MOVE = (
    "INSERT INTO logistics_custodyevent (id, parcel_id, number, kind, giver_kind, giver_id, taker_kind, taker_id,"
    " detail, at) SELECT gen_random_uuid(), id, version + 1, 'ACCEPT', holder_kind, holder_id, 'run', %(other)s,"
    " '{}', now() FROM logistics_parcel WHERE id = %(id)s"
)
GIVEN_BY_A_STRANGER = (
    "WITH moved AS (UPDATE logistics_parcel SET version = version + 1 WHERE id = %(id)s RETURNING *)"
    " INSERT INTO logistics_custodyevent (id, parcel_id, number, kind, giver_kind, giver_id, taker_kind, taker_id,"
    " detail, at) SELECT gen_random_uuid(), id, version, 'ACCEPT', 'run', %(other)s, holder_kind, holder_id,"
    " '{}', now() FROM moved"
)


@pytest.mark.parametrize("statement", [MOVED_WITHOUT_AN_EVENT, AN_EVENT_WITHOUT_A_MOVE, GIVEN_BY_A_STRANGER])
def test_the_database_keeps_row_and_fold_equal(town: Town, statement: str) -> None:
    """Custody cannot be bent with SQL: the row and its events change together and in a chain."""
    (one,) = town.taken_in()
    with pytest.raises(IntegrityError, match="custody"):
        _run_at_once(statement, {"id": one.id, "other": town.yunci})


@transaction.atomic
def _run_at_once(statement: str, values: dict[str, UUID]) -> None:
    """Run it and check what is checked at commit."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
