"""Any process may be killed while goods are carried and money is shared: nothing moves twice, nothing stays behind."""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, LiteralString

import httpx
import psutil
import psycopg
import pytest

from millstream.site.config import read_engines
from tests.browser.programs import paid
from tests.browser.town import DemoTown, until
from tests.stories.visits import TOKEN, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOW_MANY = 4
PATIENCE_SECONDS = 90.0
ANY_ID = "([0-9a-f-]{36})"
# Once for each of our orders: what would be there twice, or not at all, if a death were felt.
COUNTED = """
SELECT (SELECT count(*) FROM fact WHERE kind = 'logistics.parcel_delivered' AND subject = parcel.id),
       (SELECT count(*) FROM ledger_entry WHERE kind = 'release' AND source_id = o.id),
       (SELECT count(*) FROM logistics_carrierbooking WHERE parcel_id = parcel.id AND state = 'booked'),
       (SELECT count(*) FROM logistics_custodyevent WHERE parcel_id = parcel.id) - parcel.version
  FROM orders_order o JOIN logistics_parcel parcel ON parcel.order_id = o.id
 WHERE o.id = ANY(%s)
"""
PAID_TWICE = "SELECT count(*) FROM ledger_payoutitem GROUP BY batch_id, owner_id HAVING count(*) > 1"


@dataclass(frozen=True, slots=True)
class Way:
    """The people on the way, each at their own pages, and what is carried."""

    town: DemoTown
    maker: Visit
    keeper: Visit
    centre: Visit
    driver: Visit
    orders: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """The labels, in one order."""
        return sorted(one["code"] for one in self.parcels())

    def parcels(self) -> list[dict[str, Any]]:
        """Our parcels as their maker's program sees them."""
        with self.town.api("maker") as door:
            listed = door.get("/parcels").raise_for_status().json()["items"]
        return [one for one in listed if one["order"] in self.orders]

    def all_are(self, *states: str) -> bool:
        found = self.parcels()
        return len(found) == HOW_MANY and {str(one["state"]) for one in found} <= set(states)

    def rows(self, question: LiteralString, *given: object) -> list[tuple[object, ...]]:
        with psycopg.connect(read_engines(self.town.var)["database_url"]) as books:
            return books.execute(question, given).fetchall()

    def scan(self, role: str, code: str, purpose: str, **given: str) -> bool:
        """One press of a scanner that sends again until it is answered; each press has its id."""
        told = {"id": str(uuid.uuid4()), "code": code, "purpose": purpose, **given}

        def send() -> bool:
            with self.town.api(role) as door:
                answer = door.post("/custody/scans", json=told)
            assert answer.status_code != 409, answer.text
            return answer.status_code == 200

        return insist(send, f"a scan: {purpose}")


def insist[T](ask: Callable[[], T], what: str) -> T:
    """Ask until there is an answer; a broken connection or a town that is half up says nothing about what was done."""

    def once() -> T | None:
        try:
            return ask()
        except (httpx.HTTPError, psycopg.OperationalError):
            return None

    found = until(once, PATIENCE_SECONDS, what, every=0.2)
    assert found is not None
    return found


def press(visit: Visit, page: str, action: str, **fields: str) -> str:
    """Send a form of a page once; where the answer led, empty when there was none."""
    shown = visit.client.get(page)
    token = TOKEN.search(shown.text) if shown.status_code == 200 else None
    if token is None:
        return ""
    answer = visit.client.post(action, data={**fields, "csrfmiddlewaretoken": token.group(1)})
    return answer.url.path if answer.status_code < 500 else ""


def read(visit: Visit, page: str, pattern: str) -> list[str]:
    """What a page says, once."""
    shown = visit.client.get(page)
    return re.findall(pattern, shown.text) if shown.status_code == 200 else []


@contextmanager
def dying(town: DemoTown, name: str) -> Iterator[None]:
    """Somewhere in the block a process is killed; after it every part is well again."""

    def strike() -> None:
        time.sleep(random.uniform(0, 0.4))
        kill(town, name)

    threading.Thread(target=strike, daemon=True).start()
    yield
    until(town.is_well, PATIENCE_SECONDS, f"well after {name} died", every=0.25)


def kill(town: DemoTown, name: str) -> None:
    """Kill -9, if it stands just now."""
    try:
        town.process(name).kill()
    except (AssertionError, psutil.Error):
        return  # it has not come back from its last death


def test_kill_9_on_the_way_moves_nothing_twice(town: DemoTown) -> None:
    """Packing, scans, handovers, the carrier, release and payout, each with a death in the middle; all books agree."""
    deaths = itertools.cycle(("web", "postgres", "worker", "nats", "sim"))
    orders = tuple(str(paid(town, "celadon-set")["order"]) for _ in range(HOW_MANY))
    with Visit(town) as maker, Visit(town) as keeper, Visit(town) as centre, Visit(town) as driver:
        for visit, role in ((maker, "maker"), (keeper, "keeper"), (centre, "centre"), (driver, "driver")):
            visit.enter(role)
        way = Way(town, maker, keeper, centre, driver, orders)
        insist(lambda: way.all_are("announced"), "the parcels of the paid orders")
        codes = way.codes
        for step in (pack, take_in, drive_up, check):
            with dying(town, next(deaths)):
                step(way, codes, deaths)
        for until_so, what in (
            (partial(hands_to_carrier, way), "the carrier has all"),
            (partial(way.all_are, "delivered"), "the carrier delivers"),
            (partial(released, way), "escrow is released"),
        ):
            with dying(town, "worker"):
                insist(until_so, what)
    until(town.is_well, PATIENCE_SECONDS, "every part is well", every=0.25)
    assert way.rows(COUNTED, list(orders)) == [(1, 1, 1, 0)] * HOW_MANY
    pays_out(way)
    code, told = town.reconcile()
    assert code == 0, told


def pack(way: Way, codes: Sequence[str], _: Iterator[str]) -> None:
    for one in insist(way.parcels, "the parcels"):
        action = f"/desk/parcels/{one['id']}/pack/"
        insist(partial(press, way.maker, "/desk/parcels/", action, weight_grams="640"), "packed")
    insist(lambda: way.all_are("packed"), "all are packed")


def take_in(way: Way, codes: Sequence[str], _: Iterator[str]) -> None:
    for code in codes:
        way.scan("keeper", code, "take_in")
    insist(lambda: way.all_are("at_station"), "all are at the station")


def drive_up(way: Way, codes: Sequence[str], deaths: Iterator[str]) -> None:
    """Plan, release, set off, arrive, offer, scan, accept, and the same at the centre's dock."""
    insist(lambda: press(way.centre, "/centre/runs/", "/centre/runs/plan/").endswith("/"), "a plan")
    run = insist(lambda: read(way.centre, "/centre/runs/", f"/centre/runs/{ANY_ID}/"), "the run")[0]
    page = f"/centre/runs/{run}/"
    insist(lambda: press(way.centre, page, f"{page}release/") and read(way.driver, "/runs/", run), "released")
    with dying(way.town, next(deaths)):
        insist(lambda: press(way.driver, f"/runs/{run}/", f"/runs/{run}/depart/"), "set off")
        stop = insist(lambda: read(way.driver, f"/runs/{run}/", f"/stops/{ANY_ID}/"), "a stop")[0]
        at = f"/runs/{run}/stops/{stop}/"
        insist(lambda: press(way.driver, at, f"{at}arrive/"), "arrived")
        insist(lambda: offered(way, stop), "the station's offer")
    handover = insist(lambda: read(way.keeper, "/station/van/", f"/handovers/{ANY_ID}/"), "the offer")[0]
    with dying(way.town, next(deaths)):
        take_over(way, way.driver, "driver", handover, codes)
        insist(lambda: way.all_are("on_run"), "all are on the van")
    insist(lambda: press(way.driver, at, f"{at}finish/"), "drives on")
    back = insist(lambda: comes_back(way, run, handover), "the van at the dock")[0]
    with dying(way.town, next(deaths)):
        take_over(way, way.centre, "centre", back, codes)
        insist(lambda: way.all_are("at_centre"), "all are at the centre")


def offered(way: Way, stop: str) -> bool:
    """The keeper offers; an offer that stands already is as good."""
    if read(way.keeper, "/station/van/", f"/handovers/{ANY_ID}/"):
        return True
    return bool(press(way.keeper, "/station/van/", f"/station/van/{stop}/offer/"))


def comes_back(way: Way, run: str, before: str) -> list[str]:
    """What the van offers at the dock; the driver presses until it is there."""
    found = [one for one in read(way.centre, "/centre/dock/", f"/handovers/{ANY_ID}/") if one != before]
    if not found:
        press(way.driver, f"/runs/{run}/", f"/runs/{run}/back/")
    return found


def take_over(way: Way, taker: Visit, role: str, handover: str, codes: Sequence[str]) -> None:
    """Scan each, then accept; what was accepted before and not answered is refused with its first result."""
    for code in codes:
        way.scan(role, code, "handover", handover=handover)
    insist(lambda: press(taker, f"/handovers/{handover}/", f"/handovers/{handover}/accept/"), "accepted")


def check(way: Way, codes: Sequence[str], _: Iterator[str]) -> None:
    for code in codes:
        way.scan("centre", code, "check")
    insist(lambda: way.all_are("checked"), "all are checked")


def hands_to_carrier(way: Way) -> bool:
    """Press as often as there is something with a number; true when the carrier has all."""
    if way.all_are("with_carrier", "delivered"):
        return True
    press(way.centre, "/centre/carrier/", "/centre/carrier/")
    return False


def released(way: Way) -> bool:
    question = "SELECT count(*) FROM orders_order WHERE state = 'released' AND id = ANY(%s)"
    return way.rows(question, list(way.orders)) == [(HOW_MANY,)]


def pays_out(way: Way) -> None:
    """The batch is made while the web process dies; pressed again, nobody is paid twice."""
    with Visit(way.town) as operator:
        operator.enter("operator")
        before = way.rows("SELECT count(*) FROM ledger_payoutbatch")
        with dying(way.town, "web"):
            for _ in range(3):
                insist(lambda: press(operator, "/money/payouts/", "/money/payouts/"), "a batch")
    assert way.rows("SELECT count(*) FROM ledger_payoutbatch") > before
    assert way.rows(PAID_TWICE) == []
