"""Pure rules of money: plans, hashes, cover, CSV cells, bank details."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millstream.kernel.ids import new_id
from millstream.ledger.refusals import BadBankDetails
from millstream.ledger.rules.accounts import PLAN, account_id, fits_plan, normal_side
from millstream.ledger.rules.bank import checked_details
from millstream.ledger.rules.csv_cells import BOM, csv_text, safe_cell
from millstream.ledger.rules.entries import cover, mistake_in, request_hash, unbalanced
from millstream.ledger.types import AccountKey, BankDetails, PostingDraft, Purpose
from tests.ledger.cast import BANK, CNY, ESCROW, GATEWAY, entry

OWNER = UUID("01890000-0000-7000-8000-000000000001")
minors = st.integers(min_value=-(10**12), max_value=10**12).filter(bool)


def test_an_account_has_the_same_id_in_every_process() -> None:
    """The id is a promise across processes and versions: this one may never change."""
    assert account_id(ESCROW) == UUID("720e5590-6ee9-5d32-b00f-e69298e92350")


def test_accounts_differ_by_purpose_owner_and_currency() -> None:
    """No two keys share an account."""
    keys = [
        AccountKey(purpose, owner, currency)
        for purpose in Purpose
        for owner in (None, OWNER, new_id())
        for currency in ("CNY", "JPY")
    ]
    assert len({account_id(key) for key in keys}) == len(keys)


def test_every_purpose_has_a_plan() -> None:
    """Assets and expenses grow by debit, liabilities by credit; every purpose says which it is."""
    assert set(PLAN) == set(Purpose)
    assert [normal_side(kind) for kind in "AXL"] == [1, 1, -1]


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        (AccountKey("payable", OWNER, CNY), True),
        (AccountKey("payable", None, CNY), False),
        (AccountKey("escrow", OWNER, CNY), False),
        (AccountKey("bank", None, "Cny"), False),
        (AccountKey("bank", None, "CNYX"), False),
        (AccountKey("purse", None, CNY), False),
    ],
)
def test_accounts_fit_the_plan_or_do_not(key: AccountKey, fits: bool) -> None:
    """Known purpose, owner where the plan has one, a currency code."""
    assert fits_plan(key) is fits


@given(st.lists(minors, min_size=1, max_size=20))
def test_postings_with_a_counterpart_balance(amounts: list[int]) -> None:
    """Whatever the amounts, their negative sum closes the entry; one more cent opens it again."""
    sides = [PostingDraft(BANK, minor) for minor in amounts]
    closing = -sum(amounts)
    assert unbalanced([*sides, PostingDraft(GATEWAY, closing)]) == {}
    assert unbalanced([*sides, PostingDraft(GATEWAY, closing + 1)]) == {"CNY": 1}


@given(st.integers(0, 10**12), st.integers(-(10**6), 10**12))
def test_what_is_taken_back_is_covered_exactly(wanted: int, due: int) -> None:
    """Due plus debt is what was wanted; nothing is taken that is not due; no debt while something is due."""
    from_due, owed = cover(wanted, due)
    assert from_due + owed == wanted
    assert 0 <= from_due <= max(due, 0)
    assert owed == 0 or from_due == max(due, 0)


def test_a_retry_has_the_same_hash_whatever_its_id_and_moment() -> None:
    """What a retry cannot repeat does not count; what it says does."""
    first = entry({BANK: 5, GATEWAY: -5}, key="k")
    retried = replace(first, id=new_id(), occurred_at=first.occurred_at.replace(year=2027))
    assert request_hash(retried) == request_hash(first)
    assert request_hash(replace(first, reverses=new_id())) != request_hash(first)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_a_length(key: str) -> None:
    """An empty or endless key is a mistake."""
    assert "key" in mistake_in(replace(entry({BANK: 5, GATEWAY: -5}), key=key))


def test_amounts_have_a_bound() -> None:
    """Nobody posts more than a thousand million million."""
    assert "amount" in mistake_in(entry({BANK: 10**15 + 1, GATEWAY: -(10**15) - 1}))


@given(st.text())
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    """Whatever somebody calls themselves, a cell never starts as a formula, and nothing of the text is lost."""
    cell = safe_cell(text)
    assert cell.lstrip(" \u3000\xa0")[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert cell in (text, "'" + text)


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=5), st.booleans())
def test_csv_is_read_back_as_it_was_written(rows: list[list[str]], bom: bool) -> None:
    """Quotes, commas and line ends survive; the byte order mark comes first when asked for."""
    text = csv_text(("a", "b", "c"), rows, bom=bom)
    assert text.startswith(BOM) is bom
    read = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert read == [["a", "b", "c"], *([safe_cell(cell) for cell in row] for row in rows)]


def test_numbers_of_ours_are_not_taken_for_formulas() -> None:
    """A negative amount stays a number."""
    assert csv_text(("amount",), [(Decimal("-12.50"),), (-3,)], bom=False) == "amount\r\n-12.50\r\n-3\r\n"


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("holder", BankDetails("  ", "Bank", "622200001111")),
        ("holder", BankDetails("x" * 71, "Bank", "622200001111")),
        ("bank", BankDetails("Amina", "", "622200001111")),
        ("bank", BankDetails("Amina", "Ba\x00nk", "622200001111")),
        ("number", BankDetails("Amina", "Bank", "12345")),
        ("number", BankDetails("Amina", "Bank", "=cmd|' /C calc'!A0")),
        ("number", BankDetails("Amina", "Bank", "1" * 35)),
        ("number", BankDetails("Amina", "Bank", "ABCDEFGHIJ")),
    ],
)
def test_bank_details_that_no_bank_takes_are_refused(field: str, details: BankDetails) -> None:
    """The refusal names the field."""
    with pytest.raises(BadBankDetails) as refused:
        checked_details(details)
    assert refused.value.facts == {"field": field}


def test_bank_details_are_tidied() -> None:
    """People type account numbers in groups."""
    typed = BankDetails(" Amina  Zhou ", "County Rural Bank", "6222-0000 1111 2222")
    assert checked_details(typed) == BankDetails("Amina Zhou", "County Rural Bank", "6222000011112222")
