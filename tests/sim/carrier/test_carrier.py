"""The simulated carrier as a process of its own: signed, idempotent, misbehaving on request, surviving kill -9."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.logistics import api
from millstream.logistics.adapters.sandbox import SandboxCarrier, signature
from millstream.logistics.models import CarrierEvent
from millstream.logistics.ports import BookAsk, CarrierAwayError, CarrierRefusedError, ManifestAsk
from millstream.logistics.types import ParcelRecord, ParcelState, TrackStatus
from millstream_sim.carrier.journeys import MODES, journey, make_number, pushes
from tests.logistics.town import Town, build_town, facts_about

STEP_SECONDS = 0.15
PATIENCE_SECONDS = 15.0


@dataclass
class Sim:
    """The simulator's process."""

    folder: Path
    web_origin: str
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def carrier(self) -> SandboxCarrier:
        return SandboxCarrier(self.origin, conf().carrier_key)

    def start(self) -> None:
        told = self.environment | {
            "SIM_PORT": str(self.port),
            "SIM_STATE_DIR": str(self.folder),
            "SIM_WEB_ORIGIN": self.web_origin,
            "GATEWAY_REQUEST_KEY": "a",
            "GATEWAY_WEBHOOK_KEY": "b",
            "CARRIER_KEY": conf().carrier_key.decode(),
            "CARRIER_STEP_SECONDS": str(STEP_SECONDS),
        }
        self.process = subprocess.Popen([sys.executable, "-m", "millstream_sim"], env=told)
        wait_until(lambda: _answers(self.origin))

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20)

    def behave(self, mode: str, down_seconds: float = 0) -> None:
        told = {"mode": mode, "down_seconds": str(down_seconds)}
        assert httpx.post(f"{self.origin}/carrier/behaviour", data=told).status_code == 303


def _answers(origin: str) -> bool:
    try:
        return httpx.get(f"{origin}/healthz", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.05)


@pytest.fixture
def sim(tmp_path: Path, live_server: LiveServer) -> Iterator[Sim]:
    """The simulator beside a web server that hears its pushes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Sim(tmp_path / "sim", live_server.url, port, dict(os.environ))
    found.start()
    yield found
    found.kill()


@pytest.fixture
def town(transactional_db: None) -> Town:
    """A county whose commits are real."""
    return build_town()


def shipped(town: Town, sim: Sim, count: int = 1) -> list[ParcelRecord]:
    """Parcels handed to the simulated carrier over HTTP."""
    found = town.at_centre(count)
    for one in found:
        api.check_parcel(one.id, acting=town.centre, now=town.later())
    api.book_wanted(sim.carrier, now=town.later())
    api.hand_to_carrier(sim.carrier, acting=town.centre, now=read_now())
    return [town.look(one) for one in found]


def delivered(town: Town, found: list[ParcelRecord]) -> bool:
    """Whether all of them are."""
    return all(town.look(one).state is ParcelState.DELIVERED for one in found)


@pytest.mark.parametrize("mode", ["normal", "duplicate", "reordered"])
def test_pushed_events_deliver_a_parcel_once_however_they_come(town: Town, sim: Sim, mode: str) -> None:
    """Every way of pushing ends with one delivery and whole custody."""
    sim.behave(mode)
    found = shipped(town, sim, 2)
    wait_until(lambda: delivered(town, found))
    wait_until(lambda: CarrierEvent.objects.count() == 8)
    for one in found:
        assert facts_about(one.id).count("logistics.parcel_delivered") == 1
    assert api.check_custody() == []


def test_lost_events_are_found_by_polling(town: Town, sim: Sim) -> None:
    """No push comes; the poll delivers."""
    sim.behave("lost")
    found = shipped(town, sim)
    time.sleep(STEP_SECONDS * 5)
    assert not CarrierEvent.objects.exists()
    asked: list[int] = []

    def all_found() -> bool:
        asked.append(api.poll_tracking(sim.carrier, now=read_now()))
        return sum(asked) == 4

    wait_until(all_found)
    assert delivered(town, found)


def test_a_failed_delivery_comes_back(town: Town, sim: Sim) -> None:
    """Failed, returned, and a case at the centre."""
    sim.behave("failed")
    shipped(town, sim)
    wait_until(lambda: bool(api.cases(reader=town.centre)))
    assert [case.kind.value for case in api.cases(reader=town.centre)] == ["returned"]


def test_a_carrier_that_is_down_books_once_after_recovery(town: Town, sim: Sim) -> None:
    """It answers nothing; the booking waits and is made once."""
    found = town.at_centre()
    api.check_parcel(found[0].id, acting=town.centre, now=town.later())
    sim.behave("normal", down_seconds=60)
    assert api.book_wanted(sim.carrier, now=town.later()) == (0, 1)
    sim.behave("normal")
    assert api.book_wanted(sim.carrier, now=town.later(60)) == (1, 0)


def test_killed_in_the_middle_it_forgets_nothing_and_pushes_the_rest(town: Town, sim: Sim) -> None:
    """Kill -9 after the manifest: started again, the same key has the same receipt, and delivery still comes."""
    found = shipped(town, sim)
    sim.kill()
    sim.start()
    wait_until(lambda: delivered(town, found))
    assert facts_about(found[0].id).count("logistics.parcel_delivered") == 1


def _ask(**given: object) -> BookAsk:
    told: dict[str, object] = {
        "key": new_id(),
        "parcel_code": "P00000000000",
        "weight_grams": 900,
        "value_minor": 100,
        "currency": "CNY",
        "sender_name": "Amina",
        "recipient_name": "Bo",
        "recipient_phone": "138",
        "recipient_lines": "杭州",
    }
    return BookAsk(**(told | given))  # type: ignore[arg-type]


def test_the_same_key_books_and_hands_over_once(town: Town, sim: Sim) -> None:
    """Other terms under a used key are refused; a second manifest does not take a parcel twice."""
    ask = _ask()
    first = sim.carrier.book(ask)
    assert sim.carrier.book(ask) == first
    with pytest.raises(CarrierRefusedError, match="other_terms"):
        sim.carrier.book(_ask(key=ask.key, weight_grams=5))
    assert sim.carrier.validate(_ask(weight_grams=60_000)) == ("too_heavy",)
    with pytest.raises(CarrierRefusedError, match="too_heavy"):
        sim.carrier.book(_ask(weight_grams=60_000))
    listed = ManifestAsk(new_id(), "hash", (first.number, "SX000000000CN"))
    receipt = sim.carrier.manifest(listed)
    assert receipt.received == {first.number}
    assert sim.carrier.manifest(listed) == receipt
    assert sim.carrier.manifest(ManifestAsk(new_id(), "hash", (first.number,))).received == frozenset()
    assert sim.carrier.label(first.number).startswith(b"%PDF")
    with pytest.raises(CarrierRefusedError, match="already_received"):
        sim.carrier.cancel(first.number)
    unused = sim.carrier.book(_ask())
    sim.carrier.cancel(unused.number)
    assert sim.carrier.manifest(ManifestAsk(new_id(), "h", (unused.number,))).received == frozenset()


def test_unsigned_requests_and_dead_carriers_are_told_apart(town: Town, sim: Sim) -> None:
    """A wrong key is refused; a port with nobody behind it is *away*."""
    with pytest.raises(CarrierRefusedError, match="401"):
        SandboxCarrier(sim.origin, b"wrong").track(["SX1"])
    sim.kill()
    with pytest.raises(CarrierAwayError):
        sim.carrier.track(["SX1"])
    sim.start()


def test_the_hook_takes_only_what_is_signed_and_whole(town: Town, live_server: LiveServer) -> None:
    """No signature, an old one, nonsense, another's id, an unknown number: refused with a status each."""
    event = {"event_id": "e-1", "number": "SX1", "sequence": 1, "status": "delivered", "place": "",
             "at": "2026-11-21T08:00:00+00:00"}  # fmt: skip

    def post(body: bytes, *, message_id: str = "e-1", age: int = 0, key: bytes | None = None) -> int:
        stamp = int(time.time()) - age
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(key or conf().carrier_key, message_id, stamp, body),
        }
        return httpx.post(f"{live_server.url}/hooks/carrier/sandbox", content=body, headers=headers).status_code

    whole = json.dumps(event).encode()
    assert httpx.post(f"{live_server.url}/hooks/carrier/sandbox", content=whole).status_code == 401
    assert post(whole, key=b"wrong") == 401
    assert post(whole, age=400) == 401
    assert post(b"[]") == 400
    assert post(b"not json") == 400
    assert post(json.dumps(event | {"at": "2026-11-21T08:00:00"}).encode()) == 400
    assert post(json.dumps(event | {"status": "eaten"}).encode()) == 400
    assert post(whole, message_id="e-2") == 400
    assert post(whole) == 404


def test_the_carriers_page_shows_what_it_has(town: Town, sim: Sim) -> None:
    """For whoever sits at this machine; an unknown mode is refused."""
    found = shipped(town, sim)
    shown = httpx.get(f"{sim.origin}/carrier/").text
    assert found[0].carrier_number in shown
    assert httpx.post(f"{sim.origin}/carrier/behaviour", data={"mode": "kind"}).status_code == 422


def test_numbers_and_journeys_are_as_they_should() -> None:
    """The postal check digit, the order of pushes in each mode, nothing pushed when lost."""
    assert make_number(47_312_482) == "SX473124829CN"
    events = journey("SX1", started=100.0, step=20.0, mode="normal")
    assert [event.at for event in events] == [120.0, 140.0, 160.0, 180.0]
    assert events[-1].status == TrackStatus.DELIVERED
    assert [event.sequence for _, event in pushes(events, "reordered")] == [2, 1, 4, 3]
    assert [event.sequence for _, event in pushes(events, "duplicate")] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert pushes(events, "lost") == ()
    assert set(MODES) == {"normal", "duplicate", "reordered", "lost", "failed"}
