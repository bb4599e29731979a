"""Payouts: what is due goes into one live batch, to a bank file, and comes back due when the bank returns it."""

import csv
import io
from decimal import Decimal

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.api import (
    balance,
    check_books,
    make_payout_batch,
    mark_payout_item,
    payout_account,
    payout_batch,
    payout_batches,
    payout_file,
    payout_item,
    payout_items,
    payouts_due,
    payouts_of,
    settle_debts,
    take_payout_file,
)
from millstream.ledger.models import PayoutAccount
from millstream.ledger.refusals import AlreadyMarked, NothingDue
from millstream.ledger.types import AccountKey, ItemState, PayoutBatchId, PayoutBatchRecord, PayoutItemId
from tests.ledger.cast import BANK, CNY, GATEWAY, actor, debt, earn, open_bank, payable, post

pytestmark = pytest.mark.django_db


def _batch() -> PayoutBatchRecord:
    return make_payout_batch(currency=CNY, made_by=actor("Operator"), now=read_now())


def test_a_batch_takes_what_is_due_to_those_with_a_bank() -> None:
    """Amina and Dao are paid, Femi without bank details waits; the control sum is the sum of the items."""
    amina, dao, femi = actor("Amina"), actor("Dao"), actor("Femi")
    for person, minor in ((amina, 7_000), (dao, 2_000), (femi, 500)):
        earn(person, minor)
    open_bank(amina)
    open_bank(dao, "Dao Chen", "6222111122223333")
    waiting = {due.actor: due.payable for due in payouts_due(CNY)}
    assert waiting == {amina: True, dao: True, femi: False}
    batch = _batch()
    assert (batch.items, batch.total_minor, batch.waiting) == (2, 9_000, 2)
    assert [balance(payable(person)) for person in (amina, dao, femi)] == [0, 0, 500]
    assert balance(AccountKey("payout", amina, CNY)) == 7_000
    assert payout_batches() == [batch]
    assert [item.amount_minor for item in payouts_of(amina)] == [7_000]
    assert check_books() == []


def test_an_amount_is_in_one_live_batch() -> None:
    """A second batch right after finds nothing; new sales make a new one."""
    amina = actor("Amina")
    earn(amina, 7_000)
    open_bank(amina)
    _batch()
    with pytest.raises(NothingDue) as refused:
        _batch()
    assert refused.value.facts == {"currency": CNY}
    earn(amina, 100)
    assert _batch().total_minor == 100
    assert check_books() == []


def test_a_paid_item_leaves_the_bank() -> None:
    """Clearing is emptied, the bank is credited, and saying it twice changes nothing."""
    amina = actor("Amina")
    earn(amina, 7_000)
    open_bank(amina)
    batch = _batch()
    item = payout_items(batch.id)[0]
    assert mark_payout_item(item.id, ItemState.PAID, now=read_now()).state == ItemState.PAID
    mark_payout_item(item.id, ItemState.PAID, now=read_now())
    assert balance(BANK) == -7_000
    assert balance(AccountKey("payout", amina, CNY)) == 0
    told = payout_batch(batch.id)
    assert (told.paid_minor, told.returned_minor, told.waiting) == (7_000, 0, 0)
    assert check_books() == []


@pytest.mark.parametrize("paid_first", [False, True])
def test_a_returned_item_is_due_again(paid_first: bool) -> None:
    """Whether the bank returns it at once or days after saying paid, the amount goes into the next batch."""
    amina = actor("Amina")
    earn(amina, 7_000)
    open_bank(amina)
    item = payout_items(_batch().id)[0]
    if paid_first:
        mark_payout_item(item.id, ItemState.PAID, now=read_now())
    returned = mark_payout_item(item.id, ItemState.RETURNED, now=read_now(), reason="account closed")
    assert (returned.state, returned.reason) == (ItemState.RETURNED, "account closed")
    assert balance(payable(amina)) == 7_000
    assert balance(BANK) == 0
    assert _batch().total_minor == 7_000
    assert check_books() == []


def test_a_returned_item_is_at_its_end() -> None:
    """Its money may be in another batch already, so it cannot become paid."""
    amina = actor("Amina")
    earn(amina, 7_000)
    open_bank(amina)
    item = payout_items(_batch().id)[0]
    mark_payout_item(item.id, ItemState.RETURNED, now=read_now())
    with pytest.raises(AlreadyMarked) as refused:
        mark_payout_item(item.id, ItemState.PAID, now=read_now())
    assert refused.value.facts == {"state": "returned", "wanted": "paid"}
    assert payout_item(item.id).state == ItemState.RETURNED


def test_debts_are_settled_before_anybody_is_paid() -> None:
    """Amina owes 300 from a refund: she is paid 700 of her 1,000."""
    amina = actor("Amina")
    post({debt(amina): 300, GATEWAY: -300}, kind="refund")
    assert settle_debts(CNY, now=read_now()) == []
    earn(amina, 1_000)
    open_bank(amina)
    assert _batch().total_minor == 700
    assert balance(debt(amina)) == 0
    assert check_books() == []


def test_a_debt_larger_than_what_is_due_takes_all_of_it() -> None:
    """Nothing is paid out, and the rest of the debt stays."""
    amina = actor("Amina")
    post({debt(amina): 3_000, GATEWAY: -3_000}, kind="refund")
    earn(amina, 1_000)
    open_bank(amina)
    assert len(settle_debts(CNY, now=read_now())) == 1
    assert (balance(debt(amina)), balance(payable(amina))) == (2_000, 0)
    with pytest.raises(NothingDue):
        _batch()


def test_the_bank_file_is_read_back_to_the_control_sum() -> None:
    """UTF-8 with the mark that Excel wants, amounts in major units, one total row; no cell runs as a formula."""
    amina, femi = actor("Amina"), actor("Femi")
    earn(amina, 700_001)
    earn(femi, 99)
    open_bank(amina, "周阿米娜")
    open_bank(femi, '=HYPERLINK("http://x","y"), Femi', "622200009999")
    batch = _batch()
    file = take_payout_file(batch.id, taken_by=amina, now=read_now())
    assert file.startswith(b"\xef\xbb\xbf")
    assert payout_file(batch.id, bom=False) == file[3:]
    rows = list(csv.DictReader(io.StringIO(file[3:].decode(), newline="")))
    items, total = rows[:-1], rows[-1]
    assert total["record"] == "total"
    assert (int(total["number"]), Decimal(total["amount"])) == (2, Decimal("7001.00"))
    assert sum(Decimal(row["amount"]) for row in items) == Decimal(total["amount"])
    assert {row["payee"] for row in items} == {"周阿米娜", '\'=HYPERLINK("http://x","y"), Femi'}
    assert {row["account"] for row in items} == {"6222000011112222", "622200009999"}
    assert {row["reference"] for row in items} == {item.reference for item in payout_items(batch.id)}


def test_a_batch_keeps_the_bank_details_it_was_made_with() -> None:
    """A change of bank after the batch does not redirect it; the next batch goes to the new one."""
    amina = actor("Amina")
    earn(amina, 500)
    open_bank(amina, number="6222000011112222")
    batch = _batch()
    open_bank(amina, number="6222999988887777")
    assert b"6222000011112222" in payout_file(batch.id)
    assert b"6222999988887777" not in payout_file(batch.id)
    masked = payout_account(amina)
    assert masked is not None
    assert masked.number_ending == "7777"
    assert PayoutAccount.objects.visible_to(amina).count() == 2


def test_bank_details_are_sealed_in_the_rows() -> None:
    """Neither the name nor the number can be read in the database."""
    amina = actor("Amina")
    open_bank(amina, "Amina Zhou", "6222000011112222")
    row = PayoutAccount.objects.visible_to(amina).get()
    stored = bytes(row.holder) + bytes(row.number)
    assert b"Amina" not in stored
    assert b"62220000" not in stored


def test_strangers_do_not_see_payouts() -> None:
    """An actor's payouts and bank are theirs."""
    amina, femi = actor("Amina"), actor("Femi")
    earn(amina, 500)
    open_bank(amina)
    _batch()
    assert payouts_of(femi) == []
    assert payout_account(femi) is None


def test_unknown_batches_and_items_are_not_found() -> None:
    """An id of nothing is refused."""
    for ask in (
        lambda: payout_batch(PayoutBatchId(new_id())),
        lambda: payout_file(PayoutBatchId(new_id())),
        lambda: payout_item(PayoutItemId(new_id())),
        lambda: mark_payout_item(PayoutItemId(new_id()), ItemState.PAID, now=read_now()),
    ):
        with pytest.raises(NotFound):
            ask()


def test_facts_of_a_payout_are_recorded() -> None:
    """Batched, file taken, paid, returned: each is told once."""
    from django.db import connection

    amina = actor("Amina")
    earn(amina, 500)
    open_bank(amina)
    batch = _batch()
    item = payout_items(batch.id)[0].id
    take_payout_file(batch.id, taken_by=amina, now=read_now())
    for state in (ItemState.PAID, ItemState.PAID, ItemState.RETURNED):
        mark_payout_item(item, state, now=read_now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM fact WHERE kind LIKE 'ledger.%%' ORDER BY id")
        kinds = [row[0].removeprefix("ledger.") for row in cursor.fetchall()]
    assert kinds == ["payout_account_set", "payout_batched", "payout_file_taken", "payout_paid", "payout_returned"]
