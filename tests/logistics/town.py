"""A small county for the tests: the standing cast, three stations, one centre, one van, one carrier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.models import FactRow
from millstream.logistics import api
from millstream.logistics.ports import (
    BookAsk,
    Booked,
    CarrierAwayError,
    CarrierReceipt,
    CarrierRefusedError,
    ManifestAsk,
)
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    ContentLine,
    HandoverDone,
    HandoverRecord,
    NodeKind,
    ParcelAsk,
    ParcelRecord,
    RunRecord,
    ScanAsk,
    ScanDone,
    ScanPurpose,
    TrackEvent,
)
from millstream.people.api import open_actor, open_guests
from millstream.people.types import ActorKind, ActorSpec, AddressLines, ContactKind, GuestAsk

CENTRE_KEY = "centre"
STATION_KEYS = ("qingxi", "yunci", "shanhou")


@dataclass
class PaperCarrier:
    """A carrier on paper, at the port: remembers by key, can be away, can lose or refuse numbers."""

    is_away: bool = False
    loses: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    booked: dict[UUID, str] = field(default_factory=dict)
    received: dict[UUID, CarrierReceipt] = field(default_factory=dict)
    events: list[TrackEvent] = field(default_factory=list)
    asked: list[BookAsk] = field(default_factory=list)

    def _answer(self) -> None:
        if self.is_away:
            raise CarrierAwayError("status 503")

    def validate(self, ask: BookAsk) -> tuple[str, ...]:
        self._answer()
        return ()

    def book(self, ask: BookAsk) -> Booked:
        self._answer()
        self.asked.append(ask)
        if ask.parcel_code in self.refuses:
            raise CarrierRefusedError("status 422: too heavy")
        number = self.booked.setdefault(ask.key, f"PC{len(self.booked) + 1:08}")
        return Booked(number, "571-02")

    def label(self, number: str) -> bytes:
        self._answer()
        return b"%PDF-1.4"

    def cancel(self, number: str) -> None:
        self._answer()

    def track(self, numbers: Sequence[str]) -> tuple[TrackEvent, ...]:
        self._answer()
        return tuple(event for event in self.events if event.carrier_number in numbers)

    def manifest(self, ask: ManifestAsk) -> CarrierReceipt:
        self._answer()
        receipt = CarrierReceipt(f"RC-{len(self.received) + 1}", frozenset(ask.numbers) - self.loses)
        return self.received.setdefault(ask.key, receipt)


@dataclass
class Town:
    """Who is there, and the steps that many tests take."""

    now: datetime
    amina: UUID
    bo: UUID
    esi: UUID
    yunci: UUID
    shanhou: UUID
    centre: UUID
    chen: UUID
    carrier_actor: UUID
    femi: UUID
    address: UUID
    carrier: PaperCarrier

    def later(self, seconds: float = 1) -> datetime:
        """The clock goes on."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def ask(self, **given: object) -> ParcelAsk:
        """A paid order of Bo at Amina's."""
        told: dict[str, object] = {
            "parcel_id": new_id(),
            "order_id": new_id(),
            "order_code": "7K3M-Q2P9-XW",
            "seller": self.amina,
            "station_actor": self.esi,
            "address_id": self.address,
            "weight_grams": 800,
            "contents": (ContentLine({"en": "Celadon cup", "zh-hans": "青瓷茶杯"}, 2),),
            "buyer": self.bo,
            "value_minor": 12_800,
            "currency": "CNY",
        }
        return ParcelAsk(**(told | given))  # type: ignore[arg-type]

    def open(self, count: int = 1, **given: object) -> list[ParcelRecord]:
        """Announced parcels."""
        return api.open_parcels([self.ask(**given) for _ in range(count)], now=self.later())

    def packed(self, count: int = 1, **given: object) -> list[ParcelRecord]:
        """Packed parcels."""
        return [
            api.pack_parcel(one.id, acting=one.seller_id, weight_grams=900, now=self.later())
            for one in self.open(count, **given)
        ]

    def taken_in(self, count: int = 1, **given: object) -> list[ParcelRecord]:
        """Parcels at the station they were meant for."""
        found = self.packed(count, **given)
        for one in found:
            api.take_in(one.id, acting=one.station_id, now=self.later())
        return found

    def scan(self, text: str, purpose: ScanPurpose, acting: UUID, **given: object) -> ScanDone:
        """One press of the trigger."""
        ask = ScanAsk(id=new_id(), text=text, purpose=purpose, acting=acting, **given)  # type: ignore[arg-type]
        return api.scan(ask, now=self.later())

    def sealed_bag(self, parcels: Sequence[ParcelRecord], seal: str = "S-1") -> UUID:
        """A sealed bag with these parcels at their station."""
        bag = api.open_bag(acting=parcels[0].station_id, now=self.later())
        for one in parcels:
            api.put_in_bag(one.id, bag.id, acting=one.station_id, now=self.later())
        return api.seal_bag(bag.id, seal=seal, acting=parcels[0].station_id, now=self.later()).id

    def departed_run(self) -> RunRecord:
        """A planned, released and departed run over every station where something waits."""
        planned, _ = api.plan_runs(acting=self.centre, now=self.later())
        api.release_run(planned[0].id, acting=self.centre, now=self.later())
        return api.depart_run(planned[0].id, acting=self.chen, now=self.later())

    def offered_up(self, run: RunRecord, position: int = 0) -> HandoverRecord:
        """The offer of the station at a stop, by the station's own sign-in, after the van arrived."""
        stop = run.stops[position]
        api.arrive_at_stop(stop.id, acting=self.chen, now=self.later())
        return api.offer_up(stop.id, acting=stop.station_id, now=self.later())

    def accept(self, offered: HandoverRecord, acting: UUID, skip: Sequence[str] = (), code: str = "") -> HandoverDone:
        """Scan everything that was offered but ``skip``, then accept."""
        giver_side = acting if not code else offered.giver.id
        for item in api.handover(offered.id, reader=offered.centre_id).items:
            if item.label not in skip:
                self.scan(item.label, ScanPurpose.HANDOVER, giver_side, handover_id=offered.id)
        return api.accept_handover(api.AcceptAsk(offered.id, acting=acting, code=code), now=self.later())

    def at_centre(self, count: int = 1, **given: object) -> list[ParcelRecord]:
        """Loose parcels that rode the van to the centre."""
        found = self.taken_in(count, **given)
        run = self.departed_run()
        for position, stop in enumerate(run.stops):
            self.accept(self.offered_up(run, position), self.chen)
            api.finish_stop(stop.id, acting=self.chen, now=self.later())
        back = api.return_run(run.id, acting=self.chen, now=self.later())
        assert back is not None
        self.accept(back, self.centre)
        return [self.look(one) for one in found]

    def with_carrier(self, count: int = 1, **given: object) -> list[ParcelRecord]:
        """Parcels that the carrier has under its own numbers."""
        found = self.at_centre(count, **given)
        for one in found:
            api.check_parcel(one.id, acting=self.centre, now=self.later())
        api.book_wanted(self.carrier, now=self.later())
        api.hand_to_carrier(self.carrier, acting=self.centre, now=self.later())
        return [self.look(one) for one in found]

    def look(self, one: ParcelRecord) -> ParcelRecord:
        """The parcel as it stands now."""
        return api.parcel_by_code(one.code)

    def label(self, one: ParcelRecord) -> str:
        """Its code as people read it."""
        return for_people(one.code)


def facts_about(subject: UUID) -> list[str]:
    """The kinds of the facts recorded about something, in order."""
    return list(FactRow.objects.filter(subject=subject).order_by("id").values_list("kind", flat=True))


def _actor(kind: ActorKind, slug: str, en: str, zh: str) -> UUID:
    return open_actor(ActorSpec(kind, {"en": en, "zh-hans": zh}, slug))


def build_town() -> Town:
    """Open the county."""
    now = read_now()
    amina = _actor(ActorKind.HOUSEHOLD, "amina", "Amina's kiln", "阿米娜窑")
    esi = _actor(ActorKind.STATION, "qingxi-station", "Qingxi station", "青溪服务站")
    yunci = _actor(ActorKind.STATION, "yunci-station", "Yunci station", "云瓷服务站")
    shanhou = _actor(ActorKind.STATION, "shanhou-station", "Shanhou station", "山后服务站")
    centre = _actor(ActorKind.CENTRE, "centre", "County centre", "县运营中心")
    chen = _actor(ActorKind.PERSON, "chen", "Chen", "陈师傅")
    carrier = _actor(ActorKind.CARRIER, "sandbox-express", "Sandbox Express", "沙盒快递")
    femi = _actor(ActorKind.PERSON, "femi", "Femi", "费米")
    home = AddressLines("Bo Li", "+8613800138000", "杭州市西湖区运河街12号 12 Canal Street")
    guest = open_guests([GuestAsk(new_id(), home.phone, ContactKind.PHONE, home.name, home)], now=now)[0]
    assert guest.address_id is not None
    lay_roads()
    api.add_centre(api.CentreSpec(centre, CENTRE_KEY, "QH", carrier))
    for actor, key, route in ((esi, "qingxi", "QX-01"), (yunci, "yunci", "YC-02"), (shanhou, "shanhou", "SH-03")):
        api.add_station(api.StationSpec(actor, key, route, centre, 240))
    api.add_vehicle(api.VehicleSpec(centre, chen, "K-10001", {"en": "White van", "zh-hans": "白色货车"}, 600_000, 200))
    return Town(
        now=now,
        amina=amina,
        bo=guest.actor_id,
        esi=esi,
        yunci=yunci,
        shanhou=shanhou,
        centre=centre,
        chen=chen,
        carrier_actor=carrier,
        femi=femi,
        address=guest.address_id,
        carrier=PaperCarrier(),
    )


def lay_roads() -> None:
    """A fork in a valley: the centre, a junction, two stations beyond it, one behind a pass."""
    api.add_roads(
        [
            api.NodeSpec(CENTRE_KEY, NodeKind.CENTRE, {"en": "Centre", "zh-hans": "中心"}, 119.10, 28.05),
            api.NodeSpec("fork", NodeKind.JUNCTION, {"en": "Fork", "zh-hans": "岔口"}, 119.15, 28.08),
            api.NodeSpec("qingxi", NodeKind.STATION, {"en": "Qingxi", "zh-hans": "青溪"}, 119.20, 28.10),
            api.NodeSpec("yunci", NodeKind.STATION, {"en": "Yunci", "zh-hans": "云瓷"}, 119.17, 28.14),
            api.NodeSpec("shanhou", NodeKind.STATION, {"en": "Shanhou", "zh-hans": "山后"}, 119.02, 28.12),
        ],
        [
            api.EdgeSpec(CENTRE_KEY, "fork", 7_000, 700),
            api.EdgeSpec("fork", "qingxi", 6_000, 720),
            api.EdgeSpec("fork", "yunci", 8_500, 1_000),
            api.EdgeSpec(CENTRE_KEY, "shanhou", 14_000, 1_700, closed_in_wet_season=True),
        ],
    )
