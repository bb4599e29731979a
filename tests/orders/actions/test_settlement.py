"""The gateway's settlement statement: booked line by line, once; what does not fit is told."""

import pytest

from millstream.kernel.clock import read_now
from millstream.ledger.api import balance
from millstream.ledger.types import AccountKey, Purpose
from millstream.orders.actions.end_refund import fail_refund
from millstream.orders.api import ask_refund, settle_gateway_statement
from millstream.orders.models import Payment, PaymentCase, Refund
from millstream.orders.refusals import BadStatement
from millstream.orders.types import CaseKind, OrderPlaced, RefundState
from tests.orders.actions.test_settle_orders import prove
from tests.orders.market import buy_and_pay, make_market

pytestmark = pytest.mark.django_db(transaction=True)

STATEMENT = "kind,id,session,reference,amount_minor,fee_minor,net_minor,currency,at\n"


def test_a_settlement_statement_is_booked_once_and_breaks_are_told() -> None:
    """Bank and fee are booked against the gateway, line by line and once; a strange line becomes a case."""
    placed = buy_and_pay(make_market())
    capture = Payment.objects.get(id=placed.payment_id).capture
    text = (
        f"{STATEMENT}capture,{capture},{placed.payment_id},x,{placed.total_minor},82,0,CNY,2026-11-21T10:00:00+00:00\n"
        "capture,strange,none,x,100,1,99,CNY,2026-11-21T10:00:00+00:00\n"
    )
    settled = settle_gateway_statement(text, now=read_now())
    assert (settled.booked, settled.known, settled.breaks, settled.fee_minor) == (1, 0, 1, {"CNY": 82})
    assert balance(AccountKey(Purpose.BANK, None, "CNY")) == placed.total_minor - 82
    assert balance(AccountKey(Purpose.GATEWAY, None, "CNY")) == 0
    assert balance(AccountKey(Purpose.GATEWAY_FEE, None, "CNY")) == 82
    again = settle_gateway_statement(text, now=read_now())
    assert (again.booked, again.known, again.breaks) == (0, 1, 1)
    assert PaymentCase.objects.filter(kind=CaseKind.STATEMENT_BREAK).count() == 1
    prove()


def test_a_statement_that_cannot_be_read_books_nothing() -> None:
    """A file without the columns, or with a broken line, is refused by its line."""
    with pytest.raises(BadStatement) as refused:
        settle_gateway_statement("a,b\n1,2\n", now=read_now())
    assert refused.value.facts == {"line": 1}
    with pytest.raises(BadStatement) as refused:
        settle_gateway_statement(f"{STATEMENT}capture,x,s,r,12.5,0,0,CNY,2026-11-21T10:00:00+00:00\n", now=read_now())
    assert refused.value.facts == {"line": 2}


def test_a_refund_that_was_refused_is_not_settled() -> None:
    """The gateway says that it gave back what it had refused to: a break, and nothing is booked."""
    placed = buy_and_pay(make_market())
    refund = ask_refund(placed.order_id, amount_minor=500, reason="scratched", by=None, now=read_now())
    fail_refund(refund, reason="refused", now=read_now())
    settled = settle_gateway_statement(STATEMENT + refund_line(refund, placed, -500), now=read_now())
    assert (settled.booked, settled.breaks) == (0, 1)
    assert balance(AccountKey(Purpose.GATEWAY, None, "CNY")) == placed.total_minor
    assert the_break().detail["why"] == "refused"
    prove()


def test_a_settled_refund_is_done_even_if_nobody_told() -> None:
    """The statement is the gateway's word that the money went back: it is not sent again."""
    placed = buy_and_pay(make_market())
    refund = ask_refund(placed.order_id, amount_minor=500, reason="scratched", by=None, now=read_now())
    settled = settle_gateway_statement(STATEMENT + refund_line(refund, placed, -500), now=read_now())
    assert (settled.booked, settled.breaks) == (1, 0)
    assert Refund.objects.get(id=refund).state == RefundState.DONE
    prove()


def test_a_line_seen_again_with_another_fee_is_one_break_and_the_others_are_booked() -> None:
    """What was booked stays as it was; the rest of the file is booked all the same."""
    market = make_market()
    first, second = buy_and_pay(market), buy_and_pay(market)
    assert settle_gateway_statement(STATEMENT + capture_line(first, fee=82), now=read_now()).booked == 1
    text = STATEMENT + capture_line(first, fee=83) + capture_line(second, fee=82)
    settled = settle_gateway_statement(text, now=read_now())
    assert (settled.booked, settled.known, settled.breaks, settled.fee_minor) == (1, 0, 1, {"CNY": 82})
    assert the_break().detail["why"] == "other_terms"
    assert balance(AccountKey(Purpose.GATEWAY, None, "CNY")) == 0
    prove()


@pytest.mark.parametrize("right_first", [True, False])
def test_two_lines_under_one_id_with_other_amounts_are_one_break(right_first: bool) -> None:
    """The line that says what we booked is booked, wherever it stands; the other one is told."""
    placed = buy_and_pay(make_market())
    lines = [capture_line(placed), capture_line(placed, more=5)]
    text = STATEMENT + "".join(lines if right_first else reversed(lines))
    settled = settle_gateway_statement(text, now=read_now())
    assert (settled.booked, settled.breaks) == (1, 1)
    assert the_break().detail["why"] == "other_amount"
    assert balance(AccountKey(Purpose.GATEWAY, None, "CNY")) == 0
    prove()


def test_one_line_twice_in_a_file_is_booked_once_and_with_another_fee_is_a_break() -> None:
    """The same words twice are one line; with other words the first counts."""
    placed = buy_and_pay(make_market())
    twice = settle_gateway_statement(STATEMENT + 2 * capture_line(placed), now=read_now())
    assert (twice.booked, twice.breaks, twice.fee_minor) == (1, 0, {"CNY": 82})
    other = buy_and_pay(make_market())
    text = STATEMENT + capture_line(other) + capture_line(other, fee=90)
    settled = settle_gateway_statement(text, now=read_now())
    assert (settled.booked, settled.breaks, settled.fee_minor) == (1, 1, {"CNY": 82})
    prove()


def capture_line(placed: OrderPlaced, *, fee: int = 82, more: int = 0) -> str:
    """The statement's line about a capture."""
    capture = Payment.objects.get(id=placed.payment_id).capture
    minor = placed.total_minor + more
    return f"capture,{capture},{placed.payment_id},x,{minor},{fee},0,CNY,2026-11-21T10:00:00+00:00\n"


def refund_line(refund: object, placed: OrderPlaced, minor: int) -> str:
    """The statement's line about a refund."""
    return f"refund,{refund},{placed.payment_id},x,{minor},0,0,CNY,2026-11-21T10:00:00+00:00\n"


def the_break() -> PaymentCase:
    """The one line that fits nothing."""
    return PaymentCase.objects.get(kind=CaseKind.STATEMENT_BREAK)
