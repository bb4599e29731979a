"""Refunds that the gateway refuses: where their money is, and how it goes on from there."""

from datetime import timedelta
from uuid import UUID

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.ledger.api import balance, subject_balance
from millstream.ledger.types import AccountKey, Purpose
from millstream.orders.actions import send_refunds as sending
from millstream.orders.actions.end_refund import end_refunds, fail_refund
from millstream.orders.api import (
    ask_refund,
    cancel_order,
    capture_payments,
    check_orders,
    close_case,
    expire_orders,
    release_escrow,
    send_refunds,
)
from millstream.orders.models import PaymentCase, Refund, RefundShare
from millstream.orders.ports import GatewayRefused
from millstream.orders.refusals import CaseHoldsMoney, NotKept, NotRefundable
from millstream.orders.types import CaseEnd, CaseKind, Notice, OrderPlaced, OrderState, RefundState, Verdict
from tests.orders.actions.test_settle_orders import payable, prove, released, spend
from tests.orders.market import Market, arrive, buy, buy_and_pay, captured, leave, make_market, reach, row, run_out

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refused_refund_lies_apart_until_its_case_says_what_becomes_of_it() -> None:
    """Its money is neither the sale's nor the makers': it waits under its payment, and somebody owns the case."""
    placed = buy_and_pay(make_market())
    refund = ask_refund(placed.order_id, amount_minor=500, reason="scratched", by=None, now=read_now())
    fail_refund(refund, reason="closed account", now=read_now())
    fail_refund(refund, reason="closed account", now=read_now())
    assert subject_balance(Purpose.ESCROW, placed.order_id) == placed.total_minor - 500
    assert apart(placed) == 500
    assert row(placed).refunded_minor == 500
    case = the_case()
    assert (case.kind, case.owner_id, case.order_id) == (CaseKind.REFUND_FAILED, conf().platform_actor, placed.order_id)
    prove()
    with pytest.raises(CaseHoldsMoney):
        close_case(case.id, resolution="nothing", by=conf().platform_actor, now=read_now())
    assert the_case().id == case.id


def test_a_refused_refund_is_asked_for_again_under_a_new_id() -> None:
    """The new one has the old one's amount and shares; refused again it opens a new case; done, nothing is left."""
    placed = buy_and_pay(make_market())
    first = refused(placed, 500)
    end(CaseEnd.AGAIN)
    second = Refund.objects.get(replaces_id=first)
    assert (second.state, second.amount_minor) == (RefundState.ASKED, 500)
    assert shares_of(second.id) == shares_of(first)
    assert Refund.objects.get(id=first).state == RefundState.AGAIN
    assert (apart(placed), row(placed).refunded_minor) == (0, 500)
    prove()
    fail_refund(second.id, reason="still closed", now=read_now())
    end(CaseEnd.AGAIN)
    third = Refund.objects.get(replaces_id=second.id)
    sent(third.id)
    assert Refund.objects.get(id=third.id).state == RefundState.DONE
    assert not PaymentCase.objects.filter(closed_at__isnull=True).exists()
    prove()


def test_a_refund_refused_after_release_leaves_nothing_in_escrow_and_takes_nothing_twice() -> None:
    """Asked before release, refused after it: the makers keep what they got, asking again takes nothing of it."""
    market = make_market()
    placed = buy_and_pay(market)
    now = arrive(placed)
    refund = ask_refund(placed.order_id, amount_minor=500, reason="scratched", by=None, now=read_now())
    assert release_escrow(now=now + timedelta(seconds=conf().return_window_seconds)) == [placed.order_id]
    due = everybody(market)
    fail_refund(refund, reason="refused", now=read_now())
    assert (subject_balance(Purpose.ESCROW, placed.order_id), apart(placed)) == (0, 500)
    prove()
    end(CaseEnd.AGAIN)
    assert everybody(market) == due
    assert (subject_balance(Purpose.ESCROW, placed.order_id), apart(placed)) == (0, 0)
    prove()


def test_the_sale_keeps_a_refused_refund_after_release_each_their_own_part() -> None:
    """The buyer does not want it any more: everybody has what they would have had without the refund."""
    market = make_market()
    released(market)
    whole = everybody(market)
    second = buy_and_pay(market)
    now = arrive(second)
    refund = ask_refund(second.order_id, amount_minor=777, reason="scratched", by=None, now=read_now())
    release_escrow(now=now + timedelta(seconds=conf().return_window_seconds))
    fail_refund(refund, reason="refused", now=read_now())
    end(CaseEnd.KEPT)
    assert everybody(market) == [2 * minor for minor in whole]
    assert (row(second).refunded_minor, apart(second)) == (0, 0)
    prove()


def test_the_sale_keeps_a_refused_refund_before_release_in_escrow() -> None:
    """It is the order's money again, and can be given back again."""
    placed = buy_and_pay(make_market())
    refused(placed, 500)
    end(CaseEnd.KEPT)
    assert subject_balance(Purpose.ESCROW, placed.order_id) == placed.total_minor
    assert row(placed).refunded_minor == 0
    prove()
    ask_refund(placed.order_id, amount_minor=placed.total_minor, reason="after all", by=None, now=read_now())
    assert row(placed).state == OrderState.REFUNDED
    prove()


def test_a_delivered_order_whose_whole_refund_is_refused_and_kept_is_released() -> None:
    """The order goes on where its parcel is: delivered, and paid out when its window is over."""
    market = make_market()
    placed = buy_and_pay(market)
    now = arrive(placed)
    refused(placed, None)
    over = now + timedelta(seconds=conf().return_window_seconds)
    assert (row(placed).state, release_escrow(now=over)) == (OrderState.REFUNDED, [])
    assert subject_balance(Purpose.ESCROW, placed.order_id) == 0
    prove()
    end(CaseEnd.KEPT)
    assert row(placed).state == OrderState.DELIVERED
    assert release_escrow(now=over) == [placed.order_id]
    assert payable(market.counter.amina) == 11_520
    prove()


def test_an_order_refunded_on_its_way_goes_on_where_its_parcel_came_to_when_the_sale_keeps_the_money() -> None:
    """The parcel arrived while the order was refunded: its window runs from that arrival."""
    market = make_market()
    placed = buy_and_pay(market)
    leave(market, placed)
    refused(placed, None)
    assert row(placed).state == OrderState.REFUNDED
    now = reach(placed)
    hear_all()
    assert row(placed).state == OrderState.REFUNDED
    end(CaseEnd.KEPT)
    assert (row(placed).state, row(placed).delivered_at) == (OrderState.DELIVERED, now)
    prove()


def test_the_sale_cannot_keep_the_money_of_goods_that_are_with_their_maker() -> None:
    """Called off and refused: the buyer has nothing, so the money can only go back."""
    market = make_market(stock=1)
    placed = buy_and_pay(market)
    cancel_order(placed.order_id, reason="cracked", by=market.counter.amina, now=read_now())
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    with pytest.raises(NotKept):
        end(CaseEnd.KEPT)
    end(CaseEnd.BY_HAND)
    assert balance(AccountKey(Purpose.BANK, None, "CNY")) == -placed.total_minor
    assert (apart(placed), row(placed).state) == (0, OrderState.REFUNDED)
    assert Refund.objects.get().state == RefundState.BY_HAND
    prove()


def test_a_refund_refused_after_its_debt_was_settled_ends_and_is_told() -> None:
    """The maker was paid out, owed the refund and settled it from a later sale: refusing it still works."""
    market = make_market()
    placed = released(market)
    spend(market.counter.amina, 11_000)
    refund = ask_refund(placed.order_id, amount_minor=None, reason="returned", by=None, now=read_now())
    released(market)
    assert (payable(market.counter.amina), payable(market.counter.amina, Purpose.DEBT)) == (520, 0)
    fail_refund(refund, reason="refused", now=read_now())
    assert Refund.objects.get(id=refund).state == RefundState.FAILED
    assert the_case().kind == CaseKind.REFUND_FAILED
    prove()
    end(CaseEnd.KEPT)
    assert (payable(market.counter.amina), row(placed).state) == (12_040, OrderState.RELEASED)
    prove()


def test_one_refund_that_goes_wrong_never_keeps_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's adapter breaks at the first: the second is sent, and the job still tells what broke."""
    market = make_market()
    bad, good = (
        ask_refund(buy_and_pay(market).order_id, amount_minor=100, reason="r", by=None, now=read_now())
        for _ in range(2)
    )
    monkeypatch.setattr(sending, "gateway_port", lambda: Gate(broken={bad}))
    with pytest.raises(ExceptionGroup) as told:
        send_refunds(now=read_now())
    assert [str(error) for error in told.value.exceptions] == ["no such thing"]
    states = dict(Refund.objects.values_list("id", "state"))
    assert (states[bad], states[good]) == (RefundState.ASKED, RefundState.DONE)


def test_late_money_whose_refund_is_refused_is_asked_for_again() -> None:
    """Money that pays nothing waits apart with a case, and goes back on the second try."""
    placed = too_late()
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    assert apart(placed) == placed.total_minor
    prove()
    with pytest.raises(NotRefundable):
        ask_refund(placed.order_id, amount_minor=None, reason="again", by=None, now=read_now())
    with pytest.raises(NotKept):
        end(CaseEnd.KEPT)
    end(CaseEnd.AGAIN)
    sent(Refund.objects.get(state=RefundState.ASKED).id)
    assert apart(placed) == 0
    prove()


def test_a_second_payment_and_a_wrong_amount_can_be_asked_for_again_too() -> None:
    """Each refused refund of money that pays nothing stands by itself."""
    market = make_market()
    placed = buy(market)
    wrong = captured(placed, amount=placed.total_minor + 1)
    assert capture_payments([wrong], now=read_now()) == [Verdict.WRONG_AMOUNT]
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    assert apart(placed) == placed.total_minor + 1
    end(CaseEnd.AGAIN)
    assert apart(placed) == 0
    prove()


def test_money_of_a_session_that_nobody_opened_is_given_back_where_it_came_in() -> None:
    """Its case does not close without the money; saying that the gateway gave it back books that."""
    unknown = Notice(
        event_id="evt_strange",
        kind="captured",
        session=str(new_id()),
        amount_minor=700,
        currency="CNY",
        fee_minor=0,
        capture="cap-strange",
        raw="{}",
    )
    make_market()
    assert capture_payments([unknown], now=read_now()) == [Verdict.UNKNOWN]
    assert balance(AccountKey(Purpose.UNALLOCATED, None, "CNY")) == 700
    with pytest.raises(CaseHoldsMoney):
        end(CaseEnd.CLOSED)
    prove()
    end(CaseEnd.AT_GATEWAY)
    assert balance(AccountKey(Purpose.UNALLOCATED, None, "CNY")) == 0
    prove()


def test_closing_a_case_behind_the_books_is_found() -> None:
    """Whoever closes the case of refused money past the action is told by `reconcile`."""
    placed = too_late()
    fail_refund(Refund.objects.get().id, reason="closed", now=read_now())
    PaymentCase.objects.update(closed_at=read_now(), resolution="forgotten")
    promises = [difference.promise for difference in check_orders()]
    assert promises == ["a refused refund is an open case, and unallocated money of a session nobody opened is too"]
    assert apart(placed) == placed.total_minor


class Gate:
    """A gateway that gives back, except what it refuses and what its adapter cannot do."""

    def __init__(self, *, broken: set[UUID] = frozenset(), refuses: set[UUID] = frozenset()) -> None:  # type: ignore[assignment]
        self.broken, self.refuses = broken, refuses

    async def refund(self, *, refund_id: UUID, payment_id: UUID, amount_minor: int, currency: str) -> None:
        """Answer for one refund."""
        assert amount_minor > 0, (payment_id, currency)
        if refund_id in self.broken:
            raise RuntimeError("no such thing")
        if refund_id in self.refuses:
            raise GatewayRefused("more than what is left")


def refused(placed: OrderPlaced, minor: int | None) -> UUID:
    """Ask for a refund that the gateway refuses."""
    refund = ask_refund(placed.order_id, amount_minor=minor, reason="scratched", by=None, now=read_now())
    fail_refund(refund, reason="refused", now=read_now())
    return refund


def sent(refund: UUID) -> None:
    """The gateway says that it gave this money back."""
    assert end_refunds([refund], now=read_now()) == 1


def the_case() -> PaymentCase:
    """The case about money that waits to be given back."""
    waiting = (CaseKind.REFUND_FAILED, CaseKind.UNKNOWN_SESSION)
    return PaymentCase.objects.get(closed_at__isnull=True, kind__in=waiting)


def end(how: CaseEnd) -> None:
    """The owner of the case ends it."""
    said = "" if how is CaseEnd.AGAIN else "talked to Bo"
    assert close_case(the_case().id, resolution=said, by=conf().platform_actor, now=read_now(), end=how) is True


def apart(placed: OrderPlaced) -> int:
    """What waits under the payment of an order."""
    return subject_balance(Purpose.UNALLOCATED, placed.payment_id)


def everybody(market: Market) -> list[int]:
    """What is due to each who has a part in a sale."""
    got = [payable(actor) for actor in (market.counter.amina, market.counter.esi, market.park, market.platform)]
    return [*got, payable(market.platform, Purpose.CARRIAGE)]


def shares_of(refund: UUID) -> set[tuple[UUID, str, UUID, int]]:
    """The shares of a refund."""
    return set(RefundShare.objects.filter(refund=refund).values_list("line_id", "part", "actor_id", "amount_minor"))


def too_late() -> OrderPlaced:
    """Bo's money comes when the last bowl was sold to somebody else."""
    market = make_market(stock=1)
    late = buy(market)
    expire_orders(now=run_out(late))
    buy_and_pay(market)
    assert capture_payments([captured(late)], now=run_out(late)) == [Verdict.LATE]
    return late
