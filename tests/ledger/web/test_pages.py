"""Pages of money: without JavaScript, not for strangers, every line explained, a fixed number of queries."""

import csv
import io
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.api import (
    check_books,
    make_payout_batch,
    payout_account,
    payout_batch,
    payout_file_takes,
    payout_items,
    post_entries,
)
from millstream.ledger.types import ItemState, PayoutBatchId, PayoutBatchRecord
from millstream.people.api import join_actor
from millstream.people.models import User
from millstream.people.types import Role
from tests.ledger.cast import CNY, ESCROW, GATEWAY, actor, earn, entry, open_bank, payable

pytestmark = pytest.mark.django_db


def _signed_in(owner: UUID | None = None, role: Role = Role.OWNER, *, operator: bool = False) -> Client:
    user = User.objects.create_user(email=f"{new_id().hex}@example.com", is_staff=operator)
    if owner is not None:
        join_actor(user.id, owner, role)
    client = Client()
    client.force_login(user)
    return client


def _sold(owner: UUID, minor: int = 7_000) -> None:
    """A released sale of which the owner made seven tenths."""
    order = new_id()
    told = {
        "order": "7K3M-Q2P9-XW",
        "product": {"en": "Tea bowl", "zh-hans": "茶碗"},
        "quantity": 2,
        "part": "maker",
        "permille": 700,
        "base_minor": 10_000,
        "share_minor": 7_000,
    }
    drafts = [
        entry({GATEWAY: minor, ESCROW: -minor}, subject=order),
        entry({ESCROW: minor, payable(owner): -minor}, kind="release", subject=order, detail=told),
    ]
    post_entries(drafts, now=read_now())


def test_a_statement_explains_every_line() -> None:
    """Order, product, part, rate and base stand beside the amount."""
    amina = actor("Amina")
    _sold(amina)
    page = _signed_in(amina).get("/money/").content.decode()
    for told in ("2 × Tea bowl", "your part as maker: 70 % of ¥100.00", "7K3M-Q2P9-XW", "¥70.00"):
        assert told in page, told
    assert "<script>" not in page
    assert "style=" not in page


def test_a_statement_speaks_chinese() -> None:
    """Every word of ours, and the product's own Chinese name."""
    amina = actor("Amina")
    _sold(amina)
    page = _signed_in(amina).get("/money/", headers={"accept-language": "zh-hans"}).content.decode()
    for told in ("茶碗", "您作为手艺人的份额：¥100.00 的 70 %", "¥70.00", "对账单"):
        assert told in page, told
    for english in ("your part", "Due to you now", "Carried over", "Statement"):
        assert english not in page, english


def test_what_was_refunded_before_is_said() -> None:
    """A smaller amount than the frozen share names the difference."""
    amina = actor("Amina")
    _sold(amina, 6_500)
    assert "¥5.00 of it was refunded before" in _signed_in(amina).get("/money/").content.decode()


def test_strangers_sign_in_and_buyers_see_nothing() -> None:
    """Nobody signed in is sent to sign in; a member without a part in money is refused."""
    answer = Client().get("/money/")
    assert answer.status_code == 302
    assert settings.LOGIN_URL in answer["Location"] or "login" in answer["Location"]
    assert _signed_in(actor("Bo"), Role.BUYER).get("/money/").status_code == 403
    assert _signed_in(actor("Chen"), Role.DRIVER).get("/money/statement.csv").status_code == 403


def test_nobody_sees_anothers_money() -> None:
    """Femi's page holds none of Amina's lines, whatever she asks for."""
    amina, femi = actor("Amina"), actor("Femi")
    _sold(amina)
    page = _signed_in(femi).get("/money/", {"actor": str(amina), "month": "2026-11"}).content.decode()
    assert "Tea bowl" not in page


@pytest.mark.parametrize(
    "query", ["month=2026-13", "month=x", "after=-1", "after=99999999999999", "currency=XXX", "month=9999-12"]
)
def test_nonsense_in_the_address_gives_the_usual_page(query: str) -> None:
    """A mistyped address is not an error page."""
    assert _signed_in(actor("Amina")).get(f"/money/?{query}").status_code == 200


def test_a_long_statement_costs_as_many_queries_as_a_short_one() -> None:
    """Lines are read in one query however many there are, and pages follow each other."""
    amina = actor("Amina")
    client = _signed_in(amina)
    _sold(amina)
    client.get("/money/")
    with CaptureQueriesContext(connection) as short:
        client.get("/money/")
    for _ in range(105):
        _sold(amina, 100)
    with CaptureQueriesContext(connection) as long:
        page = client.get("/money/")
    assert len(long) == len(short)
    assert len(long) <= 12
    assert "&amp;after=100" in page.content.decode()
    assert "&amp;after=100" not in client.get("/money/?after=100").content.decode()


def test_the_statement_as_csv_adds_up() -> None:
    """Opening, lines, closing; the amounts sum from one to the other; no cell is a formula."""
    amina = actor("Amina")
    _sold(amina)
    earn(amina, 333)
    answer = _signed_in(amina).get("/money/statement.csv")
    text = answer.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["balance"] for row in rows] == ["0.00", "70.00", "73.33", "73.33"]
    assert rows[1]["what"] == "Sale: 2 × Tea bowl"
    assert answer["Content-Disposition"].startswith("attachment")


def test_bank_details_are_given_by_a_form_and_shown_masked() -> None:
    """The owner types them once; afterwards only the last four characters are seen."""
    amina = actor("Amina")
    client = _signed_in(amina)
    typed = {"holder": "Amina Zhou", "bank": "County Rural Bank", "number": "6222 0000 1111 2222"}
    assert client.post("/money/bank/", typed).status_code == 302
    page = client.get("/money/bank/").content.decode()
    assert "2222" in page
    assert "62220000" not in page
    assert "Amina Zhou" not in page
    known = payout_account(amina)
    assert known is not None
    assert known.bank == "County Rural Bank"


def test_wrong_bank_details_are_said_beside_the_field() -> None:
    """What was typed stays, and the field says what it wants."""
    answer = _signed_in(actor("Amina")).post("/money/bank/", {"holder": "Amina", "bank": "Bank", "number": "12"})
    assert answer.status_code == 422
    assert "An account number has 6 to 34 digits and letters." in answer.content.decode()


def test_only_an_owner_changes_where_the_money_goes() -> None:
    """A helper of the household may read the statement, not redirect it."""
    assert _signed_in(actor("Amina"), Role.MAKER).get("/money/bank/").status_code == 403


def _batch() -> tuple[PayoutBatchRecord, UUID]:
    amina = actor("Amina")
    earn(amina, 7_000)
    open_bank(amina)
    return make_payout_batch(currency=CNY, made_by=amina, now=read_now()), amina


@pytest.mark.parametrize("address", ["/money/payouts/", "/money/trial-balance/", "/money/payouts/{batch}/"])
def test_payouts_are_for_the_operator_alone(address: str) -> None:
    """An owner of an actor is a stranger here."""
    batch, amina = _batch()
    told = address.format(batch=batch.id)
    assert _signed_in(amina).get(told).status_code == 403
    assert Client().get(told).status_code == 302
    assert _signed_in(operator=True).get(told).status_code == 200


@pytest.mark.parametrize(
    "address", ["/money/payouts/{batch}/bank.csv", "/money/payouts/{batch}/mark/", "/money/payouts/{batch}/paid/"]
)
def test_strangers_neither_take_files_nor_mark(address: str) -> None:
    """The bank's file and the marks are the operator's."""
    batch, amina = _batch()
    assert _signed_in(amina).post(address.format(batch=batch.id)).status_code == 403


def test_the_operator_makes_a_batch_takes_the_file_and_marks() -> None:
    """The whole way with plain forms: make, download, paid; a second make says that nothing is due."""
    amina, dao = actor("Amina"), actor("Dao")
    for person in (amina, dao):
        earn(person, 7_000)
        open_bank(person)
    client = _signed_in(operator=True)
    made = client.post("/money/payouts/")
    page = client.get(made["Location"]).content.decode()
    assert "A batch with 2 payouts was made." in page
    batch = payout_batch(PayoutBatchId(UUID(made["Location"].split("/")[-2])))
    file = client.post(f"/money/payouts/{batch.id}/bank.csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert b"140.00" in file.content
    assert file["Cache-Control"] == "no-store"
    assert not client.post(f"/money/payouts/{batch.id}/bank.csv", {"bom": "0"}).content.startswith(b"\xef\xbb\xbf")
    first, second = payout_items(batch.id)
    client.post(f"/money/payouts/{batch.id}/mark/", {"item": str(first.id), "state": "paid"})
    client.post(f"/money/payouts/{batch.id}/mark/", {"item": str(second.id), "state": "returned", "reason": "closed"})
    assert [item.state for item in payout_items(batch.id)] == [ItemState.PAID, ItemState.RETURNED]
    assert "closed" in client.get(f"/money/payouts/{batch.id}/").content.decode()
    again = client.post(f"/money/payouts/{batch.id}/mark/", {"item": str(second.id), "state": "paid"})
    assert again.status_code == 409
    client.post("/money/payouts/")
    assert "There is nothing to pay out" in client.post("/money/payouts/", follow=True).content.decode()


def test_a_batch_says_who_took_its_file() -> None:
    """Before anybody did it says so; then each taker with the time, in clear words."""
    batch, _ = _batch()
    client = _signed_in(operator=True)
    assert "Nobody has taken the file yet." in client.get(f"/money/payouts/{batch.id}/").content.decode()
    client.post(f"/money/payouts/{batch.id}/bank.csv")
    client.post(f"/money/payouts/{batch.id}/bank.csv", {"bom": "0"})
    first, second = payout_file_takes(batch.id)
    assert first.taken_by == second.taken_by
    page = client.get(f"/money/payouts/{batch.id}/").content.decode()
    assert "Nobody has taken the file yet." not in page
    assert "File taken" in page


def test_all_of_a_batch_is_marked_as_paid_at_once_but_for_what_came_back() -> None:
    """What the bank returned stays returned; pressing again marks nothing; the books hold."""
    for name in ("Bo", "Dao"):
        other = actor(name)
        earn(other, 3_000)
        open_bank(other)
    batch, _ = _batch()
    client = _signed_in(operator=True)
    returned, *others = payout_items(batch.id)
    mark = {"item": str(returned.id), "state": "returned", "reason": "closed"}
    client.post(f"/money/payouts/{batch.id}/mark/", mark)
    page = client.post(f"/money/payouts/{batch.id}/paid/", follow=True).content.decode()
    assert "2 payouts were marked as paid." in page
    states = [item.state for item in payout_items(batch.id)]
    assert (len(others), states) == (2, [ItemState.RETURNED, ItemState.PAID, ItemState.PAID])
    again = client.post(f"/money/payouts/{batch.id}/paid/", follow=True).content.decode()
    assert "0 payouts were marked as paid." in again
    assert check_books() == []


def test_an_item_is_marked_only_on_its_own_batch() -> None:
    """A forged form of another batch is not found."""
    batch, _ = _batch()
    item = payout_items(batch.id)[0]
    other = _signed_in(operator=True).post(f"/money/payouts/{new_id()}/mark/", {"item": str(item.id), "state": "paid"})
    assert other.status_code == 404


def test_the_trial_balance_is_equal_and_checks_on_request() -> None:
    """Debits equal credits; the check says that the books are as promised."""
    _batch()
    client = _signed_in(operator=True)
    assert "equal" in client.get("/money/trial-balance/").content.decode()
    assert "The books are as promised" in client.get("/money/trial-balance/?check=1").content.decode()


def test_every_kind_of_entry_has_a_title_in_both_languages() -> None:
    """A new kind of entry that an actor sees must be given words."""
    from millstream.ledger.types import EntryKind
    from millstream.ledger.web.explain import PARTS, PURPOSES, TITLES

    unseen = {
        EntryKind.CAPTURE,
        EntryKind.LATE_CAPTURE,
        EntryKind.REFUND_REFUSED,
        EntryKind.REFUND_BY_HAND,
        EntryKind.SETTLEMENT,
        EntryKind.PAYOUT_PAID,
    }
    assert set(EntryKind) - unseen == set(TITLES)
    for told in (*TITLES.values(), *PARTS.values(), *PURPOSES.values()):
        with translation.override("en"):
            english = str(told)
        with translation.override("zh-hans"):
            assert str(told) != english, english
