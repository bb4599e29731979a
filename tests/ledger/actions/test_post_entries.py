"""Posting entries: once for a key, whole, never overdrawn, accounts opened on the way."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.api import balance, balances_of, check_books, post_entries, reverse_entry, subject_balance
from millstream.ledger.refusals import AlreadyReversed, KeyReused, Overdrawn
from millstream.ledger.types import AccountKey, PostingDraft, Purpose
from tests.ledger.cast import BANK, CNY, ESCROW, FEE, GATEWAY, actor, earn, entry, payable, post

pytestmark = pytest.mark.django_db


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own tables
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def test_an_entry_moves_money_between_accounts_that_it_opens() -> None:
    """A capture is held in escrow for its order, and accounts come into being with their first posting."""
    order = new_id()
    told = post({GATEWAY: 10_800, ESCROW: -10_800}, subject=order, key=f"capture:{order}")
    assert not told.existed
    assert balance(GATEWAY) == balance(ESCROW) == 10_800
    assert subject_balance("escrow", order) == 10_800
    assert _count("ledger_account") == 2
    assert check_books() == []


def test_the_same_key_and_request_gives_the_first_entry() -> None:
    """A retry, with another id and another moment, posts nothing and answers with the first entry."""
    order = new_id()
    first = post({GATEWAY: 500, ESCROW: -500}, key="capture:1", subject=order)
    draft = entry({GATEWAY: 500, ESCROW: -500}, key="capture:1", subject=order)
    again, twin = post_entries([draft, draft], now=read_now())
    assert again == twin
    assert (again.id, again.existed) == (first.id, True)
    assert balance(ESCROW) == 500


def test_the_same_key_twice_in_one_batch_is_posted_once() -> None:
    """Two drafts of one key in one batch are one entry; the second is told that it existed."""
    order = new_id()
    drafts = [entry({GATEWAY: 500, ESCROW: -500}, key="capture:2", subject=order) for _ in range(2)]
    first, second = post_entries(drafts, now=read_now())
    assert first.id == second.id == drafts[0].id
    assert (first.existed, second.existed) == (False, True)
    assert balance(ESCROW) == 500


@pytest.mark.parametrize("together", [True, False])
def test_a_key_used_for_another_request_is_refused(together: bool) -> None:
    """One cent more under the same key is refused, and nothing of the batch is posted."""
    order = new_id()
    first = entry({GATEWAY: 500, ESCROW: -500}, key="capture:3", subject=order)
    other = entry({GATEWAY: 501, ESCROW: -501}, key="capture:3", subject=order)
    innocent = entry({GATEWAY: 7, ESCROW: -7}, subject=new_id())
    if not together:
        post_entries([first], now=read_now())
    with pytest.raises(KeyReused) as refused:
        post_entries([innocent, first, other] if together else [innocent, other], now=read_now())
    assert refused.value.facts == {"key": "capture:3"}
    assert balance(ESCROW) == (0 if together else 500)


@pytest.mark.parametrize(
    ("changed", "value"), [("kind", "refund"), ("memo", "x"), ("source_kind", "y"), ("detail", {"permille": 1})]
)
def test_every_part_of_a_request_counts(changed: str, value: Any) -> None:
    """Kind, memo, source and explanation belong to the request as the amounts do."""
    order = new_id()
    first = entry({GATEWAY: 500, ESCROW: -500}, key="capture:4", subject=order)
    post_entries([first], now=read_now())
    if changed == "detail":
        other = replace(first, postings=tuple(replace(side, detail=value) for side in first.postings))
    else:
        other = replace(first, **{changed: value})
    with pytest.raises(KeyReused):
        post_entries([other], now=read_now())


@pytest.mark.parametrize(
    "sides",
    [
        {GATEWAY: 500, ESCROW: -499},
        {GATEWAY: 500},
        {GATEWAY: 0, BANK: 0},
        {GATEWAY: 500, AccountKey("escrow", None, "JPY"): -500},
        {GATEWAY: 500, AccountKey("purse", None, CNY): -500},
        {GATEWAY: 500, AccountKey("payable", None, CNY): -500},
        {GATEWAY: 500, AccountKey("bank", None, "cny"): -500},
        {},
    ],
)
def test_a_draft_that_is_no_entry_is_our_own_mistake(sides: dict[AccountKey, int]) -> None:
    """Unbalanced, one-sided, zero, mixed currencies, unknown accounts: asserted before the database is asked."""
    with pytest.raises(AssertionError):
        post(sides, subject=new_id())


def test_escrow_pays_out_only_what_came_in_for_that_order() -> None:
    """Another order's money never pays for this one: the guard is on each order."""
    rich, poor = new_id(), new_id()
    maker = actor("Amina")
    post({GATEWAY: 9_000, ESCROW: -9_000}, subject=rich)
    post({GATEWAY: 100, ESCROW: -100}, subject=poor)
    with pytest.raises(Overdrawn):
        post({ESCROW: 101, payable(maker): -101}, subject=poor, kind="release")
    post({ESCROW: 100, payable(maker): -100}, subject=poor, kind="release")
    with pytest.raises(Overdrawn):
        post({ESCROW: 1, payable(maker): -1}, subject=poor, kind="release")
    assert (subject_balance("escrow", rich), subject_balance("escrow", poor)) == (9_000, 0)
    assert balance(payable(maker)) == 100


def test_one_overdraft_refuses_the_whole_batch() -> None:
    """What is posted together is posted or refused together."""
    order = new_id()
    good = entry({GATEWAY: 100, ESCROW: -100}, subject=order)
    bad = entry({ESCROW: 1, GATEWAY: -1}, subject=new_id())
    with pytest.raises(Overdrawn):
        post_entries([good, bad], now=read_now())
    assert balance(ESCROW) == 0
    assert _count("ledger_entry") == 0


def test_an_entry_may_have_several_currencies_each_summing_to_zero() -> None:
    """Each currency stands for itself."""
    order = new_id()
    yen = {AccountKey("gateway", None, "JPY"): 300, AccountKey("escrow", None, "JPY"): -300}
    post({GATEWAY: 500, ESCROW: -500, **yen}, subject=order)
    assert balance(AccountKey("escrow", None, "JPY")) == 300
    assert check_books() == []


def test_settlement_with_a_fee_is_the_platforms_cost() -> None:
    """The bank gets what the gateway kept nothing of; the fee is an expense and touches no actor."""
    post({GATEWAY: 10_800, ESCROW: -10_800}, subject=new_id())
    post({BANK: 10_735, FEE: 65, GATEWAY: -10_800}, kind="settlement")
    assert (balance(GATEWAY), balance(BANK), balance(FEE)) == (0, 10_735, 65)


def test_balances_of_an_actor_are_on_their_normal_side() -> None:
    """What is due and what is owed are both told as positive amounts."""
    maker = actor("Amina")
    earn(maker, 8_000)
    post({AccountKey("debt", maker, CNY): 300, GATEWAY: -300}, kind="refund")
    assert {(held.purpose, held.amount_minor) for held in balances_of(maker)} == {("debt", 300), ("payable", 8_000)}


def test_a_reversal_mirrors_its_entry_once() -> None:
    """The same reversal again is the first one; a second reversal for another reason is refused."""
    order = new_id()
    posted = post({GATEWAY: 500, ESCROW: -500}, subject=order)
    first = reverse_entry(posted.id, memo="booked twice by hand", now=read_now())
    assert reverse_entry(posted.id, memo="booked twice by hand", now=read_now()).id == first.id
    assert balance(GATEWAY) == balance(ESCROW) == 0
    with pytest.raises(AlreadyReversed):
        reverse_entry(posted.id, memo="another reason", now=read_now())
    assert check_books() == []


def test_details_come_back_as_they_were() -> None:
    """What explains a line is kept as JSON, quotes, Chinese and all."""
    told = {"product": {"en": "Tea 'bowl' \\ \"x\"", "zh-hans": "茶碗"}, "permille": 200}
    draft = entry({GATEWAY: 5, ESCROW: -5}, subject=new_id(), detail=told)
    post_entries([draft], now=read_now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT detail::text FROM ledger_posting WHERE entry_id = %s LIMIT 1", [draft.id])
        row = cursor.fetchone()
    import json

    assert row is not None
    assert json.loads(row[0]) == told


def test_nothing_is_posted_for_an_empty_batch() -> None:
    """No drafts, no answers."""
    assert post_entries([], now=read_now()) == []


def test_purposes_without_a_subject_where_one_is_needed_are_our_own_mistake() -> None:
    """Escrow and unallocated money always belong to somebody's order or payment."""
    sides = (PostingDraft(GATEWAY, 5), PostingDraft(AccountKey(Purpose.UNALLOCATED, None, CNY), -5))
    with pytest.raises(AssertionError, match="names its subject"):
        post_entries([replace(entry({GATEWAY: 5, BANK: -5}), postings=sides)], now=read_now())


def test_a_second_entry_that_reverses_the_same_is_refused() -> None:
    """Under any key: an entry is reversed once."""
    posted = post({GATEWAY: 500, ESCROW: -500}, subject=(order := new_id()))
    mirror = replace(entry({GATEWAY: -500, ESCROW: 500}, subject=order), reverses=posted.id)
    post_entries([mirror], now=read_now())
    with pytest.raises(AlreadyReversed):
        post_entries([replace(mirror, id=new_id(), key="another")], now=read_now())


def test_a_constraint_that_is_nobodys_refusal_stays_an_error() -> None:
    """An id used twice is our own mistake, not an answer to somebody."""
    posted = post({GATEWAY: 500, ESCROW: -500}, subject=new_id())
    with pytest.raises(IntegrityError):
        post_entries([replace(entry({BANK: 5, GATEWAY: -5}), id=posted.id)], now=read_now())


def test_an_entry_of_nothing_cannot_be_reversed() -> None:
    """An unknown id is not found."""
    with pytest.raises(NotFound):
        reverse_entry(new_id(), memo="", now=read_now())
