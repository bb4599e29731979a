"""Taking what the gateway tells."""

from dataclasses import replace

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.ledger.api import balance, check_books, subject_balance
from millstream.ledger.types import AccountKey, Purpose
from millstream.logistics.api import parcels_of_order
from millstream.orders.api import cancel_order, capture_payments, check_orders, expire_orders, place_order
from millstream.orders.models import GatewayEvent, Payment, PaymentCase, Refund
from millstream.orders.types import CaseKind, OrderState, PaymentState, RefundState, Verdict
from millstream.shops.api import check_stock
from tests.orders.market import Market, buy, captured, make_market, pay, row, run_out, wish

pytestmark = pytest.mark.django_db(transaction=True)


def owed_by_gateway() -> int:
    """What the gateway owes us, on all accounts together."""
    return balance(AccountKey(Purpose.GATEWAY, None, "CNY"))


def prove() -> None:
    """Everything adds up."""
    assert check_orders() == []
    assert check_books() == []
    assert check_stock() == []


def sell_out(market: Market) -> None:
    """Somebody else buys what is free."""
    pay(buy(market, quantity=market.free()))


def test_a_capture_in_time_sells_the_stock_and_puts_the_money_in_escrow() -> None:
    """A captured payment claims the hold, books the total into escrow, opens a parcel and pays the order."""
    market = make_market(stock=3)
    placed = buy(market)
    assert pay(placed) is Verdict.PAID
    order = row(placed)
    assert (order.state, order.paid_at is not None) == (OrderState.PAID, True)
    assert subject_balance(Purpose.ESCROW, placed.order_id) == placed.total_minor
    assert owed_by_gateway() == placed.total_minor
    assert len(parcels_of_order(placed.order_id)) == 1
    assert market.free() == 2
    prove()


def test_a_message_that_comes_again_changes_nothing() -> None:
    """The same message three times in one batch and once later books once; so does another message of it."""
    market = make_market()
    placed = buy(market)
    notice = captured(placed, event="evt_1")
    assert capture_payments([notice] * 3, now=read_now()) == [Verdict.PAID, Verdict.DUPLICATE, Verdict.DUPLICATE]
    assert capture_payments([notice, captured(placed)], now=read_now()) == [Verdict.DUPLICATE] * 2
    assert owed_by_gateway() == placed.total_minor
    assert GatewayEvent.objects.get(event_id="evt_1").verdict == Verdict.PAID
    prove()


def test_messages_out_of_order_come_to_the_same() -> None:
    """A pending or declined message after the capture leaves the order paid."""
    placed = buy(make_market())
    pay(placed)
    late = [replace(captured(placed), kind=kind, event_id=f"evt_{kind}") for kind in ("pending", "declined")]
    assert capture_payments(late, now=read_now()) == [Verdict.NOTED, Verdict.DECLINED]
    assert row(placed).state == OrderState.PAID
    assert Payment.objects.get(id=placed.payment_id).state == PaymentState.CAPTURED
    prove()


def test_a_decline_leaves_the_order_waiting() -> None:
    """A declined payment is written down; the hold goes on and the order may be paid another time."""
    placed = buy(make_market())
    assert capture_payments([replace(captured(placed), kind="declined")], now=read_now()) == [Verdict.DECLINED]
    assert row(placed).state == OrderState.PLACED
    assert Payment.objects.get(id=placed.payment_id).state == PaymentState.DECLINED
    prove()


@pytest.mark.parametrize("swept", [True, False])
def test_a_late_capture_is_honoured_when_the_goods_are_still_there(swept: bool) -> None:
    """Money that comes after the hold ran out buys the goods if they can be held again."""
    market = make_market(stock=1)
    placed = buy(market)
    now = run_out(placed)
    if swept:
        assert expire_orders(now=now) == [placed.order_id]
    assert pay(placed, now=now) is Verdict.HONOURED_LATE
    assert row(placed).state == OrderState.PAID
    assert market.free() == 0
    prove()


def test_a_late_capture_for_goods_that_are_gone_is_booked_and_given_back() -> None:
    """Money that comes too late is booked as unallocated, refunded by itself, and put before its owner."""
    market = make_market(stock=1)
    placed = buy(market)
    now = run_out(placed)
    expire_orders(now=now)
    sell_out(market)
    assert pay(placed, now=now) is Verdict.LATE
    assert row(placed).state == OrderState.EXPIRED
    refund = Refund.objects.get(payment_id=placed.payment_id)
    assert (refund.amount_minor, refund.state) == (placed.total_minor, RefundState.ASKED)
    assert subject_balance(Purpose.UNALLOCATED, placed.payment_id) == 0
    case = PaymentCase.objects.get(payment_id=placed.payment_id)
    assert (case.kind, case.owner_id) == (CaseKind.LATE_PAYMENT, conf().platform_actor)
    prove()


def test_a_second_payment_for_an_order_is_given_back() -> None:
    """Two tabs, two real payments: the second is booked apart and refunded, in one batch or later."""
    market = make_market(stock=2)
    placed = buy(market)
    other = new_id()
    Payment.objects.create(
        id=other,
        order_id=placed.order_id,
        gateway="sandbox",
        amount_minor=placed.total_minor,
        currency="CNY",
        opened_at=read_now(),
        ask_at=read_now(),
    )
    notices = [captured(placed), captured(placed, payment=other)]
    assert capture_payments(notices, now=read_now()) == [Verdict.PAID, Verdict.SECOND]
    assert Refund.objects.get().payment_id == other
    assert PaymentCase.objects.get().kind == CaseKind.SECOND_PAYMENT
    assert subject_balance(Purpose.ESCROW, placed.order_id) == placed.total_minor
    prove()


@pytest.mark.parametrize(("amount", "currency"), [(1, "CNY"), (None, "JPY")])
def test_a_wrong_amount_or_currency_pays_nothing(amount: int | None, currency: str) -> None:
    """What was captured is booked as it came and given back; the order still waits for its money."""
    placed = buy(make_market())
    notice = replace(captured(placed, amount=amount), currency=currency)
    assert capture_payments([notice], now=read_now()) == [Verdict.WRONG_AMOUNT]
    assert row(placed).state == OrderState.PLACED
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.currency) == (notice.amount_minor, currency)
    assert PaymentCase.objects.get().kind == CaseKind.WRONG_AMOUNT
    prove()


def test_money_in_a_session_that_nobody_opened_is_kept_and_told() -> None:
    """Unknown money is booked once as unallocated and becomes a case; it does not go back by itself."""
    placed = buy(make_market())
    notice = captured(placed, payment=new_id())
    strange = replace(notice, session="not-ours", event_id="evt_strange")
    verdicts = capture_payments([notice, strange, notice], now=read_now())
    assert verdicts == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.DUPLICATE]
    assert balance(AccountKey(Purpose.UNALLOCATED, None, "CNY")) == 2 * placed.total_minor
    assert PaymentCase.objects.filter(kind=CaseKind.UNKNOWN_SESSION).count() == 2
    assert not Refund.objects.exists()
    prove()


def test_a_capture_for_a_cancelled_order_is_given_back() -> None:
    """An order that was called off stays so; money that comes for it goes back."""
    placed = buy(make_market())
    cancel_order(placed.order_id, reason="changed my mind", by=conf().platform_actor, now=read_now())
    assert pay(placed) is Verdict.LATE
    assert row(placed).state == OrderState.CANCELLED
    assert Refund.objects.get().amount_minor == placed.total_minor
    prove()


def test_many_captures_in_one_batch_each_come_to_their_own() -> None:
    """A batch of captures in time, late, twice and unknown: each gets its verdict, all of it adds up."""
    market = make_market(stock=4)
    orders = [place_order(wish(market), now=read_now()) for _ in range(4)]
    now = run_out(orders[0])
    fresh = place_order(wish(market), now=now)  # takes what the run-out holds free
    notices = [captured(placed) for placed in [*orders, fresh]]
    verdicts = capture_payments([*notices, notices[-1]], now=now)
    assert verdicts == [*[Verdict.HONOURED_LATE] * 3, Verdict.LATE, Verdict.PAID, Verdict.DUPLICATE]
    assert market.free() == 0
    prove()
