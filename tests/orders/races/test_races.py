"""Two connections at once: what one row decides, whoever comes first."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.refusals import Refusal
from millstream.ledger.api import check_books
from millstream.orders.api import (
    ask_refund,
    cancel_order,
    capture_payments,
    check_orders,
    expire_orders,
    place_order,
    place_orders,
    release_escrow,
)
from millstream.orders.models import Order, Refund
from millstream.orders.refusals import TillAway, TillFull
from millstream.orders.till.till import Till
from millstream.orders.types import Notice, OrderPlaced, OrderState, Verdict
from millstream.shops.api import check_stock
from millstream.shops.refusals import SoldOut
from tests.orders.market import again, arrive, buy, buy_and_pay, captured, make_market, row, run_out, wish

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do these at the same moment, each on a connection of its own; results or the errors they raised."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[place] = act()
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def tell(notice: Notice, now: datetime) -> Verdict:
    """Take one notice."""
    return capture_payments([notice], now=now)[0]


def prove() -> None:
    """Everything adds up."""
    assert check_orders() == []
    assert check_books() == []
    assert check_stock() == []


def kinds(answers: Sequence[Any]) -> list[type]:
    """What came out, in a fixed order."""
    return sorted((type(answer) for answer in answers), key=lambda kind: kind.__name__)


def test_the_last_unit_is_sold_once_by_two_tills() -> None:
    """Two batches of two wishes each for three units: three orders, one refusal, never a fourth."""
    market = make_market(stock=3)
    batches = [[wish(market) for _ in range(2)] for _ in range(2)]
    answers = at_once(*(partial(place_orders, batch, now=read_now()) for batch in batches))
    flat = [answer for batch in answers for answer in batch]
    assert kinds(flat) == [OrderPlaced, OrderPlaced, OrderPlaced, SoldOut]
    assert market.free() == 0
    prove()


def test_the_same_wish_at_two_tills_is_one_order() -> None:
    """A retry that overtakes the first try: both are answered with the one order."""
    market = make_market(stock=5)
    first = wish(market, key="same")
    tills = [Till(gather_seconds=0), Till(gather_seconds=0)]
    answers = at_once(*(partial(till.submit, asked) for till, asked in zip(tills, [first, again(first)], strict=True)))
    for till in tills:
        till.stop()
    assert [type(answer) for answer in answers] == [OrderPlaced, OrderPlaced], answers
    assert answers[0].order_id == answers[1].order_id
    assert market.free() == 4
    prove()


def test_one_capture_told_twice_at_once_is_booked_once() -> None:
    """Webhook and return page race: one pays, the other finds it paid."""
    placed = buy(make_market())
    notices = [captured(placed), captured(placed)]
    answers = at_once(*(partial(tell, notice, read_now()) for notice in notices))
    assert sorted(answers) == [Verdict.DUPLICATE, Verdict.PAID]
    prove()


def test_a_capture_races_the_sweep_and_the_order_is_paid_either_way() -> None:
    """The money comes in the moment the hold runs out: claimed before, or held again after."""
    for _ in range(5):
        placed = buy(make_market(stock=1))
        now = run_out(placed)
        answers = at_once(partial(tell, captured(placed), now), partial(expire_orders, now=now))
        assert answers[0] is Verdict.HONOURED_LATE, answers
        assert row(placed).state == OrderState.PAID
        prove()


def test_a_capture_races_a_cancel_and_no_money_is_lost() -> None:
    """Either the order is paid and then given back, or cancelled and the money given back at once."""
    for _ in range(5):
        market = make_market(stock=1)
        placed = buy(market)
        answers = at_once(
            partial(tell, captured(placed), read_now()),
            partial(cancel_order, placed.order_id, reason="race", by=market.counter.amina, now=read_now()),
        )
        assert answers[0] in (Verdict.PAID, Verdict.LATE), answers
        assert answers[1] is None, answers
        assert Refund.objects.filter(payment_id=placed.payment_id).count() == 1
        assert row(placed).state in (OrderState.REFUNDED, OrderState.CANCELLED)
        prove()


def test_two_sweeps_release_an_order_once() -> None:
    """Two workers at the same order: one entry."""
    placed = buy_and_pay(make_market())
    arrive(placed)
    due = row(placed).releasable_at
    assert due is not None
    answers = at_once(lambda: release_escrow(now=due), lambda: release_escrow(now=due))
    assert sorted(map(len, answers)) == [0, 1]
    prove()


def test_a_release_races_a_refund_and_the_money_goes_one_way() -> None:
    """Either back out of escrow, or released and taken back from everybody; never both."""
    for _ in range(5):
        placed = buy_and_pay(make_market())
        arrive(placed)
        due = row(placed).releasable_at
        assert due is not None
        answers = at_once(
            partial(release_escrow, now=due),
            partial(ask_refund, placed.order_id, amount_minor=None, reason="race", by=None, now=read_now()),
        )
        assert not any(isinstance(answer, Exception) for answer in answers), answers
        assert row(placed).state == OrderState.REFUNDED
        prove()


def test_two_refunds_never_give_back_more_than_was_paid() -> None:
    """Two people press the button: one is refused."""
    placed = buy_and_pay(make_market())
    answers = at_once(
        *(
            lambda: ask_refund(placed.order_id, amount_minor=placed.total_minor, reason="both", by=None, now=read_now())
            for _ in range(2)
        )
    )
    assert sum(isinstance(answer, Refusal) for answer in answers) == 1
    prove()


def test_a_till_answers_every_wish_and_gathers_them() -> None:
    """Forty buyers at one till for thirty units: thirty orders in few transactions, ten refusals."""
    market = make_market(stock=30)
    till = Till(gather_seconds=0.05)
    answers = at_once(*(partial(till.submit, wish(market)) for _ in range(40)))
    till.stop()
    assert sum(isinstance(answer, OrderPlaced) for answer in answers) == 30
    assert sum(isinstance(answer, SoldOut) for answer in answers) == 10
    prove()


def test_a_wish_that_breaks_the_database_is_refused_alone() -> None:
    """A wish whose row cannot be written fails its batch; the others are placed one by one."""
    market = make_market(stock=5)
    standing = place_order(wish(market), now=read_now())
    broken = replace(wish(market), order_id=standing.order_id)  # its id is taken: the insert fails
    till = Till(gather_seconds=0.1)
    answers = at_once(*(partial(till.submit, asked) for asked in (wish(market), broken, wish(market))))
    till.stop()
    assert [type(answer) for answer in answers] == [OrderPlaced, TillAway, OrderPlaced]
    assert Order.objects.unscoped("a test").count() == 3
    prove()


def test_a_full_till_refuses_with_a_time() -> None:
    """More than the queue takes is refused at once, with when to come again."""
    market = make_market(stock=5)
    till = Till(size=2, gather_seconds=0.3)
    answers = at_once(*(partial(till.submit, wish(market)) for _ in range(5)))
    till.stop()
    refused = [answer for answer in answers if isinstance(answer, TillFull)]
    assert len(refused) == 3
    assert refused[0].facts == {"retry_after": 2}
    prove()


def test_a_lost_connection_is_opened_again_and_the_wish_is_met() -> None:
    """PostgreSQL cuts the till's connection between two wishes: the second one is placed all the same."""
    market = make_market(stock=5)
    till = Till(gather_seconds=0)
    till.submit(wish(market))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert till.submit(wish(market)).existed is False
    till.stop()
    prove()
