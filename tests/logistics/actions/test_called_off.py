"""A parcel whose order was called off goes back to its maker, whoever offers, scans or accepts it meanwhile."""

import pytest

from millstream.logistics import api
from millstream.logistics.refusals import ParcelCancelled, WrongState
from millstream.logistics.types import (
    EventKind,
    Holder,
    HolderKind,
    OfferAsk,
    ParcelRecord,
    ParcelState,
    ScanOutcome,
    ScanPurpose,
)
from tests.logistics.town import Town, facts_about


def call_off(town: Town, one: ParcelRecord) -> bool:
    return api.cancel_parcel(one.order_id, now=town.later())


def test_what_is_offered_to_the_van_is_on_its_way(town: Town) -> None:
    """Too late to call off; when the offer is withdrawn it lies at the station again."""
    (one,) = town.taken_in()
    offered = town.offered_up(town.departed_run())
    assert not call_off(town, one)
    assert town.look(one).state is ParcelState.AT_STATION
    api.withdraw_handover(offered.id, acting=town.esi, now=town.later())
    assert call_off(town, one)


def test_a_called_off_parcel_is_not_offered(town: Town) -> None:
    """Not by name, and the station's offer leaves it out."""
    one, two = town.taken_in(2)
    run = town.departed_run()
    assert call_off(town, one)
    offered = town.offered_up(run)
    assert [item.label for item in api.handover(offered.id, reader=town.esi).items] == [town.label(two)]
    api.withdraw_handover(offered.id, acting=town.esi, now=town.later())
    by_name = OfferAsk(
        giver=Holder(HolderKind.STATION, town.esi),
        taker=Holder(HolderKind.RUN, run.id),
        acting=town.esi,
        parcel_ids=(one.id,),
        run_id=run.id,
        stop_id=run.stops[0].id,
    )
    with pytest.raises(WrongState):
        api.offer_handover(by_name, now=town.later())


def test_a_called_off_parcel_does_not_ride_along_unoffered(town: Town) -> None:
    """The driver's scan says so; nothing moves it, and no case is opened for it."""
    one, two = town.taken_in(2)
    run = town.departed_run()
    assert call_off(town, one)
    offered = town.offered_up(run)
    done = town.scan(one.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id)
    assert (done.outcome, done.refusal_code) == (ScanOutcome.REFUSED, ParcelCancelled.code)
    accepted = town.accept(offered, town.chen)
    assert (accepted.ok, accepted.extra) == (1, 0)
    assert town.look(one).holder == Holder(HolderKind.STATION, town.esi)
    assert town.look(two).holder == Holder(HolderKind.RUN, run.id)
    assert api.check_custody() == []


def test_one_that_was_called_off_after_its_scan_stays(town: Town) -> None:
    """Scanned as extra, then called off, then accepted: it stays where it is."""
    one, _two = town.taken_in(2)
    run = town.departed_run()
    bag = api.open_bag(acting=town.esi, now=town.later())
    api.put_in_bag(one.id, bag.id, acting=town.esi, now=town.later())
    offered = town.offered_up(run)
    api.take_out_of_bag(one.id, bag.id, acting=town.esi, now=town.later())
    assert town.scan(one.code, ScanPurpose.HANDOVER, town.chen, handover_id=offered.id).outcome is ScanOutcome.ACCEPTED
    assert call_off(town, one)
    done = town.accept(offered, town.chen)
    assert (done.ok, done.extra) == (1, 1)
    assert (town.look(one).state, town.look(one).holder.kind) == (ParcelState.CANCELLED, HolderKind.STATION)
    assert api.check_custody() == []


def test_the_station_gives_it_back_to_its_maker(town: Town) -> None:
    """It stands on the list of what is handed out, needs no code, and was told of when it was called off."""
    (one,) = town.taken_in()
    assert call_off(town, one)
    waiting = api.parcels_held(town.esi, states=[ParcelState.CANCELLED], reader=town.esi)
    assert [held.id for held in waiting] == [one.id]
    assert town.scan(one.code, ScanPurpose.HAND_OUT, town.esi).outcome is ScanOutcome.ACCEPTED
    home = town.look(one)
    assert (home.state, home.holder) == (ParcelState.CANCELLED, Holder(HolderKind.MAKER, one.seller_id))
    assert api.parcel_timeline(one.id)[-1].kind is EventKind.RETURN
    assert facts_about(one.id).count("logistics.parcel_called_back") == 1
    assert town.scan(one.code, ScanPurpose.HAND_OUT, town.esi).outcome is ScanOutcome.REFUSED
    assert api.check_custody() == []
