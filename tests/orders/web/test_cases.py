"""The pages of money that needs a hand: words instead of codes, and ends that move the money."""

import pytest
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.orders.actions.end_refund import fail_refund
from millstream.orders.api import ask_refund, capture_payments, check_orders, expire_orders, order_path
from millstream.orders.models import Order, PaymentCase, Refund
from millstream.orders.types import EndedWhy, OrderPlaced, RefundState
from millstream.people.types import Role
from tests.orders.market import buy, buy_and_pay, captured, make_market, row, run_out
from tests.orders.web.test_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refused_refund_is_asked_for_again_in_one_press() -> None:
    """The case offers it beside the other ends; pressing it needs no words and closes the case."""
    placed = refused()
    operator = signed_in(Client(), None, Role.STAFF, operator=True)
    page = operator.get("/desk/payments/").content.decode()
    for word in ("Ask for the refund again", "It was given back by hand", "The sale keeps it"):
        assert word in page
    assert "Close the case" not in page
    case = PaymentCase.objects.get()
    operator.post(f"/desk/payments/{case.id}/close/", {"end": "again"})
    assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.AGAIN, RefundState.ASKED}
    assert not PaymentCase.objects.filter(closed_at__isnull=True).exists()
    assert row(placed).refunded_minor == 500
    assert check_orders() == []


def test_the_other_ends_need_words_and_a_plain_close_is_refused() -> None:
    """Money never stays behind a closed case; nonsense changes nothing."""
    placed = refused()
    operator = signed_in(Client(), None, Role.STAFF, operator=True)
    case = PaymentCase.objects.get()
    for told in (
        {"end": "kept"},
        {"end": "by_hand", "resolution": "  "},
        {"end": "nonsense", "resolution": "x"},
        {"resolution": "x"},
        {"end": "at_gateway", "resolution": "x"},
    ):
        operator.post(f"/desk/payments/{case.id}/close/", told)
        assert Refund.objects.get().state == RefundState.FAILED, told
    said = operator.post(f"/desk/payments/{case.id}/close/", {"resolution": "x"}, follow=True).content.decode()
    assert "It closes by saying where the money goes" in said
    operator.post(f"/desk/payments/{case.id}/close/", {"end": "kept", "resolution": "Bo does not want it"})
    assert (Refund.objects.get().state, row(placed).refunded_minor) == (RefundState.KEPT, 0)
    assert check_orders() == []


def test_money_that_pays_no_order_is_offered_to_no_sale() -> None:
    """Late money can be asked for again or given back by hand."""
    market = make_market(stock=1)
    late = buy(market)
    expire_orders(now=run_out(late))
    buy_and_pay(market)
    capture_payments([captured(late)], now=run_out(late))
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    page = signed_in(Client(), None, Role.STAFF, operator=True).get("/desk/payments/").content.decode()
    assert "Ask for the refund again" in page
    assert "The sale keeps it" not in page


def test_the_maker_reads_words_and_no_codes() -> None:
    """The maker's order page says what happened to the money, in the maker's language."""
    placed = refused()
    client = signed_in(Client(), row(placed).seller_id, Role.MAKER)
    page = client.get(f"/desk/orders/{placed.code}/").content.decode()
    assert "refund_failed" not in page
    assert "Money could not be given back to the buyer by the gateway" in page
    client.cookies["django_language"] = "zh-hans"
    assert "网关未能把钱退给买家" in client.get(f"/desk/orders/{placed.code}/").content.decode()


@pytest.mark.parametrize(
    ("why", "said"),
    [(EndedWhy.LOST, "Your parcel was lost."), (EndedWhy.CAME_BACK, "Your parcel could not be delivered.")],
)
def test_the_buyer_reads_why_the_money_comes_back(why: EndedWhy, said: str) -> None:
    """The order's page says what became of the parcel."""
    placed = buy_and_pay(make_market())
    ask_refund(placed.order_id, amount_minor=None, reason="x", by=None, now=read_now())
    Order.objects.unscoped("a test").update(ended_why=why.value)
    assert said in Client().get(order_path(placed.order_id, placed.code)).content.decode()


def refused() -> OrderPlaced:
    """An order of which a part was asked back, and the gateway refused."""
    placed = buy_and_pay(make_market())
    refund = ask_refund(placed.order_id, amount_minor=500, reason="chipped", by=None, now=read_now())
    fail_refund(refund, reason="closed", now=read_now())
    return placed
