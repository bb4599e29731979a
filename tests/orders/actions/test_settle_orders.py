"""Delivery, release, refunds, cancelling, expiry, settlement."""

from datetime import timedelta

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.settings import conf
from millstream.ledger.api import balance, check_books, post_entries, subject_balance
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.orders import facts
from millstream.orders.api import (
    ask_refund,
    cancel_order,
    check_orders,
    deliver_now,
    deliver_order,
    end_return_window,
    expire_orders,
    payment_to_make,
    release_escrow,
)
from millstream.orders.models import Payment, Refund
from millstream.orders.refusals import (
    DemoOnly,
    HoldExpired,
    NotCancellable,
    NotDeliverable,
    NotPayable,
    NotRefundable,
)
from millstream.orders.types import OrderPlaced, OrderState, PaymentState
from millstream.shops.api import check_stock
from tests.orders.market import Market, arrive, buy, buy_and_pay, make_market, row, run_out

pytestmark = pytest.mark.django_db(transaction=True)


def payable(actor: object, purpose: str = Purpose.PAYABLE) -> int:
    """What an actor has to get."""
    return balance(AccountKey(purpose, actor, "CNY"))  # type: ignore[arg-type]


def prove() -> None:
    """Everything adds up."""
    assert check_orders() == []
    assert check_books() == []
    assert check_stock() == []


def released(market: Market) -> OrderPlaced:
    """An order that was delivered and whose money went to everybody."""
    placed = buy_and_pay(market)
    now = arrive(placed)
    over = now + timedelta(seconds=conf().return_window_seconds)
    assert release_escrow(now=over) == [placed.order_id]
    return placed


def test_money_stays_in_escrow_until_the_return_window_is_over() -> None:
    """A delivered order is released at the end of its frozen window, not before, and once."""
    market = make_market()
    placed = buy_and_pay(market)
    now = arrive(placed)
    assert deliver_order(placed.order_id, delivered_at=now + timedelta(hours=1), now=now) is False
    over = now + timedelta(seconds=conf().return_window_seconds)
    assert release_escrow(now=over - timedelta(seconds=1)) == []
    assert subject_balance(Purpose.ESCROW, placed.order_id) == placed.total_minor
    assert release_escrow(now=over) == [placed.order_id]
    assert release_escrow(now=over) == []
    assert subject_balance(Purpose.ESCROW, placed.order_id) == 0
    assert row(placed).state == OrderState.RELEASED
    prove()


def test_everybody_gets_their_share_and_delivery_goes_to_carriage() -> None:
    """¥128.00 outside a room: 5 % platform, 3 % park, 2 % station, the rest to the maker; delivery to carriage."""
    market = make_market()
    released(market)
    assert payable(market.counter.amina) == 11_520
    assert payable(market.counter.esi) == 256
    assert payable(market.park) == 384
    assert payable(market.platform) == 640
    assert payable(market.platform, Purpose.CARRIAGE) == market.delivery_minor


def test_an_order_that_was_not_paid_cannot_be_delivered() -> None:
    """Delivery of an unpaid order is refused."""
    placed = buy(make_market())
    with pytest.raises(NotDeliverable):
        deliver_order(placed.order_id, delivered_at=read_now(), now=read_now())


def test_demo_buttons_are_refused_outside_a_demo_and_recorded_in_one(settings: object) -> None:
    """Deliver now and end the return window exist in a demo only, and are facts."""
    placed = buy_and_pay(make_market())
    operator = conf().platform_actor
    with pytest.raises(DemoOnly):
        deliver_now(placed.order_id, pressed_by=operator, now=read_now())
    in_demo(settings)
    deliver_now(placed.order_id, pressed_by=operator, now=read_now())
    end_return_window(placed.order_id, pressed_by=operator, now=read_now())
    assert release_escrow(now=read_now()) == [placed.order_id]
    assert {facts.OrderDelivered.kind, facts.ReturnWindowEnded.kind} <= kinds_of_facts()
    hear_all()
    prove()


def in_demo(settings: object) -> None:
    """Make this installation a demo."""
    from dataclasses import replace

    settings.MILLSTREAM = replace(conf(), demo=True)  # type: ignore[attr-defined]


def kinds_of_facts() -> set[str]:
    """The kinds of facts recorded so far."""
    from millstream.kernel.models import FactRow

    return set(FactRow.objects.values_list("kind", flat=True))


def test_a_whole_refund_before_release_empties_escrow() -> None:
    """Money that was not released yet goes back out of escrow; the order ends refunded and is never released."""
    market = make_market()
    placed = buy_and_pay(market)
    ask_refund(placed.order_id, amount_minor=None, reason="broken", by=market.counter.amina, now=read_now())
    assert row(placed).state == OrderState.REFUNDED
    assert subject_balance(Purpose.ESCROW, placed.order_id) == 0
    with pytest.raises(NotRefundable):
        ask_refund(placed.order_id, amount_minor=1, reason="more", by=None, now=read_now())
    prove()


def test_a_part_refund_before_release_lowers_every_share_by_its_own_part() -> None:
    """30 % back before release: what is released later is 70 % of each share, to the cent."""
    market = make_market()
    placed = buy_and_pay(market)
    back = placed.total_minor * 3 // 10
    ask_refund(placed.order_id, amount_minor=back, reason="chipped", by=market.counter.amina, now=read_now())
    now = arrive(placed)
    release_escrow(now=now + timedelta(seconds=conf().return_window_seconds))
    got = [payable(actor) for actor in (market.counter.amina, market.counter.esi, market.park, market.platform)]
    assert sum(got) + payable(market.platform, Purpose.CARRIAGE) == placed.total_minor - back
    assert got == [8064, 179, 269, 448]
    prove()


def test_a_refund_after_release_takes_back_each_own_part() -> None:
    """After release everybody gives back their own share; what somebody has spent becomes their debt."""
    market = make_market()
    placed = released(market)
    spend(market.counter.amina, 11_000)
    ask_refund(placed.order_id, amount_minor=None, reason="returned", by=market.counter.amina, now=read_now())
    assert [payable(actor) for actor in (market.counter.esi, market.park, market.platform)] == [0, 0, 0]
    assert (payable(market.counter.amina), payable(market.counter.amina, Purpose.DEBT)) == (0, 11_000)
    prove()
    released(market)
    assert (payable(market.counter.amina), payable(market.counter.amina, Purpose.DEBT)) == (520, 0)
    prove()


def spend(actor: object, minor: int) -> None:
    """Pay something out to an actor."""
    from millstream.kernel.ids import new_id

    postings = (
        PostingDraft(AccountKey(Purpose.PAYABLE, actor, "CNY"), minor),  # type: ignore[arg-type]
        PostingDraft(AccountKey(Purpose.BANK, None, "CNY"), -minor),
    )
    draft = EntryDraft(new_id(), EntryKind.PAYOUT_PAID, f"test:{new_id()}", read_now(), "test", new_id(), postings)
    post_entries([draft], now=read_now())


def test_cancelling_a_paid_order_gives_the_money_and_the_stock_back() -> None:
    """Before handover an order can be called off: parcel, stock and money go back."""
    market = make_market(stock=3)
    placed = buy_and_pay(market, quantity=2)
    cancel_order(placed.order_id, reason="out of glaze", by=market.counter.amina, now=read_now())
    assert row(placed).state == OrderState.REFUNDED
    assert Refund.objects.get().amount_minor == placed.total_minor
    assert market.free() == 3
    prove()
    with pytest.raises(NotCancellable):
        cancel_order(placed.order_id, reason="again", by=market.counter.amina, now=read_now())


def test_an_order_that_nobody_paid_expires_and_frees_its_stock() -> None:
    """The sweep ends what ran out and nothing else."""
    market = make_market(stock=2)
    unpaid, paid = buy(market), buy_and_pay(market)
    assert expire_orders(now=read_now()) == []
    assert expire_orders(now=run_out(unpaid)) == [unpaid.order_id]
    assert (row(unpaid).state, row(paid).state) == (OrderState.EXPIRED, OrderState.PAID)
    assert market.free() == 1
    prove()


def test_a_declined_payment_can_be_made_anew_in_time() -> None:
    """While it is open the same payment is meant; after a decline a new one; after the hold none."""
    placed = buy(make_market())
    assert payment_to_make(placed.order_id, now=read_now()) == placed.payment_id
    Payment.objects.filter(id=placed.payment_id).update(state=PaymentState.DECLINED)
    second = payment_to_make(placed.order_id, now=read_now())
    assert second != placed.payment_id
    assert payment_to_make(placed.order_id, now=read_now()) == second
    with pytest.raises(HoldExpired):
        payment_to_make(placed.order_id, now=run_out(placed))
    with pytest.raises(NotPayable):
        payment_to_make(buy_and_pay(make_market()).order_id, now=read_now())
