"""Whether the books are as promised: every promise of the ledger, looked for where it would be broken."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection

from millstream.ledger.types import Difference

MOST_OF_A_KIND: Final = 100

_UNBALANCED = """
SELECT posting.entry_id, account.currency, sum(posting.amount_minor)
FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
GROUP BY posting.entry_id, account.currency HAVING sum(posting.amount_minor) <> 0 LIMIT %s
"""
_ONE_SIDED = """
SELECT entry.id, count(posting.id) FROM ledger_entry AS entry
LEFT JOIN ledger_posting AS posting ON posting.entry_id = entry.id
GROUP BY entry.id HAVING count(posting.id) < 2 LIMIT %s
"""
_ASTRAY_IN_TIME = """
SELECT posting.id, entry.posted_at, posting.posted_at
FROM ledger_posting AS posting JOIN ledger_entry AS entry ON entry.id = posting.entry_id
WHERE posting.posted_at <> entry.posted_at LIMIT %s
"""
_GUARDS = """
WITH fold AS (
    SELECT posting.account_id,
           CASE account.guard WHEN 'subject' THEN posting.subject
                ELSE '00000000-0000-0000-0000-000000000000' END AS subject,
           sum(CASE WHEN account.kind IN ('A', 'X') THEN posting.amount_minor ELSE -posting.amount_minor END) AS minor
    FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
    WHERE account.guard <> 'none' GROUP BY 1, 2
)
SELECT account.purpose, coalesce(fold.account_id, guard.account_id), coalesce(fold.subject, guard.subject),
       coalesce(fold.minor, 0), guard.held_minor
FROM fold FULL JOIN ledger_guard AS guard ON guard.account_id = fold.account_id AND guard.subject = fold.subject
JOIN ledger_account AS account ON account.id = coalesce(fold.account_id, guard.account_id)
WHERE coalesce(fold.minor, 0) IS DISTINCT FROM guard.held_minor OR fold.minor < 0 LIMIT %s
"""
_REVERSALS = """
SELECT entry.id, entry.reverses_id, sum(posting.amount_minor)
FROM ledger_entry AS entry
JOIN ledger_posting AS posting ON posting.entry_id IN (entry.id, entry.reverses_id)
WHERE entry.reverses_id IS NOT NULL
GROUP BY entry.id, entry.reverses_id, posting.account_id, posting.subject HAVING sum(posting.amount_minor) <> 0 LIMIT %s
"""
_BATCHES = """
SELECT batch.id, batch.items, batch.total_minor, count(item.id), coalesce(sum(item.amount_minor), 0)
FROM ledger_payoutbatch AS batch LEFT JOIN ledger_payoutitem AS item ON item.batch_id = batch.id
GROUP BY batch.id HAVING count(item.id) <> batch.items OR coalesce(sum(item.amount_minor), 0) <> batch.total_minor
LIMIT %s
"""
_CLEARING = """
WITH waiting AS (
    SELECT item.owner_id, batch.currency, sum(item.amount_minor) AS minor
    FROM ledger_payoutitem AS item JOIN ledger_payoutbatch AS batch ON batch.id = item.batch_id
    WHERE item.state = 'batched' GROUP BY item.owner_id, batch.currency
), clearing AS (
    SELECT account.owner_id, account.currency, -sum(posting.amount_minor) AS minor
    FROM ledger_account AS account JOIN ledger_posting AS posting ON posting.account_id = account.id
    WHERE account.purpose = 'payout' GROUP BY account.owner_id, account.currency
)
SELECT coalesce(waiting.owner_id, clearing.owner_id), coalesce(waiting.currency, clearing.currency),
       coalesce(waiting.minor, 0), coalesce(clearing.minor, 0)
FROM waiting FULL JOIN clearing USING (owner_id, currency)
WHERE coalesce(waiting.minor, 0) <> coalesce(clearing.minor, 0) LIMIT %s
"""
_ITEMS = """
SELECT item.id, item.state, item.amount_minor, entry.id,
       (SELECT sum(posting.amount_minor) FROM ledger_posting AS posting
        WHERE posting.entry_id = entry.id AND posting.amount_minor > 0)
FROM ledger_payoutitem AS item
LEFT JOIN ledger_entry AS entry ON entry.key = 'payout:' || item.id || ':' || item.state
WHERE entry.id IS NULL OR item.amount_minor <> (
    SELECT coalesce(sum(posting.amount_minor), 0) FROM ledger_posting AS posting
    WHERE posting.entry_id = entry.id AND posting.amount_minor > 0) LIMIT %s
"""


def check_books() -> list[Difference]:
    """Everything in the books that is not as promised; empty when all is well. At most 100 of each kind.

    Reads every posting: for `reconcile` and drills, not for pages.
    """
    return [*_entries(), *_guards(), *_payouts()]


def _rows(statement: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_OF_A_KIND])
        yield from cursor.fetchall()


def _entries() -> Iterator[Difference]:
    for entry, currency, over in _rows(_UNBALANCED):
        yield Difference(f"entry {entry}", "an entry sums to zero", f"0 {currency}", f"{over} {currency}")
    for entry, postings in _rows(_ONE_SIDED):
        yield Difference(f"entry {entry}", "an entry has two sides", "2 or more postings", str(postings))
    for posting, expected, found in _rows(_ASTRAY_IN_TIME):
        yield Difference(f"posting {posting}", "a posting is posted with its entry", str(expected), str(found))
    for entry, mirrored, over in _rows(_REVERSALS):
        yield Difference(f"entry {entry}", f"a reversal mirrors its entry {mirrored}", "0 left over", str(over))


def _guards() -> Iterator[Difference]:
    for purpose, account, subject, fold, held in _rows(_GUARDS):
        where = f"{purpose} account {account}" + (f" for {subject}" if subject and subject.int else "")
        if held is None or fold != held:
            yield Difference(where, "a guard is the fold of its postings", str(fold), str(held))
        if fold < 0:
            yield Difference(where, "a guarded account is never overdrawn", "0 or more", str(fold))


def _payouts() -> Iterator[Difference]:
    for batch, items, total, found_items, found_total in _rows(_BATCHES):
        expected, found = f"{items} items, {total}", f"{found_items} items, {found_total}"
        yield Difference(f"payout batch {batch}", "a batch is the sum of its items", expected, found)
    for owner, currency, waiting, clearing in _rows(_CLEARING):
        where = f"payouts of actor {owner} in {currency}"
        yield Difference(where, "what is in clearing is what the bank has not answered", str(waiting), str(clearing))
    for item, state, minor, entry, found in _rows(_ITEMS):
        expected = f"an entry of {minor} for {state}"
        told = "none" if entry is None else f"entry {entry} of {found}"
        yield Difference(f"payout item {item}", "every state of an item has its entry", expected, told)
