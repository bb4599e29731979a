"""Any story of captures, releases, refunds and payouts: the ledger agrees with a model to the last minor unit."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import (
    balance,
    check_books,
    make_payout_batch,
    mark_payout_item,
    payout_items,
    post_entries,
    settle_debts,
    subject_balance,
    take_back,
    trial_balance,
)
from millstream.ledger.refusals import AlreadyMarked, NothingDue, Overdrawn
from millstream.ledger.types import AccountKey, ItemState, PayoutItemId, TakeBack
from tests.ledger.cast import BANK, CNY, ESCROW, GATEWAY, actor, debt, entry, open_bank, payable, post

pytestmark = pytest.mark.django_db

ORDERS, PEOPLE = range(3), range(2)
minors = st.integers(1, 5_000)
steps = st.one_of(
    st.tuples(st.just("capture"), st.sampled_from(ORDERS), minors),
    st.tuples(st.just("release"), st.sampled_from(ORDERS), st.sampled_from(PEOPLE), minors),
    st.tuples(st.just("refund"), st.sampled_from(ORDERS), minors),
    st.tuples(st.just("take_back"), st.sampled_from(PEOPLE), minors),
    st.tuples(st.just("settle")),
    st.tuples(st.just("batch")),
    st.tuples(st.just("mark"), st.integers(0, 5), st.sampled_from([ItemState.PAID, ItemState.RETURNED])),
    st.tuples(st.just("again")),
)


@dataclass
class Model:
    """What a careful person with a paper book would have written."""

    people: list[UUID]
    orders: list[UUID] = field(default_factory=lambda: [new_id() for _ in ORDERS])
    escrow: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    due: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    owed: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    clearing: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    items: list[tuple[PayoutItemId, UUID, int, ItemState]] = field(default_factory=list)
    gateway: int = 0
    bank: int = 0
    last: Any = None

    def capture(self, order: int, minor: int) -> None:
        """A payer's money goes into escrow."""
        self.last = entry({GATEWAY: minor, ESCROW: -minor}, subject=self.orders[order])
        post_entries([self.last], now=read_now())
        self.escrow[self.orders[order]] += minor
        self.gateway += minor

    def again(self) -> None:
        """The last capture is told once more, with another id: nothing happens."""
        if self.last is not None:
            assert post_entries([replace(self.last, id=new_id())], now=read_now())[0].existed

    def release(self, order: int, person: int, minor: int) -> None:
        """Escrow gives what it holds for this order, never more."""
        subject, owner = self.orders[order], self.people[person]
        if self._escrow_gives(subject, {payable(owner): -minor}, minor):
            self.due[owner] += minor

    def refund(self, order: int, minor: int) -> None:
        """The same for a refund before release."""
        if self._escrow_gives(self.orders[order], {GATEWAY: -minor}, minor):
            self.gateway -= minor

    def _escrow_gives(self, subject: UUID, to: dict[AccountKey, int], minor: int) -> bool:
        if self.escrow[subject] < minor:
            with pytest.raises(Overdrawn):
                post({ESCROW: minor, **to}, subject=subject)
            return False
        post({ESCROW: minor, **to}, subject=subject)
        self.escrow[subject] -= minor
        return True

    def take_back(self, person: int, minor: int) -> None:
        """A refund after release: from what is due, the rest as debt."""
        owner = self.people[person]
        with transaction.atomic():
            sides = take_back([TakeBack(owner, minor, CNY)])
            drafted = entry({GATEWAY: -minor}, kind="refund")
            post_entries([replace(drafted, postings=(*drafted.postings, *sides))], now=read_now())
        from_due = min(self.due[owner], minor)
        self.due[owner] -= from_due
        self.owed[owner] += minor - from_due
        self.gateway -= minor

    def settle(self) -> None:
        """Debts are paid from what is due."""
        settle_debts(CNY, now=read_now())
        self._settled()

    def _settled(self) -> None:
        for owner in self.people:
            paid = min(self.due[owner], self.owed[owner])
            self.due[owner] -= paid
            self.owed[owner] -= paid

    def batch(self) -> None:
        """Everything due goes into clearing."""
        would = {owner: max(self.due[owner] - self.owed[owner], 0) for owner in self.people}
        if not any(would.values()):
            with pytest.raises(NothingDue):
                make_payout_batch(currency=CNY, made_by=self.people[0], now=read_now())
            return
        made = make_payout_batch(currency=CNY, made_by=self.people[0], now=read_now())
        assert made.total_minor == sum(would.values())
        self._settled()
        for item in payout_items(made.id):
            assert item.amount_minor == self.due[item.actor]
            self.items.append((item.id, item.actor, item.amount_minor, item.state))
            self.clearing[item.actor] += item.amount_minor
            self.due[item.actor] = 0

    def mark(self, place: int, state: ItemState) -> None:
        """The bank answers."""
        if place >= len(self.items):
            return
        item, owner, minor, before = self.items[place]
        if before == ItemState.RETURNED and state == ItemState.PAID:
            with pytest.raises(AlreadyMarked):
                mark_payout_item(item, state, now=read_now())
            return
        mark_payout_item(item, state, now=read_now())
        if before == state:
            return
        if before == ItemState.BATCHED:
            self.clearing[owner] -= minor
        if state == ItemState.PAID:
            self.bank -= minor
        else:
            self.due[owner] += minor
            self.bank += minor if before == ItemState.PAID else 0
        self.items[place] = (item, owner, minor, state)

    def agree(self) -> None:
        """Every account holds what the paper book says, the books are as promised, the trial balance is zero."""
        for order in self.orders:
            assert subject_balance("escrow", order) == self.escrow[order]
        for owner in self.people:
            assert balance(payable(owner)) == self.due[owner]
            assert balance(debt(owner)) == self.owed[owner]
            assert balance(AccountKey("payout", owner, CNY)) == self.clearing[owner]
        assert balance(GATEWAY) == self.gateway
        assert balance(BANK) == self.bank
        assert sum(line.balance_minor for line in trial_balance()) == 0
        assert check_books() == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=25))
def test_any_story_leaves_the_books_right(story: list[tuple[Any, ...]]) -> None:
    """Steps in any order; what must be refused is refused, and nothing else changes anything."""
    with transaction.atomic():
        model = Model([actor("Amina"), actor("Dao")])
        for person in model.people:
            open_bank(person)
        for name, *told in story:
            getattr(model, name)(*told)
        model.agree()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    connection.needs_rollback = False
