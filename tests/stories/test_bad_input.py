"""What should not happen, through the whole town: a clear refusal or a case with an owner; nothing is lost."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import httpx
import pytest

from millstream.logistics.rules.codes import for_people
from tests.browser.programs import buy, choose, paid, variant_of, wish
from tests.browser.town import DemoTown, until
from tests.stories.books import OrderRow, gateway_sessions, orders_since
from tests.stories.conftest import HOLD_SECONDS
from tests.stories.visits import Visit

pytestmark = pytest.mark.slow

BOOKED_SECONDS = 60.0
LATE_SECONDS = 5


def rows_of(town: DemoTown, order: dict[str, Any]) -> list[OrderRow]:
    """An order as it stands, once for each of its payments."""
    before = str(uuid.UUID(int=uuid.UUID(order["order"]).int - 1))
    return [row for row in orders_since(town, before) if row.id == order["order"]]


def state_of(town: DemoTown, order: dict[str, Any]) -> str:
    """The state of an order."""
    return rows_of(town, order)[0].state


def until_paid(town: DemoTown, order: dict[str, Any]) -> None:
    """Wait until the gateway's word has arrived and is booked."""
    until(lambda: state_of(town, order) == "paid", BOOKED_SECONDS, f"{order['code']} is paid", every=0.3)


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
    until_paid(town, quick)
    until(lambda: _refunded(town, late) == late["total_minor"], BOOKED_SECONDS, "the money goes back", every=0.3)
    assert state_of(town, late) == "expired"
    assert variant_of(town, "cobalt-vase")["left"] == 0
    with Visit(town) as operator:
        assert late["code"] in operator.enter("operator").read("/desk/payments/")
    assert town.reconcile()[0] == 0


def _refunded(town: DemoTown, order: dict[str, Any]) -> int:
    """What the gateway gave back of an order's payment."""
    sessions = [session for session in gateway_sessions(town).values() if session.reference == order["code"]]
    return sum(session.refunded_minor for session in sessions)


def test_whatever_the_gateway_does_an_order_is_paid_once(town: DemoTown) -> None:
    """Three webhooks at once, the wrong order, none at all, much later: one paid order, one unit sold, one payment."""
    honey = variant_of(town, "honey")["id"]
    orders = {choice: buy(town, wish(honey)).json() for choice in ("lost", "slow", "duplicate", "reordered")}
    for choice, order in orders.items():
        choose(order["pay_url"], choice)
    for choice, order in orders.items():
        until_paid(town, order)
        assert [row.sold for row in rows_of(town, order)] == [1], choice


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
    """A bowl of Yaokou brought to Chashan: one holder, a case with an owner; scanned again, nothing is doubled."""
    order = paid(town, "tenmoku-bowl")
    until_paid(town, order)
    parcel = parcel_of(order)
    pack(town, parcel)
    with Visit(town) as chashan:
        chashan.sign_in("chashan-station@qingxi.example")
        for _ in range(2):
            said = chashan.send("/station/take-in/", "/station/take-in/", code=parcel).text
            assert for_people(parcel) in said
    with Visit(town) as gao:
        desk = gao.enter("centre").read("/centre/differences/")
    assert for_people(parcel) in desk
    assert "Brought to the wrong station" in desk
    with town.api("maker") as maker:
        held = maker.get(f"/parcels/{parcel}").json()
    assert held["misrouted"] is True
    assert held["holder"]["kind"] == "station"
    assert [step["kind"] for step in held["steps"]] == ["ANNOUNCE", "PACK", "TAKE_IN"]
    assert town.reconcile()[0] == 0


def pack(town: DemoTown, parcel: str) -> None:
    """Amina marks a parcel as packed."""
    with Visit(town) as amina:
        listed = amina.enter("maker").read("/desk/parcels/")
        row = listed[listed.index(for_people(parcel)) :]
        action = re.search(r'action="(/desk/parcels/[0-9a-f-]+/pack/)"', row)
        assert action is not None
        assert amina.send("/desk/parcels/", action.group(1), weight_grams="640").status_code == 200
