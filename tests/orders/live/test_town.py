"""The buy over real HTTP: every misbehaviour of the gateway, idempotent retries, and kill -9 between the steps."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from millstream.kernel.clock import read_now
from millstream.ledger.api import check_books
from millstream.orders.actions.ask_gateway import ask_open_sessions
from millstream.orders.api import check_orders, expire_orders, send_refunds
from millstream.orders.links import pay_path
from millstream.orders.models import GatewayEvent, Order, Payment, PaymentCase, Refund
from millstream.orders.types import CaseKind, OrderState, RefundState, Verdict
from millstream.orders.web.wishes import visitor_of_key
from millstream.shops.api import check_stock
from millstream.site.engines.postgres import Postgres
from tests.orders.live.town import Town, wait_until
from tests.orders.market import make_market
from tests.orders.web.conftest import plug

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

HOLD_SECONDS = 6
LONG_HOLDS = pytest.mark.parametrize("town", [120], indirect=True)


@pytest.fixture
def town(request: pytest.FixtureRequest, tmp_path: Path, pg_cluster: Postgres, nats_url: str) -> Iterator[Town]:
    """A town for one test; holds last six seconds, or as long as the test asks for."""
    hold_seconds = getattr(request, "param", HOLD_SECONDS)
    running = Town(tmp_path, os.environ["DATABASE_URL"], nats_url, MILLSTREAM_HOLD_SECONDS=str(hold_seconds))
    running.start()
    plug(running.sim)
    yield running
    running.stop()


def state_of(order: str) -> str:
    """Where an order stands."""
    return str(Order.objects.unscoped("a test").values_list("state", flat=True).get(id=order))


def prove() -> None:
    """Everything adds up."""
    assert check_orders() == []
    assert check_books() == []
    assert check_stock() == []


def test_every_answer_of_the_gateway_comes_to_its_right_end(town: Town) -> None:
    """Approve, decline, slow, duplicate, reordered, lost and late, all over real signed webhooks."""
    market = make_market(stock=20)
    choices = ("approve", "decline", "slow", "duplicate", "reordered", "lost", "late")
    orders = {}
    for choice in choices:
        status, told = town.buy(market.counter.variant)
        assert status == 201, told
        orders[choice] = told["order"]
        town.choose(told["pay_url"], choice)
    told_at_once = ("approve", "slow", "duplicate", "reordered")
    assert wait_until(lambda: all(state_of(orders[choice]) == "paid" for choice in told_at_once))
    assert state_of(orders["lost"]) == state_of(orders["decline"]) == "placed"
    # What was lost is asked for, by the worker's periodic task.
    Payment.objects.filter(order_id=orders["lost"]).update(ask_at=read_now())
    assert ask_open_sessions(now=read_now()) == 1
    assert state_of(orders["lost"]) == "paid"
    # The hold of the late one runs out, is swept, and the goods are still there: it is honoured.
    assert wait_until(lambda: bool(expire_orders(now=read_now())), HOLD_SECONDS + 5)
    assert wait_until(lambda: state_of(orders["late"]) == "paid")
    assert state_of(orders["decline"]) == "expired"
    verdicts = list(GatewayEvent.objects.values_list("verdict", flat=True))
    assert verdicts.count(Verdict.PAID) == 5
    assert verdicts.count(Verdict.HONOURED_LATE) == 1
    prove()


def test_a_late_payment_for_the_last_unit_is_refunded_by_itself(town: Town) -> None:
    """The goods went to somebody else meanwhile: booked, given back at the gateway, put before its owner."""
    market = make_market(stock=1)
    _, late = town.buy(market.counter.variant)
    town.choose(late["pay_url"], "late")
    assert wait_until(lambda: bool(expire_orders(now=read_now())), HOLD_SECONDS + 5)
    _, other = town.buy(market.counter.variant)
    town.choose(other["pay_url"], "approve")
    assert wait_until(lambda: state_of(other["order"]) == "paid")
    assert wait_until(lambda: PaymentCase.objects.filter(kind=CaseKind.LATE_PAYMENT).exists())
    assert state_of(late["order"]) == "expired"
    assert send_refunds(now=read_now()) == 1 or wait_until(lambda: Refund.objects.get().state == RefundState.DONE)
    assert Refund.objects.get().state == RefundState.DONE
    prove()


def test_a_retry_is_the_same_order_and_another_body_is_refused(town: Town) -> None:
    """The same key gives the same answer, also when the web process was killed in between; another body 422."""
    market = make_market(stock=5)
    key = uuid4().hex
    first_status, first = town.buy(market.counter.variant, key=key)
    town.kill_web()
    town.start_web()
    again_status, again = town.buy(market.counter.variant, key=key)
    assert (first_status, again_status) == (201, 200)
    assert first == again
    status, refused = town.buy(market.counter.variant, key=key, quantity=2)
    assert (status, refused["code"]) == (422, "orders.key_reused")
    assert Order.objects.unscoped("a test").count() == 1
    status, refused = town.buy(market.counter.variant, key="1")
    assert (status, refused["code"]) == (400, "orders.key_missing")


def test_bad_requests_are_refused_clearly(town: Town) -> None:
    """No JSON, no variant, no such variant, too many, no contact; each with a code, in the asker's language."""
    market = make_market(stock=1)
    variant = market.counter.variant
    key = {"idempotency-key": uuid4().hex}
    assert town.post("/api/v1/buy", b"{", key)[1]["code"] == "orders.malformed"
    assert town.post("/api/v1/buy", {"contact": "13800138000"}, key)[1]["code"] == "orders.malformed"
    assert town.buy(uuid4())[1]["code"] == "shops.not_for_sale"
    assert town.buy(variant, quantity=100)[1]["code"] == "orders.quantity_refused"
    assert town.buy(variant, contact="nobody")[1]["code"] == "people.bad_contact"
    assert town.buy(variant, contact="")[1]["code"] == "orders.contact_missing"
    assert town.buy(variant, address="")[1]["code"] == "orders.address_missing"
    assert town.buy(variant, quantity=2)[1]["code"] == "shops.sold_out"
    assert town.post("/api/v1/buy", b"x" * 70_000, key)[0] == 422
    assert not Order.objects.unscoped("a test").exists()


def test_a_message_that_the_gateway_did_not_sign_is_refused_and_logged(town: Town) -> None:
    """A forged capture pays nothing."""
    market = make_market()
    _, told = town.buy(market.counter.variant)
    payment = Payment.objects.get(order_id=told["order"])
    forged = {
        "kind": "payment.captured",
        "session": str(payment.id),
        "amount_minor": payment.amount_minor,
        "currency": "CNY",
    }
    signed = {"webhook-id": "evt_1", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
    assert town.post("/hooks/gateway/sandbox", forged, signed)[0] == 401
    assert town.post("/hooks/gateway/sandbox", forged)[0] == 401
    assert state_of(told["order"]) == OrderState.PLACED
    assert "was not signed by the gateway" in town.log.read_text()


@LONG_HOLDS
def test_killing_web_between_order_and_payment_loses_nothing(town: Town) -> None:
    """The gateway is away, the order stands, web dies: the pay page opens the same session again, and it is paid."""
    market = make_market()
    key = uuid4().hex
    town.sim.kill()
    status, told = town.buy(market.counter.variant, key=key)
    assert status == 201
    assert told["pay_url"].startswith(f"{town.origin}/buy/pay/")
    town.kill_web()
    town.sim.start()
    town.start_web()
    assert town.get(pay_path(Payment.objects.get().order_id))[0] == 303
    status, again = town.buy(market.counter.variant, key=key)
    assert (status, again["order"]) == (200, told["order"])
    town.choose(again["pay_url"], "approve")
    assert wait_until(lambda: state_of(told["order"]) == "paid")
    assert Order.objects.unscoped("a test").get().visitor == visitor_of_key(key)
    prove()


@LONG_HOLDS
def test_killing_web_before_the_webhook_loses_nothing(town: Town) -> None:
    """The message finds nobody and is sent again until web is back: paid once."""
    market = make_market()
    _, told = town.buy(market.counter.variant)
    town.kill_web()
    town.choose(told["pay_url"], "duplicate")
    town.start_web()
    assert wait_until(lambda: state_of(told["order"]) == "paid")
    prove()


@LONG_HOLDS
def test_killing_web_under_load_doubles_and_loses_nothing(town: Town) -> None:
    """Kill -9 in the middle of many buys and captures; everybody tries again with their key: each exactly once."""
    import threading

    market = make_market(stock=30)
    keys = [uuid4().hex for _ in range(24)]
    orders: dict[str, str] = {}

    def insist(key: str) -> None:
        for _ in range(60):
            try:
                status, told = town.buy(market.counter.variant, key=key)
            except (OSError, ValueError):
                time.sleep(0.2)
                continue
            if status in (200, 201):
                orders[key] = told["order"]
                try:
                    town.choose(told["pay_url"], "approve")
                except (AssertionError, OSError, ValueError):
                    continue  # paid before, or our own page while the gateway was not reached
                return
            time.sleep(0.2)

    threads = [threading.Thread(target=insist, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    time.sleep(0.25)
    town.kill_web()
    town.start_web()
    for thread in threads:
        thread.join(60)
    assert len(orders) == len(keys)
    paid = Order.objects.unscoped("a test").filter(state=OrderState.PAID)
    assert wait_until(lambda: paid.count() == len(keys))
    assert Order.objects.unscoped("a test").count() == len(keys)
    assert market.free() == 30 - len(keys)
    prove()
