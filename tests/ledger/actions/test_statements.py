"""Statements: opening, every line, closing; refunds after release; the worked example of docs/money.md."""

from datetime import timedelta

import pytest
from django.db import transaction

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import (
    balance,
    check_books,
    post_entries,
    statement,
    statement_currencies,
    take_back,
    trial_balance,
)
from millstream.ledger.types import AccountKey, EntryDraft, Purpose, TakeBack
from tests.ledger.cast import (
    BANK,
    CNY,
    ESCROW,
    FEE,
    GATEWAY,
    UNALLOCATED,
    actor,
    debt,
    earn,
    entry,
    payable,
    platform,
    post,
)

pytestmark = pytest.mark.django_db


def test_a_statement_goes_from_opening_to_closing_line_by_line() -> None:
    """Each line carries the balance after it; the sums of the period are on every page."""
    maker = actor("Amina")
    earn(maker, 1_000)
    middle = read_now()
    for minor in (200, 300, 400):
        earn(maker, minor)
    post({payable(maker): 250, GATEWAY: -250}, kind="refund")
    end = read_now() + timedelta(seconds=1)
    whole = statement(maker, middle, end, currency=CNY)
    assert (whole.opening_minor, whole.in_minor, whole.out_minor, whole.closing_minor) == (1_000, 900, 250, 1_650)
    assert [line.amount_minor for line in whole.lines] == [200, 300, 400, -250]
    assert [line.balance_minor for line in whole.lines] == [1_200, 1_500, 1_900, 1_650]
    assert whole.lines[0].detail == {"order": "7K3M-Q2P9-XW"}
    assert whole.next_after is None
    first = statement(maker, middle, end, currency=CNY, limit=3)
    rest = statement(maker, middle, end, currency=CNY, limit=3, after=first.next_after or 0)
    assert first.lines + rest.lines == whole.lines
    assert rest.closing_minor == whole.closing_minor
    before = statement(maker, middle - timedelta(days=1), middle, currency=CNY)
    assert before.closing_minor == whole.opening_minor


def test_a_statement_shows_nobody_elses_lines() -> None:
    """A stranger's statement is empty."""
    earn(actor("Amina"), 1_000)
    femi = actor("Femi")
    told = statement(femi, read_now() - timedelta(days=1), read_now(), currency=CNY)
    assert (told.lines, told.closing_minor) == ((), 0)
    assert statement_currencies(femi) == ()


def test_what_is_taken_back_beyond_what_is_due_becomes_debt() -> None:
    """Twice 600 of 1,000: the first is due, the second takes 400 and leaves a debt of 200."""
    maker = actor("Amina")
    earn(maker, 1_000)
    asks = [TakeBack(maker, 600, CNY), TakeBack(maker, 600, CNY)]
    with transaction.atomic():
        sides = take_back(asks)
        refund = entry({GATEWAY: -1_200}, kind="refund")
        from dataclasses import replace

        post_entries([replace(refund, postings=(*refund.postings, *sides))], now=read_now())
    assert [(side.account.purpose, side.amount_minor) for side in sides] == [
        ("payable", 600),
        ("payable", 400),
        ("debt", 200),
    ]
    assert (balance(payable(maker)), balance(debt(maker))) == (0, 200)
    told = statement(maker, read_now() - timedelta(days=1), read_now() + timedelta(days=1), currency=CNY)
    assert told.closing_minor == -200
    assert check_books() == []


def _example(order) -> dict[str, EntryDraft]:
    """The entries of the worked example in docs/money.md: goods 100.00, delivery 8.00."""
    amina, dao, esi, park = actor("Amina"), actor("Dao"), actor("Esi"), actor("Park")
    town = platform()
    carriage = AccountKey(Purpose.CARRIAGE, town, CNY)
    shares = {payable(amina): 7_000, payable(dao): 2_000, payable(esi): 200, payable(park): 300, payable(town): 500}
    released = {ESCROW: 10_800, carriage: -800, **{account: -minor for account, minor in shares.items()}}
    back = {payable(amina): 2_100, payable(dao): 600, payable(esi): 60, payable(park): 90, payable(town): 150}
    return {
        "capture": entry({GATEWAY: 10_800, ESCROW: -10_800}, subject=order),
        "release": entry(released, kind="release", subject=order),
        "settlement": entry({BANK: 10_735, FEE: 65, GATEWAY: -10_800}, kind="settlement"),
        "refund_before": entry({ESCROW: 3_000, GATEWAY: -3_000}, kind="refund", subject=order),
        "refund_after": entry({**back, GATEWAY: -3_000}, kind="refund", subject=order),
    }


def test_the_worked_example_adds_up() -> None:
    """Captured 108.00, released by parts, settled with a fee of 0.65, then 30 % of the goods refunded."""
    order = new_id()
    drafts = _example(order)
    post_entries([drafts[name] for name in ("capture", "release", "settlement", "refund_after")], now=read_now())
    held = {line.purpose: line.balance_minor for line in trial_balance()}
    assert held == {
        "bank": 10_735,
        "gateway": -3_000,
        "gateway_fee": 65,
        "escrow": 0,
        "payable": -7_000,
        "carriage": -800,
    }
    assert sum(held.values()) == 0
    assert check_books() == []


def test_a_refund_before_release_leaves_less_to_release() -> None:
    """30 % of the goods come out of escrow; what is left is 78.00."""
    order = new_id()
    drafts = _example(order)
    post_entries([drafts["capture"], drafts["refund_before"]], now=read_now())
    assert (balance(ESCROW), balance(GATEWAY)) == (7_800, 7_800)


def test_a_late_capture_is_booked_and_refunded() -> None:
    """Money that comes after the hold expired is nobody's sale: unallocated, then back to the payer."""
    payment = new_id()
    post({GATEWAY: 10_800, UNALLOCATED: -10_800}, kind="late_capture", subject=payment)
    assert balance(UNALLOCATED) == 10_800
    post({UNALLOCATED: 10_800, GATEWAY: -10_800}, kind="late_refund", subject=payment)
    assert (balance(UNALLOCATED), balance(GATEWAY)) == (0, 0)
    assert check_books() == []
