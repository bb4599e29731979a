"""The whole way of a parcel: opened, packed, taken in, bagged, driven, checked, handed over, delivered."""

from __future__ import annotations

from millstream.logistics import api
from millstream.logistics.types import (
    HandoverState,
    Holder,
    HolderKind,
    ParcelState,
    RunState,
    ScanOutcome,
    ScanPurpose,
    TrackEvent,
    TrackStatus,
)
from tests.logistics.town import Town, facts_about


def test_a_parcel_goes_all_the_way_from_the_maker_to_the_buyer(real_town: Town) -> None:
    """Every step is taken through the door; at the end the buyer holds it and custody is whole."""
    town = real_town
    first, second = town.packed(2)
    for one in (first, second):
        done = town.scan(town.label(one), ScanPurpose.TAKE_IN, town.esi)
        assert done.outcome is ScanOutcome.ACCEPTED
    bag = api.open_bag(acting=town.esi, now=town.later())
    assert town.scan(first.code, ScanPurpose.BAG, town.esi, bag_id=bag.id).outcome is ScanOutcome.ACCEPTED
    api.seal_bag(bag.id, seal="S-77", acting=town.esi, now=town.later())
    run = town.departed_run()
    assert [stop.station_id for stop in run.stops] == [town.esi]
    assert run.stops[0].pickup_pieces == 2
    taken = town.accept(town.offered_up(run), town.chen)
    assert (taken.state, taken.ok) == (HandoverState.ACCEPTED, 2)
    assert town.look(first).holder == Holder(HolderKind.RUN, run.id)
    api.finish_stop(run.stops[0].id, acting=town.chen, now=town.later())
    back = api.return_run(run.id, acting=town.chen, now=town.later())
    assert back is not None
    town.accept(back, town.centre)
    assert api.run(run.id, reader=town.centre).state is RunState.CLOSED
    api.unseal_bag(bag.id, seal_seen="S-77", acting=town.centre, now=town.later())
    for one in (first, second):
        assert town.scan(one.code, ScanPurpose.CHECK, town.centre).outcome is ScanOutcome.ACCEPTED
    assert api.book_wanted(town.carrier, now=town.later()) == (2, 0)
    handed = api.hand_to_carrier(town.carrier, acting=town.centre, now=town.later())
    assert (handed.state, handed.ok) == (HandoverState.ACCEPTED, 2)
    number = town.look(first).carrier_number
    delivered = TrackEvent("e-4", number, 4, TrackStatus.DELIVERED, "Hangzhou", town.now)
    assert api.apply_tracking([delivered], came_by="push", now=town.later())["deliver"] == 1
    assert town.look(first).state is ParcelState.DELIVERED
    assert town.look(first).holder == Holder(HolderKind.RECIPIENT, town.bo)
    assert api.check_custody() == []
    kinds = facts_about(first.id)
    assert kinds == [
        "logistics.parcel_packed",
        "logistics.parcel_taken_in",
        "logistics.parcel_handed_to_carrier",
        "logistics.parcel_delivered",
    ]


def test_the_timeline_tells_every_step_with_who_had_it(town: Town) -> None:
    """Buyer and maker read the same steps; the recipient is not named."""
    (one,) = town.with_carrier()
    api.apply_tracking(
        [TrackEvent("e-9", one.carrier_number, 9, TrackStatus.DELIVERED, "Hangzhou", town.now)],
        came_by="poll",
        now=town.later(),
    )
    steps = api.timeline([one.order_id])[one.order_id]
    assert [step.kind.value for step in steps] == [
        "ANNOUNCE", "PACK", "TAKE_IN", "ACCEPT", "ACCEPT", "CHECK", "LABEL", "HANDOVER_OUT", "DELIVER",
    ]  # fmt: skip
    assert [step.number for step in steps] == list(range(1, 10))
    assert steps[2].holder_name["zh-hans"] == "青溪服务站"
    assert steps[-1].holder_name["en"] == "Recipient"
    assert steps[-1].place == "Hangzhou"
