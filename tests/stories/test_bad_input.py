"""What should not happen, through the whole town: each gets a clear refusal, or a case with an owner, and nothing is lost."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import httpx
import pytest

from tests.browser.programs import buy, choose, paid, variant_of, wish
from tests.browser.town import DemoTown, until
from tests.stories.books import gateway_sessions, orders_since
from tests.stories.conftest import HOLD_SECONDS

pytestmark = pytest.mark.slow

BOOKED_SECONDS = 60.0
LATE_SECONDS = 5


def state_of(town: DemoTown, order: dict[str, Any]) -> str:
    """The state of an order by its row."""
    before = str(uuid.UUID(int=uuid.UUID(order["order"]).int - 1))
    return next(row.state for row in orders_since(town, before) if row.id == order["order"])


def parcel_of(order: dict[str, Any]) -> str:
    """The code of an order's parcel, as its buyer reads it."""
    page = httpx.get(order["order_url"], timeout=20)
    found = re.search(r'href="/track/(\w+)/"', page.text)
    assert found is not None, page.text
    return found.group(1)


def test_money_that_comes_late_for_what_is_gone_is_booked_and_given_back(town: DemoTown) -> None:
    """A hold runs out, another buys the goods, then the first one's payment arrives: kept apart, refunded, told."""
    vase = variant_of(town, "cobalt-vase")
    late = buy(town, wish(vase["id"], quantity=vase["left"])).json()
    choose(late["pay_url"], "late")
    key, body = uuid.uuid4().hex, wish(vase["id"], quantity=vase["left"], contact="femi@example.org")
    refused = buy(town, body, key=key)
    assert refused.status_code == 409
    assert refused.json()["code"] == "shops.sold_out"
    assert refused.json()["facts"]["left"] == 0
    assert refused.json()["what"]
    assert refused.json()["next"]

    def bought() -> dict[str, Any]:
        answer = buy(town, body, key=key)
        return dict(answer.json()) if answer.status_code < 300 else {}

    quick = until(bought, HOLD_SECONDS + LATE_SECONDS, "the hold runs out", every=0.3)
    choose(quick["pay_url"])
    until(lambda: state_of(town, quick) == "paid", BOOKED_SECONDS, "the second buyer's payment", every=0.3)
    until(lambda: _refunded(town, late) == late["total_minor"], BOOKED_SECONDS, "the money goes back", every=0.3)
    assert state_of(town, late) == "expired"
    assert variant_of(town, "cobalt-vase")["left"] == 0
    with _operator(town) as operator:
        assert late["code"] in operator.get("/desk/payments/").text
    assert town.reconcile()[0] == 0


def _refunded(town: DemoTown, order: dict[str, Any]) -> int:
    """What the gateway gave back of an order's payment."""
    sessions = [session for session in gateway_sessions(town).values() if session.reference == order["code"]]
    return sum(session.refunded_minor for session in sessions)


def _operator(town: DemoTown) -> httpx.Client:
    """A browser without a window that entered as the operator."""
    client = httpx.Client(base_url=town.web, follow_redirects=True, timeout=20, headers={"Referer": town.web})
    home = client.get("/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', home)
    assert token is not None
    entered = client.post("/demo/enter/", data={"role": "operator", "csrfmiddlewaretoken": token.group(1)})
    assert entered.status_code == 200
    return client


@pytest.mark.parametrize("choice", ["duplicate", "reordered", "lost", "slow"])
def test_whatever_the_gateway_does_an_order_is_paid_once(town: DemoTown, choice: str) -> None:
    """Three webhooks at once, the wrong order, none at all, much later: one paid order, one unit sold, one capture."""
    order = buy(town, wish(variant_of(town, "honey")["id"])).json()
    choose(order["pay_url"], choice)
    until(lambda: state_of(town, order) == "paid", BOOKED_SECONDS, "paid", every=0.5)
    before = str(uuid.UUID(int=uuid.UUID(order["order"]).int - 1))
    rows = [row for row in orders_since(town, before) if row.id == order["order"]]
    assert [row.sold for row in rows] == [1]


def test_a_message_that_the_gateway_did_not_sign_is_refused(town: DemoTown) -> None:
    """Nobody pays an order by claiming that it was paid."""
    order = buy(town, wish(variant_of(town, "honey")["id"])).json()
    session = order["pay_url"].rpartition("/")[2].partition("?")[0]
    claim = {"id": "evt_1", "kind": "payment.captured", "session": session, "amount_minor": order["total_minor"]}
    forged = httpx.post(
        f"{town.web}/hooks/gateway/sandbox",
        content=json.dumps(claim),
        headers={"webhook-id": "evt_1", "webhook-timestamp": "1795000000", "webhook-signature": "v1,AAAA"},
        timeout=20,
    )
    assert forged.status_code == 401
    assert state_of(town, order) == "placed"


def test_one_key_is_one_purchase(town: DemoTown) -> None:
    """The same key and body give the same order again; another body under the same key is refused."""
    key, body = uuid.uuid4().hex, wish(variant_of(town, "rice-wine")["id"])
    first, again = buy(town, body, key=key), buy(town, body, key=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["order"] == again.json()["order"]
    other = buy(town, {**body, "quantity": 2}, key=key)
    assert 400 <= other.status_code < 500
    assert other.json()["code"] == "orders.key_reused"
    missing = httpx.post(f"{town.web}/api/v1/buy", json=body, timeout=20)
    assert missing.json()["code"] == "orders.key_missing"


@pytest.mark.parametrize("code", ["PZZZ-ZZZZ-ZZZ0", "P000-0000-0000", "4006381333931", "<script>", "口令"])
def test_a_label_that_is_none_is_refused_with_a_way_on(town: DemoTown, code: str) -> None:
    """An unknown or misread label is no parcel; the keeper is told what to do, and the scan is kept."""
    with town.api("keeper") as keeper:
        answer = keeper.post("/custody/scans", json={"code": code, "purpose": "take_in"})
    assert answer.status_code == 409, answer.text
    assert answer.json()["outcome"] == "refused"
    assert answer.json()["what"]
    assert answer.json()["next"]


def test_a_parcel_at_the_wrong_station_is_taken_in_and_told_to_the_centre(town: DemoTown) -> None:
    """Tea of Chashan brought to Yaokou: it has one holder, a case stands at the centre, a second scan changes nothing."""
    order = paid(town, "white-tea")
    until(lambda: state_of(town, order) == "paid", BOOKED_SECONDS, "paid", every=0.3)
    parcel = parcel_of(order)
    scan = {"id": str(uuid.uuid4()), "code": parcel, "purpose": "take_in"}
    with town.api("keeper") as keeper, town.api("centre") as centre:
        taken, again = keeper.post("/custody/scans", json=scan), keeper.post("/custody/scans", json=scan)
        assert taken.status_code == again.status_code == 200, taken.text
        held = centre.get(f"/parcels/{parcel}").json()
    assert held["misrouted"] is True
    assert held["holder"]["kind"] == "station"
    assert [step["kind"] for step in held["steps"]].count("take_in") == 1
    assert town.reconcile()[0] == 0
