"""check_books finds what would be wrong, should the database ever have let it through."""

import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import check_books, make_payout_batch
from tests.ledger.cast import BANK, CNY, ESCROW, GATEWAY, actor, earn, open_bank, post

pytestmark = pytest.mark.django_db(transaction=True)

OFF = "ALTER TABLE {table} DISABLE TRIGGER USER"


def _break(table: str, *statements: str) -> list[str]:
    """Do what no road allows, as the table's owner with its triggers off; the differences as sentences."""
    with connection.cursor() as cursor:
        cursor.execute(OFF.format(table=table))
        for statement in statements:
            cursor.execute(statement)
    return [str(difference) for difference in check_books()]


def _books() -> None:
    """A small town's books, all well."""
    amina = actor("Amina")
    earn(amina, 9_000)
    open_bank(amina)
    make_payout_batch(currency=CNY, made_by=amina, now=read_now())
    post({BANK: 7, GATEWAY: -7})
    post({GATEWAY: 55, ESCROW: -55}, subject=new_id())
    assert check_books() == []


@pytest.mark.parametrize(
    ("table", "statement", "promise"),
    [
        (
            "ledger_posting",
            "UPDATE ledger_posting SET amount_minor = 8 WHERE amount_minor = 7",
            "an entry sums to zero: expected 0 CNY, found 1 CNY",
        ),
        ("ledger_posting", "DELETE FROM ledger_posting WHERE amount_minor IN (7, -7)", "an entry has two sides"),
        ("ledger_posting", "UPDATE ledger_posting SET posted_at = posted_at + '1 s'", "posted with its entry"),
        ("ledger_guard", "UPDATE ledger_guard SET held_minor = 56 WHERE held_minor = 55", "expected 55, found 56"),
        ("ledger_guard", "DELETE FROM ledger_guard WHERE held_minor = 55", "expected 55, found None"),
        (
            "ledger_payoutbatch",
            "UPDATE ledger_payoutbatch SET total_minor = 1",
            "expected 1 items, 1, found 1 items, 9000",
        ),
        ("ledger_payoutitem", "DELETE FROM ledger_payoutitem", "what is in clearing is what the bank has not answered"),
        (
            "ledger_payoutitem",
            "UPDATE ledger_payoutitem SET state = 'paid', marked_at = now()",
            "every state of an item has its entry: expected an entry of 9000 for paid, found none",
        ),
    ],
)
def test_every_broken_promise_is_found_and_said(table: str, statement: str, promise: str) -> None:
    """One sentence a difference: where, what was promised, what stands there."""
    _books()
    found = _break(table, statement)
    assert any(promise in sentence for sentence in found), found


def test_an_overdrawn_account_is_found() -> None:
    """Postings and guard both forged below zero are still said to be overdrawn."""
    _books()
    found = _break(
        "ledger_posting", "UPDATE ledger_posting SET amount_minor = -amount_minor WHERE abs(amount_minor) = 55"
    )
    assert any("never overdrawn" in sentence for sentence in found), found
