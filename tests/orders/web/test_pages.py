"""The pages of buying, without JavaScript, over the test client; the gateway is a real process."""

import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.orders.api import check_orders, expire_orders
from millstream.orders.links import order_path, pay_path, return_path
from millstream.orders.models import Order, Payment
from millstream.orders.types import OrderState, PaymentState
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.orders.market import BO_PHONE, PRICE_MINOR, buy, buy_and_pay, make_market, row, run_out
from tests.sim.process import SimProcess

pytestmark = pytest.mark.django_db(transaction=True)


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the buy form, as a browser would send them back."""
    found = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def filled(page: str, **typed: str) -> dict[str, str]:
    """The form as Bo fills it in."""
    told = {"quantity": "1", "contact": "138 0013 8000", "name": "Bo Lin", "address": "12 Canal Street, Hangzhou"}
    return {**fields_of(page), **told, **typed}


def approve(location: str, choice: str = "approve") -> str:
    """Press a button on the gateway's page; the path back to us."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args: Any) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(location, data=urlencode({"choice": choice}).encode(), timeout=20)
    except urllib.error.HTTPError as error:
        back = urlsplit(error.headers["location"])
        return f"{back.path}?{back.query}"
    raise AssertionError("the payer was not sent back")


def test_a_guest_buys_with_plain_pages_and_next_time_only_confirms(client: Client, sim: SimProcess) -> None:
    """Sheet, confirm, approve, back: paid. The second time contact and address are remembered, masked."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    page = client.get(url).content.decode()
    assert "Celadon tea bowl" in page
    assert "<script>" not in page
    assert "style=" not in page
    confirmed = client.post(url, filled(page))
    assert confirmed.status_code == 303, confirmed.content.decode()
    assert confirmed["Location"].startswith(sim.origin)
    back = client.get(approve(confirmed["Location"]))
    assert "Paid. Thank you!" in back.content.decode()
    assert 'data-state="paid"' in back.content.decode()
    order = Order.objects.unscoped("a test").get()
    assert order.state == OrderState.PAID
    assert check_orders() == []
    again = client.get(url).content.decode()
    assert "138****8000" in again
    assert BO_PHONE not in again
    only = {**fields_of(again), "quantity": "2", "contact": "", "name": "", "address": ""}
    assert client.post(url, only)["Location"].startswith(sim.origin)
    assert Order.objects.unscoped("a test").count() == 2
    mine = client.get("/orders/").content.decode()
    assert mine.count(order.code) >= 1


def test_confirming_twice_is_one_order(client: Client, sim: SimProcess) -> None:
    """A second press, or the back button and another press, goes to the same payment."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    form = filled(client.get(url).content.decode())
    first, second = client.post(url, form), client.post(url, form)
    assert first["Location"] == second["Location"]
    assert Order.objects.unscoped("a test").count() == 1


def test_in_the_sheet_the_same_steps_are_fragments_and_headers(client: Client, sim: SimProcess) -> None:
    """With htmx's header the sheet is a fragment and the way to the gateway a header."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    page = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    confirmed = client.post(url, filled(page), headers={"HX-Request": "true"})
    assert confirmed.status_code == 200
    assert confirmed["HX-Redirect"].startswith(sim.origin)


def test_what_is_missing_or_wrong_stands_beside_its_field_and_nothing_is_ordered(client: Client) -> None:
    """No contact, a contact that is none, no address: the form comes back with what was typed."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    page = client.get(url).content.decode()
    for typed in ({"contact": ""}, {"contact": "nobody"}, {"address": ""}, {"quantity": "0"}):
        answer = client.post(url, filled(page, **typed))
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
        assert "Bo Lin" in answer.content.decode()
    assert not Order.objects.unscoped("a test").exists()


def test_sold_out_and_changed_prices_are_said_in_the_sheet_with_what_next(client: Client) -> None:
    """The sheet says what happened and the next step; after a changed price confirming again buys at the new one."""
    market = make_market(stock=1)
    url = f"/buy/{market.counter.variant}/"
    page = client.get(url).content.decode()
    changed = client.post(url, filled(page, price_minor=str(PRICE_MINOR - 100)))
    assert changed.status_code == 409
    assert "The price has changed" in changed.content.decode()
    assert fields_of(changed.content.decode())["price_minor"] == str(PRICE_MINOR)
    buy(market)
    sold_out = client.post(url, filled(page))
    assert sold_out.status_code == 409
    assert 'data-code="shops.sold_out"' in sold_out.content.decode()


def test_a_declined_payment_can_be_made_again(client: Client, sim: SimProcess) -> None:
    """After a decline the page says so and leads to a new payment of the same order."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    first = client.post(url, filled(client.get(url).content.decode()))["Location"]
    page = client.get(approve(first, "decline")).content.decode()
    assert "The payment was declined" in page
    order = Order.objects.unscoped("a test").get()
    second = client.get(pay_path(order.id))["Location"]
    assert second.startswith(sim.origin)
    assert second != first
    assert "Paid. Thank you!" in client.get(approve(second)).content.decode()
    assert [p.state for p in Payment.objects.order_by("id")] == [PaymentState.DECLINED, PaymentState.CAPTURED]


def test_a_slow_bank_is_said_and_the_page_looks_again(client: Client, sim: SimProcess) -> None:
    """While nothing is known the page refreshes itself without JavaScript; a lost message is asked for."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    location = client.post(url, filled(client.get(url).content.decode()))["Location"]
    waiting = client.get(approve(location, "slow")).content.decode()
    assert 'http-equiv="refresh"' in waiting
    assert "still thinking" in waiting
    lost = client.post(url, filled(client.get(url).content.decode()))["Location"]
    assert "Paid. Thank you!" in client.get(approve(lost, "lost")).content.decode()


def test_when_the_gateway_is_away_the_order_stands_and_can_be_paid_later(client: Client, sim: SimProcess) -> None:
    """No answer of the gateway leads to our own page, from which the payment is opened as soon as it is back."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    form = filled(client.get(url).content.decode())
    sim.kill()
    confirmed = client.post(url, form)
    assert confirmed["Location"].startswith("/buy/pay/")
    assert "does not answer" in client.get(confirmed["Location"]).content.decode()
    sim.start()
    order = Order.objects.unscoped("a test").get()
    assert client.get(pay_path(order.id))["Location"].startswith(sim.origin)


def test_an_expired_order_cannot_be_paid_and_says_why(client: Client) -> None:
    """After the hold the way to the gateway is closed, with the next step."""
    placed = buy(make_market())
    expire_orders(now=run_out(placed))
    assert client.get(pay_path(placed.order_id))["Location"].startswith("/orders/")
    page = client.get(order_path(placed.order_id, placed.code)).content.decode()
    assert "The time to pay has run out" in page


def test_an_order_is_seen_by_its_signed_link_and_by_nobody_else(client: Client) -> None:
    """Femi the stranger sees no order, pays none, and learns nothing from a wrong signature."""
    placed = buy_and_pay(make_market())
    assert client.get(order_path(placed.order_id, placed.code)).status_code == 200
    for path in (
        f"/orders/{placed.code}/",
        f"/orders/{placed.code}/?k={'0' * 32}",
        f"/buy/pay/{placed.order_id}/?k={'0' * 32}",
        f"/buy/return/{placed.order_id}/",
        f"/orders/{new_id().hex[:10]}/",
    ):
        assert client.get(path).status_code == 404, path


def test_the_order_page_takes_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    """However much there is in the town."""
    placed = buy_and_pay(make_market())
    for _ in range(3):
        buy_and_pay(make_market())
    with django_assert_max_num_queries(12):
        client.get(order_path(placed.order_id, placed.code))


def test_the_buy_sheet_takes_a_fixed_number_of_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    """The sheet of the hot product is cheap: goods, offer (with what the room closed), who buys, where it goes."""
    market = make_market()
    with django_assert_max_num_queries(9):
        client.get(f"/buy/{market.counter.variant}/")


def test_a_buyer_calls_an_unpaid_order_off(client: Client) -> None:
    """By the signed link, by form; a paid order stays as it is."""
    market = make_market(stock=1)
    placed = buy(market)
    path = order_path(placed.order_id, placed.code).replace("/?", "/cancel/?")
    assert client.post(path).status_code == 302
    assert row(placed).state == OrderState.CANCELLED
    assert market.free() == 1


def signed_in(client: Client, actor: Any, role: Role, *, operator: bool = False) -> Client:
    """Sign somebody in who works for an actor."""
    user = User.objects.create_user(email=f"{new_id().hex}@example.com", is_staff=operator)
    if actor is not None:
        join_actor(user.id, actor, role)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_seller_sees_what_was_sold_and_calls_it_off(client: Client) -> None:
    """Amina's desk lists her orders; calling off gives the money back, with a reason."""
    market = make_market(stock=2)
    placed = buy_and_pay(market)
    signed_in(client, market.counter.amina, Role.MAKER)
    assert placed.code in client.get("/desk/orders/?state=paid").content.decode()
    page = client.get(f"/desk/orders/{placed.code}/")
    assert page.status_code == 200
    assert client.post(f"/desk/orders/{placed.code}/cancel/", {"reason": ""}).status_code == 422
    assert client.post(f"/desk/orders/{placed.code}/cancel/", {"reason": "cracked"}).status_code == 302
    assert row(placed).state == OrderState.REFUNDED
    assert market.free() == 2


def test_a_seller_gives_a_part_back(client: Client) -> None:
    """An amount that is more than what is left, or no amount, is refused beside its field."""
    market = make_market()
    placed = buy_and_pay(market)
    signed_in(client, market.counter.amina, Role.MAKER)
    url = f"/desk/orders/{placed.code}/refund/"
    assert client.post(url, {"amount": "nothing", "reason": "x"}).status_code == 422
    assert client.post(url, {"amount": "9999", "reason": "x"}).status_code == 409
    assert client.post(url, {"amount": "10.50", "reason": "chipped"}).status_code == 302
    assert row(placed).refunded_minor == 1_050
    assert check_orders() == []


def test_a_stranger_is_refused_at_every_desk(client: Client) -> None:
    """Femi works elsewhere: no order of Amina's, no payments, no buttons of the demo."""
    open_market = make_market()
    placed = buy_and_pay(open_market)
    desk = f"/desk/orders/{placed.code}/"
    assert client.get("/desk/orders/").status_code == 302
    assert client.get(desk).status_code == 403
    signed_in(client, open_market.counter.femi, Role.MAKER)
    assert placed.code not in client.get("/desk/orders/").content.decode()
    for method, path in (
        ("get", desk),
        ("post", f"{desk}cancel/"),
        ("post", f"{desk}refund/"),
        ("post", f"{desk}deliver-now/"),
        ("post", f"{desk}end-window/"),
        ("get", "/desk/payments/"),
        ("get", "/desk/payments/statement/"),
    ):
        assert getattr(client, method)(path).status_code in (403, 404), path
    assert row(placed).state == OrderState.PAID


def test_the_operator_looks_after_cases_and_books_statements(client: Client, sim: SimProcess) -> None:
    """Cases stand with what to do and are closed with what was done; the sandbox's statement is booked."""
    market = make_market()
    url = f"/buy/{market.counter.variant}/"
    approve(client.post(url, filled(client.get(url).content.decode()))["Location"])
    order = Order.objects.unscoped("a test").get()
    client.get(return_path(order.id))
    operator = signed_in(Client(), None, Role.STAFF, operator=True)
    assert operator.get("/desk/payments/").status_code == 200
    booked = operator.post("/desk/payments/statement/", {"fetch": "1"}).content.decode()
    assert "1 lines booked" in booked
    assert operator.get(f"/desk/orders/{order.code}/").status_code == 200
    assert order.code in operator.get("/desk/payments/orders/").content.decode()
    assert check_orders() == []


def test_pages_speak_chinese(client: Client) -> None:
    """The sheet and the order page are in Chinese for who asks so."""
    market = make_market()
    placed = buy_and_pay(market)
    client.cookies["django_language"] = "zh-hans"
    assert "青瓷茶碗" in client.get(f"/buy/{market.counter.variant}/").content.decode()
    assert client.get(order_path(placed.order_id, placed.code)).status_code == 200
