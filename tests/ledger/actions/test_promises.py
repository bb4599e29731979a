"""The database keeps the promises about money by itself: every test here goes around our code with raw SQL."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.ledger.rules.accounts import account_id
from tests.ledger.cast import BANK, ESCROW, GATEWAY, actor, earn, open_bank, payable, post

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = """
INSERT INTO ledger_account (purpose, owner_id, currency, kind, guard, custodian, id, opened_at)
VALUES ({values}, gen_random_uuid(), now())
"""
ENTRY = """
INSERT INTO ledger_entry (id, kind, key, request_hash, occurred_at, posted_at, source_kind, source_id, memo)
VALUES (%(id)s, 'raw', %(key)s, '\\x00', %(now)s, %(now)s, 'raw', %(id)s, '')
"""
POSTINGS = """
INSERT INTO ledger_posting (entry_id, account_id, amount_minor, subject, detail, posted_at)
SELECT %s, account_id, amount_minor, subject, '{}', %s
FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[]) AS told(account_id, amount_minor, subject)
"""


@pytest.fixture
def raw() -> Iterator[psycopg.Connection]:
    """A connection that knows nothing of our code; each test's work is one transaction."""
    told = connection.get_connection_params()
    keys = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{key: told[key] for key in keys if told.get(key)}) as other:
        yield other


def _raw_entry(raw: psycopg.Connection, sides: Sequence[tuple[UUID, int, UUID | None]]) -> UUID:
    """An entry with these postings, written by hand in the open transaction."""
    entry, now = new_id(), read_now()
    raw.execute(ENTRY, {"id": entry, "key": str(entry), "now": now})
    if sides:
        _raw_postings(raw, entry, sides, now)
    return entry


def _raw_postings(raw: psycopg.Connection, entry: UUID, sides: Sequence[tuple[UUID, int, UUID | None]], now) -> None:
    columns = [list(column) for column in zip(*sides, strict=True)]
    raw.execute(POSTINGS, [entry, now, *columns])


@pytest.fixture
def order() -> UUID:
    """An order whose 10,800 are in escrow."""
    order = new_id()
    post({GATEWAY: 10_800, ESCROW: -10_800}, subject=order)
    post({BANK: 5, GATEWAY: -5})
    return order


def _refused(raw: psycopg.Connection, constraint: str, statement: str, told: Sequence[object] = ()) -> None:
    with pytest.raises(psycopg.errors.IntegrityError) as error:
        raw.execute(statement, told)
    assert error.value.diag.constraint_name == constraint
    raw.rollback()


def test_a_hand_written_entry_that_is_whole_is_taken(raw: psycopg.Connection, order: UUID) -> None:
    """The refusals below are about what is wrong, not about who writes."""
    _raw_entry(raw, [(account_id(BANK), 7, None), (account_id(GATEWAY), -7, None)])
    raw.commit()


@pytest.mark.parametrize("minor", [-6, -8, 7])
def test_an_unbalanced_entry_is_refused(raw: psycopg.Connection, order: UUID, minor: int) -> None:
    """One cent over or under, or both sides debit."""
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        _raw_entry(raw, [(account_id(BANK), 7, None), (account_id(GATEWAY), minor, None)])
    assert error.value.diag.constraint_name == "ledger_entry_sums_to_zero"


def test_one_batch_does_not_hide_an_unbalanced_entry_behind_another(raw: psycopg.Connection, order: UUID) -> None:
    """Two entries written in one statement whose errors cancel out are refused all the same."""
    first, second, now = new_id(), new_id(), read_now()
    for entry in (first, second):
        raw.execute(ENTRY, {"id": entry, "key": str(entry), "now": now})
    with pytest.raises(psycopg.errors.CheckViolation, match="sums_to_zero"):
        raw.execute(
            "INSERT INTO ledger_posting (entry_id, account_id, amount_minor, detail, posted_at) VALUES"
            " (%(a)s, %(x)s, 7, '{}', %(t)s), (%(a)s, %(y)s, -6, '{}', %(t)s),"
            " (%(b)s, %(x)s, 6, '{}', %(t)s), (%(b)s, %(y)s, -7, '{}', %(t)s)",
            {"a": first, "b": second, "x": account_id(BANK), "y": account_id(GATEWAY), "t": now},
        )


def test_an_entry_without_postings_is_refused_at_commit(raw: psycopg.Connection) -> None:
    """An entry has two sides."""
    _raw_entry(raw, [])
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        raw.commit()
    assert error.value.diag.constraint_name == "ledger_entry_has_two_sides"


def test_a_zero_posting_is_refused(raw: psycopg.Connection, order: UUID) -> None:
    """Nothing is no posting."""
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        _raw_entry(raw, [(account_id(BANK), 0, None), (account_id(GATEWAY), 0, None)])
    assert error.value.diag.constraint_name == "ledger_posting_is_not_zero"


def test_a_committed_entry_is_sealed(raw: psycopg.Connection, order: UUID) -> None:
    """Not even a balanced pair can be added to an entry of the past."""
    now = read_now()
    raw.execute("SELECT 1")
    raw.rollback()
    entry = raw.execute("SELECT id FROM ledger_entry LIMIT 1").fetchone()
    assert entry is not None
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        _raw_postings(raw, entry[0], [(account_id(BANK), 7, None), (account_id(GATEWAY), -7, None)], now)
    assert error.value.diag.constraint_name == "ledger_entry_is_sealed"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
        "UPDATE ledger_posting SET entry_id = (SELECT max(id::text)::uuid FROM ledger_entry)",
        "UPDATE ledger_posting SET detail = '{}'",
        "DELETE FROM ledger_posting",
        "TRUNCATE ledger_posting",
        "UPDATE ledger_entry SET memo = 'other'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "UPDATE ledger_account SET guard = 'none'",
        "DELETE FROM ledger_account",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry ON CONFLICT (key) DO UPDATE SET memo = 'x'",
    ],
)
def test_nothing_posted_is_ever_edited(raw: psycopg.Connection, order: UUID, statement: str) -> None:
    """No update, no delete, no truncate, by any road."""
    _refused(raw, "ledger_is_never_edited", statement)


def _without(raw: psycopg.Connection, table: str, trigger: str) -> None:
    raw.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def test_a_re_parented_posting_is_refused_although_edits_were_let_through(raw: psycopg.Connection, order: UUID) -> None:
    """Should the edit trigger be gone, a leg moved to another entry still leaves one entry that does not sum."""
    entries = raw.execute("SELECT DISTINCT entry_id FROM ledger_posting").fetchall()
    _without(raw, "ledger_posting", "ledger_is_never_edited")
    raw.execute(
        "UPDATE ledger_posting SET entry_id = %s WHERE id = (SELECT min(id) FROM ledger_posting WHERE entry_id = %s)",
        [entries[0][0], entries[1][0]],
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        raw.commit()


def test_both_parents_of_a_moved_posting_are_looked_at(raw: psycopg.Connection, order: UUID) -> None:
    """A pair that sums to zero moves from a four-sided entry: the new parent is fine, the old one is left empty."""
    pair = [(account_id(BANK), 7, None), (account_id(GATEWAY), -7, None)]
    first, second = _raw_entry(raw, pair), _raw_entry(raw, pair)
    raw.commit()
    _without(raw, "ledger_posting", "ledger_is_never_edited")
    raw.execute("UPDATE ledger_posting SET entry_id = %s WHERE entry_id = %s", [first, second])
    with pytest.raises(psycopg.errors.CheckViolation, match="two_sides"):
        raw.commit()


def test_a_deleted_leg_is_refused_although_edits_were_let_through(raw: psycopg.Connection, order: UUID) -> None:
    """The second line holds for deletes too."""
    _without(raw, "ledger_posting", "ledger_is_never_edited")
    raw.execute("DELETE FROM ledger_posting WHERE id = (SELECT min(id) FROM ledger_posting)")
    with pytest.raises(psycopg.errors.CheckViolation):
        raw.commit()


def test_postings_by_hand_cannot_overdraw_escrow(raw: psycopg.Connection, order: UUID) -> None:
    """The guard moves with the posting, whoever writes it."""
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        _raw_entry(raw, [(account_id(ESCROW), 10_801, order), (account_id(GATEWAY), -10_801, order)])
    assert error.value.diag.constraint_name == "ledger_never_overdrawn"


def test_escrow_without_a_subject_is_refused(raw: psycopg.Connection, order: UUID) -> None:
    """Money in escrow belongs to an order."""
    with pytest.raises(psycopg.errors.IntegrityError):
        _raw_entry(raw, [(account_id(ESCROW), -5, None), (account_id(GATEWAY), 5, None)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_guard SET held_minor = 99999",
        "DELETE FROM ledger_guard",
        "TRUNCATE ledger_guard",
        "INSERT INTO ledger_guard (account_id, subject, held_minor) VALUES (gen_random_uuid(), gen_random_uuid(), 5)",
    ],
)
def test_guards_are_moved_by_postings_alone(raw: psycopg.Connection, order: UUID, statement: str) -> None:
    """Nobody writes what an account holds."""
    _refused(raw, "ledger_guard_is_kept", statement)


@pytest.mark.parametrize(
    "values",
    [
        "'payable', NULL, 'CNY', 'L', 'account', ''",
        "'payable', %(actor)s, 'CNY', 'L', 'none', ''",
        "'payable', %(actor)s, 'CNY', 'A', 'account', ''",
        "'bank', %(actor)s, 'CNY', 'A', 'none', 'bank'",
        "'purse', NULL, 'CNY', 'A', 'none', ''",
    ],
)
def test_an_account_follows_the_plan(raw: psycopg.Connection, values: str) -> None:
    """Kind, guard and owner come from the purpose, and the purposes are known."""
    maker = actor("Amina")
    with pytest.raises(psycopg.errors.CheckViolation, match="ledger_account_follows_plan"):
        raw.execute(ACCOUNT.format(values=values), {"actor": maker})


def test_there_is_one_account_for_a_purpose(raw: psycopg.Connection, order: UUID) -> None:
    """A second escrow account of a currency is refused although it has no owner."""
    copied = (
        "INSERT INTO ledger_account (id, purpose, currency, kind, guard, custodian, opened_at)"
        " SELECT gen_random_uuid(), purpose, currency, kind, guard, custodian, opened_at"
        " FROM ledger_account WHERE purpose = 'escrow'"
    )
    _refused(raw, "ledger_one_account", copied)


def test_an_entry_is_reversed_once(raw: psycopg.Connection, order: UUID) -> None:
    """A second reversal is refused by the database, and one that does not mirror too."""
    pair = [(account_id(BANK), 7, None), (account_id(GATEWAY), -7, None)]
    first = _raw_entry(raw, pair)
    raw.commit()
    mirror = [(account, -minor, subject) for account, minor, subject in pair]
    reversal = (
        "INSERT INTO ledger_entry (id, kind, key, request_hash, occurred_at, posted_at, source_kind, source_id, memo,"
        " reverses_id) VALUES (%s, 'raw', %s, '\\x00', %s, %s, 'raw', %s, '', %s)"
    )

    def reverse(sides: Sequence[tuple[UUID, int, UUID | None]]) -> None:
        entry, now = new_id(), read_now()
        raw.execute(reversal, [entry, str(entry), now, now, entry, first])
        _raw_postings(raw, entry, sides, now)
        raw.commit()

    with pytest.raises(psycopg.errors.CheckViolation, match="ledger_reversal_mirrors"):
        reverse([(account_id(BANK), -6, None), (account_id(GATEWAY), 6, None)])
    raw.rollback()
    reverse(mirror)
    with pytest.raises(psycopg.errors.UniqueViolation, match="ledger_reversed_once"):
        reverse(mirror)


def test_a_payout_batch_adds_up(raw: psycopg.Connection) -> None:
    """A batch whose control sums are not those of its items is refused at commit, and never edited."""
    from millstream.ledger.api import make_payout_batch

    maker = actor("Amina")
    earn(maker, 8_000)
    open_bank(maker)
    make_payout_batch(currency="CNY", made_by=maker, now=read_now())
    raw.execute(
        "INSERT INTO ledger_payoutbatch (id, currency, made_by, made_at, items, total_minor)"
        " VALUES (%s, 'CNY', %s, now(), 1, 8000)",
        [new_id(), maker],
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="ledger_batch_adds_up"):
        raw.commit()
    _refused(raw, "ledger_is_never_edited", "UPDATE ledger_payoutbatch SET total_minor = 1")
    _refused(raw, "ledger_is_never_edited", "DELETE FROM ledger_payoutitem")
    _refused(raw, "ledger_item_goes_on", "UPDATE ledger_payoutitem SET amount_minor = 1")
    _refused(raw, "ledger_payout_account_is_replaced", "UPDATE ledger_payoutaccount SET number = '\\x00'")


def test_money_of_one_owner_has_one_currency_code(raw: psycopg.Connection) -> None:
    """A currency is three capital letters."""
    with pytest.raises(psycopg.errors.CheckViolation, match="ledger_currency_is_iso"):
        raw.execute(
            "INSERT INTO ledger_account (purpose, owner_id, currency, kind, guard, custodian, id, opened_at)"
            " VALUES ('payable', %s, 'cny', 'L', 'account', '', gen_random_uuid(), now())",
            [actor("Amina")],
        )


def test_what_is_due_cannot_be_taken_twice_by_hand(raw: psycopg.Connection) -> None:
    """A payable account is guarded as a whole."""
    maker = actor("Amina")
    earn(maker, 8_000)
    with pytest.raises(psycopg.errors.CheckViolation, match="ledger_never_overdrawn"):
        _raw_entry(raw, [(account_id(payable(maker)), 8_001, None), (account_id(GATEWAY), -8_001, None)])
