"""Whatever is scanned, repeated, reordered or broken off: one holder always, and the rows equal the fold."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.logistics import api
from millstream.logistics.models import CustodyEvent, ExceptionCase
from millstream.logistics.types import (
    HolderKind,
    ParcelRecord,
    ParcelState,
    Resolution,
    RunRecord,
    ScanAsk,
    ScanPurpose,
    SkipReason,
    TrackEvent,
    TrackStatus,
)
from tests.logistics.town import Town, build_town

WHICH = st.integers(0, 7)
STATIONS = st.sampled_from(["esi", "yunci", "shanhou"])


class Custody(RuleBasedStateMachine):
    """A county in which everybody presses every button at any time."""

    town: Town

    @initialize()
    def open_the_town(self) -> None:
        """Two parcels each with the carrier, at the centre, at Esi's station, and not packed yet."""
        self.block = transaction.atomic()
        self.block.__enter__()
        self.town = build_town()
        self.parcels: list[ParcelRecord] = self.town.with_carrier(2) + self.town.at_centre(2)
        self.parcels += self.town.taken_in(2) + self.town.open(2, station_actor=self.town.yunci)
        self.scans: list[ScanAsk] = []
        self.called_off: set[UUID] = set()
        self.bags: list[UUID] = []
        self.offers: list[tuple[UUID, UUID]] = []
        self.runs: list[RunRecord] = []
        self.seals = 0

    def teardown(self) -> None:
        """Leave nothing behind."""
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def _try(self, work: object) -> None:
        """A refusal is a fine answer; anything else is a fault."""
        try:
            with transaction.atomic():
                work()  # type: ignore[operator]
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except Refusal:
            pass

    def _scan(self, ask: ScanAsk) -> None:
        self.scans.append(ask)
        self._try(lambda: api.scan(ask, now=self.town.later()))

    @rule(which=WHICH)
    def pack(self, which: int) -> None:
        """Amina packs."""
        one = self.parcels[which]
        self._try(lambda: api.pack_parcel(one.id, acting=one.seller_id, weight_grams=700, now=self.town.later()))

    @rule(which=WHICH, station=STATIONS)
    def take_in(self, which: int, station: str) -> None:
        """Any station scans any parcel."""
        acting = getattr(self.town, station)
        self._scan(ScanAsk(new_id(), self.parcels[which].code, ScanPurpose.TAKE_IN, acting))

    @rule(station=STATIONS, which=st.lists(WHICH, max_size=3), seal=st.booleans())
    def bag(self, station: str, which: list[int], *, seal: bool) -> None:
        """A station bags what it has, and seals or not."""
        acting = getattr(self.town, station)
        bag = api.open_bag(acting=acting, now=self.town.later())
        self.bags.append(bag.id)
        for number in which:
            self._scan(ScanAsk(new_id(), self.parcels[number].code, ScanPurpose.BAG, acting, bag_id=bag.id))
        if seal:
            self.seals += 1
            self._try(lambda: api.seal_bag(bag.id, seal=f"S-{self.seals}", acting=acting, now=self.town.later()))

    @rule()
    def drive(self) -> None:
        """Plan, release, depart."""
        self._try(lambda: self.runs.append(self.town.departed_run()))

    @rule(data=st.data())
    def offer(self, data: st.DataObject) -> None:
        """A station offers what it has to the van of some run."""
        if not self.runs:
            return
        run = data.draw(st.sampled_from(self.runs))
        stop = data.draw(st.sampled_from(run.stops))
        self._try(lambda: api.arrive_at_stop(stop.id, acting=self.town.chen, now=self.town.later()))
        self._try(
            lambda: self.offers.append(
                (api.offer_up(stop.id, acting=stop.station_id, now=self.town.later()).id, self.town.chen)
            )
        )

    @rule(data=st.data(), which=st.lists(WHICH, max_size=6), damaged=st.booleans(), everything=st.booleans())
    def accept(self, data: st.DataObject, which: list[int], *, damaged: bool, everything: bool) -> None:
        """A taker scans this and that, or everything, and accepts, maybe for the second time."""
        if not self.offers:
            return
        offer, taker = data.draw(st.sampled_from(self.offers))
        labels = [self.parcels[number].code for number in which]
        if everything:
            labels += [item.label for item in api.handover(offer, reader=self.town.centre).items]
        for label in labels:
            self._scan(ScanAsk(new_id(), label, ScanPurpose.HANDOVER, taker, handover_id=offer, damaged=damaged))
        self._try(lambda: api.accept_handover(api.AcceptAsk(offer, acting=taker), now=self.town.later()))

    @rule(data=st.data())
    def go_home(self, data: st.DataObject) -> None:
        """End every stop and come back; the centre is offered what is on the van."""
        if not self.runs:
            return
        run = data.draw(st.sampled_from(self.runs))
        for stop in run.stops:
            self._try(lambda stop=stop: api.finish_stop(stop.id, acting=self.town.chen, now=self.town.later()))
            self._try(
                lambda stop=stop: api.skip_stop(
                    stop.id, reason=SkipReason.OUT_OF_TIME, acting=self.town.chen, now=self.town.later()
                )
            )

        def back() -> None:
            offered = api.return_run(run.id, acting=self.town.chen, now=self.town.later())
            if offered is not None:
                self.offers.append((offered.id, self.town.centre))

        self._try(back)

    @rule(data=st.data(), right=st.booleans())
    def open_bags(self, data: st.DataObject, *, right: bool) -> None:
        """The centre opens a bag with the right seal or another, and counts a broken one."""
        if not self.bags:
            return
        bag = data.draw(st.sampled_from(self.bags))

        def unseal() -> None:
            seal = api.bag(bag, reader=self.town.centre).seal if right else "S-X"
            api.unseal_bag(bag, seal_seen=seal, acting=self.town.centre, now=self.town.later())

        self._try(unseal)
        self._try(lambda: api.finish_broken_bag(bag, acting=self.town.centre, now=self.town.later()))

    @rule(which=WHICH)
    def check(self, which: int) -> None:
        """The centre scans any parcel."""
        self._scan(ScanAsk(new_id(), self.parcels[which].code, ScanPurpose.CHECK, self.town.centre))

    @rule()
    def ship(self) -> None:
        """Numbers, then the carrier."""
        self._try(lambda: api.book_wanted(self.town.carrier, now=self.town.later()))
        self._try(lambda: api.hand_to_carrier(self.town.carrier, acting=self.town.centre, now=self.town.later()))

    @rule(which=WHICH, number=st.integers(1, 6), status=st.sampled_from(list(TrackStatus)))
    def track(self, which: int, number: int, status: TrackStatus) -> None:
        """The carrier says anything about any parcel, in any order."""
        carried = self.town.look(self.parcels[which]).carrier_number
        event = TrackEvent(f"{carried}-{number}-{status}", carried or "none", number, status, "", self.town.now)
        self._try(lambda: api.apply_tracking([event], came_by="push", now=self.town.later()))

    @rule(which=WHICH)
    def call_back(self, which: int) -> None:
        """The order is called off."""
        one = self.parcels[which]
        self._try(lambda: api.cancel_parcel(one.order_id, now=self.town.later()))
        if self.town.look(one).state is ParcelState.CANCELLED:
            self.called_off.add(one.id)

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """A device sends an old scan again."""
        if self.scans:
            ask = data.draw(st.sampled_from(self.scans))
            self._try(lambda: api.scan(ask, now=self.town.later()))

    @rule(data=st.data(), resolution=st.sampled_from(list(Resolution)))
    def settle(self, data: st.DataObject, resolution: Resolution) -> None:
        """The centre settles any open case in any way."""
        found = api.cases(reader=self.town.centre)
        if found:
            case = data.draw(st.sampled_from(found))
            self._try(
                lambda: api.resolve_case(api.ResolveAsk(case.id, resolution, self.town.centre), now=self.town.later())
            )

    @invariant()
    def one_holder_and_rows_equal_the_fold(self) -> None:
        """The promise."""
        if not hasattr(self, "parcels"):
            return
        assert api.check_custody() == []
        for one in self.parcels:
            seen = self.town.look(one)
            steps = CustodyEvent.objects.filter(parcel_id=one.id)
            assert steps.count() == seen.version
            assert (seen.state is ParcelState.DELIVERED) == (seen.delivered_at is not None)

    @invariant()
    def what_was_called_off_goes_nowhere_but_home(self) -> None:
        """Its money is given back and its goods are in stock again: it must not reach the buyer."""
        for one in getattr(self, "parcels", []):
            if one.id not in self.called_off:
                continue
            seen = self.town.look(one)
            home = seen.holder.kind in (HolderKind.MAKER, HolderKind.STATION) and seen.state is ParcelState.CANCELLED
            assert home or seen.state is ParcelState.LOST

    @invariant()
    def a_thing_has_one_open_case_of_a_kind(self) -> None:
        """No difference is counted twice."""
        if not hasattr(self, "parcels"):
            return
        rows = ExceptionCase.objects.unscoped("test").filter(resolved_at__isnull=True, parcel__isnull=False)
        open_cases = list(rows.values_list("parcel_id", "kind"))
        assert len(open_cases) == len(set(open_cases))


@pytest.mark.slow
@pytest.mark.django_db
def test_custody_holds_whatever_everybody_does() -> None:
    """Random scans, replays, wrong orders, damage, lost things and stray carrier events."""
    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
