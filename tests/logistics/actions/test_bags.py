"""Bags: only an open one takes or gives, a sealed one moves whole, a broken one is counted piece by piece."""

from __future__ import annotations

from uuid import UUID

import pytest

from millstream.logistics import api
from millstream.logistics.refusals import (
    BadSeal,
    BagEmpty,
    BagNotOpen,
    BagUnsealed,
    InBag,
    NotYours,
    SealTaken,
    WrongState,
)
from millstream.logistics.types import (
    BagState,
    CaseKind,
    Holder,
    HolderKind,
    OfferAsk,
    ParcelRecord,
    ParcelState,
    ScanOutcome,
    ScanPurpose,
)
from tests.logistics.town import Town


def test_only_an_open_bag_takes_and_gives(town: Town) -> None:
    """Sealed means closed, for putting in and for taking out."""
    inside, late = town.taken_in(2)
    bag = town.sealed_bag([inside])
    with pytest.raises(BagNotOpen):
        api.put_in_bag(late.id, bag, acting=town.esi, now=town.later())
    with pytest.raises(BagNotOpen):
        api.take_out_of_bag(inside.id, bag, acting=town.esi, now=town.later())
    other = api.open_bag(acting=town.esi, now=town.later())
    with pytest.raises(InBag):
        api.put_in_bag(inside.id, other.id, acting=town.esi, now=town.later())


def test_a_parcel_goes_in_and_out_of_an_open_bag(town: Town) -> None:
    """In, in again (nothing), out."""
    (one,) = town.taken_in()
    bag = api.open_bag(acting=town.esi, now=town.later())
    assert api.put_in_bag(one.id, bag.id, acting=town.esi, now=town.later())
    assert not api.put_in_bag(one.id, bag.id, acting=town.esi, now=town.later())
    api.take_out_of_bag(one.id, bag.id, acting=town.esi, now=town.later())
    assert (town.look(one).state, town.look(one).bag_id) == (ParcelState.AT_STATION, None)
    with pytest.raises(WrongState):
        api.take_out_of_bag(one.id, bag.id, acting=town.esi, now=town.later())


def test_a_bag_is_sealed_once_with_a_seal_used_once(town: Town) -> None:
    """No empty bag, no empty seal, no seal twice; sealing again with the same seal changes nothing."""
    first, second = town.taken_in(2)
    empty = api.open_bag(acting=town.esi, now=town.later())
    with pytest.raises(BagEmpty):
        api.seal_bag(empty.id, seal="S-9", acting=town.esi, now=town.later())
    bag = town.sealed_bag([first], seal="S-1")
    assert api.seal_bag(bag, seal="s-1 ", acting=town.esi, now=town.later()).seal == "S-1"
    api.put_in_bag(second.id, empty.id, acting=town.esi, now=town.later())
    for seal, refusal in (("S-1", SealTaken), ("  ", BadSeal), ("x" * 41, BadSeal)):
        with pytest.raises(refusal):
            api.seal_bag(empty.id, seal=seal, acting=town.esi, now=town.later())


def test_what_is_in_a_bag_rides_only_with_it(town: Town) -> None:
    """A bagged parcel is not offered alone, an open bag does not ride, a stranger's bag is not opened."""
    inside, loose = town.taken_in(2)
    bag = town.sealed_bag([inside])
    opened = api.open_bag(acting=town.esi, now=town.later())
    api.put_in_bag(loose.id, opened.id, acting=town.esi, now=town.later())
    run = town.departed_run()
    giver, taker = Holder(HolderKind.STATION, town.esi), Holder(HolderKind.RUN, run.id)
    with pytest.raises(InBag):
        api.offer_handover(OfferAsk(giver, taker, town.esi, parcel_ids=(inside.id,), run_id=run.id), now=town.later())
    with pytest.raises(BagUnsealed):
        api.offer_handover(OfferAsk(giver, taker, town.esi, bag_ids=(opened.id,), run_id=run.id), now=town.later())
    with pytest.raises(NotYours):
        api.unseal_bag(bag, seal_seen="S-1", acting=town.centre, now=town.later())


def _bag_at_centre(town: Town, count: int = 3) -> tuple[list[ParcelRecord], UUID]:
    found = town.taken_in(count)
    bag = town.sealed_bag(found, seal="S-5")
    run = town.departed_run()
    town.accept(town.offered_up(run), town.chen)
    api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    back = api.return_run(run.id, acting=town.chen, now=town.later())
    assert back is not None
    town.accept(back, town.centre)
    return found, bag


def test_scanning_a_bag_moves_all_that_lies_in_it(town: Town) -> None:
    """Every parcel gets an event of its own at every handover of the bag."""
    found, bag = _bag_at_centre(town)
    for one in found:
        seen = town.look(one)
        assert (seen.holder, seen.bag_id) == (Holder(HolderKind.CENTRE, town.centre), bag)
        kinds = [step.kind.value for step in api.parcel_timeline(seen.id)]
        assert kinds == ["ANNOUNCE", "PACK", "TAKE_IN", "BAG_ADD", "ACCEPT", "ACCEPT"]
    assert api.check_custody() == []


def test_the_right_seal_frees_the_parcels_at_once(town: Town) -> None:
    """Opened, emptied, and the parcels can be checked; before that they cannot."""
    found, bag = _bag_at_centre(town, 1)
    one = found[0]
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).refusal_code == "logistics.in_bag"
    opened = api.unseal_bag(bag, seal_seen="s-5", acting=town.centre, now=town.later())
    assert opened.state is BagState.EMPTIED
    assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED


def test_a_changed_seal_forces_a_piece_by_piece_scan(town: Town) -> None:
    """Wrong seal: one case; scanned parcels come out; the rest is missing, one case each, the centre liable."""
    found, bag = _bag_at_centre(town, 3)
    broken = api.unseal_bag(bag, seal_seen="S-6", acting=town.centre, now=town.later())
    assert broken.state is BagState.BROKEN
    for one in found[:2]:
        assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    cases = api.finish_broken_bag(bag, acting=town.centre, now=town.later())
    assert len(cases) == 1
    kinds = {case.kind for case in api.cases(reader=town.centre)}
    assert kinds == {CaseKind.SEAL_BROKEN, CaseKind.MISSING}
    assert api.finish_broken_bag(bag, acting=town.centre, now=town.later()) == []
    lost = town.look(found[2])
    assert lost.holder == Holder(HolderKind.CENTRE, town.centre)
    assert town.scan(lost.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    assert {case.kind for case in api.cases(reader=town.centre)} == {CaseKind.SEAL_BROKEN}
    assert api.check_custody() == []
