"""Two connections at once: the same money is moved once."""

import threading
import time
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import (
    balance,
    check_books,
    make_payout_batch,
    mark_payout_item,
    payout_items,
    post_entries,
    reverse_entry,
    subject_balance,
)
from millstream.ledger.refusals import NothingDue, Overdrawn
from millstream.ledger.rules.accounts import account_id
from millstream.ledger.types import EntryPosted, ItemState, PayoutBatchRecord
from tests.ledger.cast import CNY, ESCROW, GATEWAY, actor, earn, entry, open_bank, payable, post
from tests.ledger.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_key_posted_by_two_at_once_is_one_entry() -> None:
    """A webhook and a return page book the same payment: both are told the same entry, once."""
    for _ in range(5):
        payment = new_id()
        drafts = [entry({GATEWAY: 500, ESCROW: -500}, key=f"capture:{payment}", subject=payment) for _ in range(4)]
        works = [lambda draft=draft: post_entries([draft], now=read_now())[0] for draft in drafts]
        told = at_once(*works)
        assert all(isinstance(answer, EntryPosted) for answer in told), told
        assert len({answer.id for answer in told}) == 1
        assert sorted(answer.existed for answer in told) == [False, True, True, True]
        assert subject_balance("escrow", payment) == 500
    assert check_books() == []


def test_escrow_is_released_or_refunded_not_both() -> None:
    """Two who want the same money: one gets it, the other is refused."""
    maker = actor("Amina")
    for _ in range(5):
        order = new_id()
        post({GATEWAY: 700, ESCROW: -700}, subject=order)
        told = at_once(
            partial(post, {ESCROW: 700, payable(maker): -700}, kind="release", subject=order),
            partial(post, {ESCROW: 700, GATEWAY: -700}, kind="refund", subject=order),
        )
        assert sum(isinstance(answer, EntryPosted) for answer in told) == 1, told
        assert sum(isinstance(answer, Overdrawn) for answer in told) == 1, told
        assert subject_balance("escrow", order) == 0
    assert check_books() == []


def test_what_is_due_is_never_overdrawn_by_many() -> None:
    """Eight take 300 of 1,000: three get it, five are refused, 100 stay."""
    maker = actor("Amina")
    earn(maker, 1_000)
    works = [lambda: post({payable(maker): 300, GATEWAY: -300}, kind="refund") for _ in range(8)]
    told = at_once(*works)
    assert sum(isinstance(answer, EntryPosted) for answer in told) == 3, told
    assert sum(isinstance(answer, Overdrawn) for answer in told) == 5, told
    assert balance(payable(maker)) == 100
    assert check_books() == []


def test_two_batches_with_the_same_accounts_in_other_orders_do_not_deadlock() -> None:
    """Guards are locked in key order whatever the order of the drafts."""
    people = [actor(f"Maker{number}") for number in range(12)]
    for person in people:
        earn(person, 10_000)

    def move(order: list[Any]) -> list[EntryPosted]:
        drafts = [entry({payable(person): 10, GATEWAY: -10}) for person in order]
        return [posted for _ in range(10) for posted in post_entries(drafts_again(drafts), now=read_now())]

    def drafts_again(drafts: list[Any]) -> list[Any]:
        from dataclasses import replace

        return [replace(draft, id=new_id(), key=str(new_id())) for draft in drafts]

    told = at_once(lambda: move(people), lambda: move(people[::-1]), lambda: move(people[::2] + people[1::2]))
    assert all(isinstance(answer, list) for answer in told), told
    assert all(balance(payable(person)) == 10_000 - 300 for person in people)
    assert check_books() == []


def test_two_payout_batches_at_once_hold_each_amount_once() -> None:
    """Two clicks on *make a batch*: one batch, the other finds nothing due."""
    people = [actor(name) for name in ("Amina", "Dao", "Esi")]
    for person in people:
        earn(person, 5_000)
        open_bank(person)
    make = lambda: make_payout_batch(currency=CNY, made_by=people[0], now=read_now())  # noqa: E731 - said twice
    told = at_once(make, make, make)
    assert sum(isinstance(answer, PayoutBatchRecord) for answer in told) == 1, told
    assert sum(isinstance(answer, NothingDue) for answer in told) == 2, told
    assert all(balance(payable(person)) == 0 for person in people)
    assert check_books() == []


def test_an_item_marked_by_two_at_once_is_marked_once() -> None:
    """Paid twice is paid once; the entry stands once."""
    maker = actor("Amina")
    earn(maker, 5_000)
    open_bank(maker)
    batch = make_payout_batch(currency=CNY, made_by=maker, now=read_now())
    item = payout_items(batch.id)[0].id
    mark = lambda: mark_payout_item(item, ItemState.PAID, now=read_now())  # noqa: E731 - said twice
    told = at_once(mark, mark)
    assert [answer.state for answer in told] == [ItemState.PAID, ItemState.PAID], told
    assert check_books() == []


def test_two_reversals_at_once_are_one() -> None:
    """Both are told the same reversal."""
    posted = post({GATEWAY: 500, ESCROW: -500}, subject=new_id())
    undo = lambda: reverse_entry(posted.id, memo="by hand", now=read_now())  # noqa: E731 - said twice
    told = at_once(undo, undo)
    assert told[0].id == told[1].id, told
    assert balance(GATEWAY) == 0
    assert check_books() == []


def test_a_batch_that_meets_a_sweep_in_a_ring_tries_again() -> None:
    """A sweep holds the later account and wants the earlier one: PostgreSQL ends one, and the batch is made."""
    people = sorted((actor(name) for name in ("Amina", "Dao")), key=lambda one: account_id(payable(one)))
    for person in people:
        earn(person, 5_000)
        open_bank(person)
    waits = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%FOR UPDATE OF guard%%'"
    )
    lock = "SELECT FROM ledger_guard WHERE account_id = %s FOR UPDATE"
    holding = threading.Event()

    def sweep() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(lock, [account_id(payable(people[1]))])
            holding.set()
            for _ in range(500):
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first look for ever
                cursor.execute(waits)
                if cursor.fetchone() == (1,):
                    break
                time.sleep(0.01)
            cursor.execute(lock, [account_id(payable(people[0]))])

    def make() -> PayoutBatchRecord:
        assert holding.wait(10)
        return make_payout_batch(currency=CNY, made_by=people[0], now=read_now())

    swept, made = at_once(sweep, make)
    assert swept is None or isinstance(swept.__cause__, psycopg.errors.DeadlockDetected), swept
    assert made.total_minor == 10_000
    assert check_books() == []
