"""Make a payout batch: everything that is due, to everybody whose bank is known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
from django.db import OperationalError, connection, transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id, short_code
from millstream.ledger.actions.post_entries import post_entries
from millstream.ledger.actions.settle_debts import settle_debts
from millstream.ledger.facts import PayoutBatched
from millstream.ledger.models import PayoutBatch, PayoutItem
from millstream.ledger.queries.payouts import payout_batch
from millstream.ledger.refusals import NothingDue
from millstream.ledger.types import (
    AccountKey,
    EntryDraft,
    EntryKind,
    PayoutBatchId,
    PayoutBatchRecord,
    PostingDraft,
    Purpose,
)

MOST_ITEMS: Final = 1_000

# A sweep that releases may hold some of these and want others; should the two wait for each other in a ring,
# PostgreSQL ends one, and this one tries again.
MOST_TRIES: Final = 3
_LOCK_ALL = """
SELECT FROM ledger_guard AS guard JOIN ledger_account AS account ON account.id = guard.account_id
WHERE account.currency = %s AND account.purpose IN ('payable', 'payout', 'debt')
ORDER BY guard.account_id, guard.subject FOR UPDATE OF guard
"""
# Locked in key order; a second batch that waited here finds the amounts gone and has nothing to do.
_LOCK_DUE = """
SELECT account.owner_id, bank.id, guard.held_minor
FROM ledger_guard AS guard
JOIN ledger_account AS account ON account.id = guard.account_id
JOIN ledger_payoutaccount AS bank ON bank.owner_id = account.owner_id AND bank.replaced_at IS NULL
WHERE account.purpose = 'payable' AND account.currency = %s AND guard.held_minor > 0
ORDER BY guard.account_id LIMIT %s FOR UPDATE OF guard
"""


def make_payout_batch(*, currency: str, made_by: UUID, now: datetime) -> PayoutBatchRecord:
    """Move what is due to actors with bank details into clearing, and list it for the bank.

    Debts are settled first. No amount can be in two batches: its entry takes it out of what is due, and a payable
    account cannot fall below zero. Refuses with NothingDue. At most `MOST_ITEMS` actors; the next batch takes more.
    """
    for _ in range(MOST_TRIES - 1):
        try:
            return _make(currency, made_by, now)
        except OperationalError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    return _make(currency, made_by, now)


@transaction.atomic
def _make(currency: str, made_by: UUID, now: datetime) -> PayoutBatchRecord:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ALL, [currency])
    settle_debts(currency, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DUE, [currency, MOST_ITEMS])
        due = cursor.fetchall()
    if not due:
        raise NothingDue(currency=currency)
    batch = PayoutBatch(
        id=new_id(),
        currency=currency,
        made_by=made_by,
        made_at=now,
        items=len(due),
        total_minor=sum(minor for _, _, minor in due),
    )
    batch.save(force_insert=True)
    _add_items(batch, due, now)
    record(
        PayoutBatched(
            batch=batch.id, made_by=made_by, currency=currency, items=batch.items, total_minor=batch.total_minor
        ),
        now=now,
    )
    return payout_batch(PayoutBatchId(batch.id))


def _add_items(batch: PayoutBatch, due: Sequence[tuple[UUID, UUID, int]], now: datetime) -> None:
    items = []
    entries = []
    for owner, bank, minor in due:
        item, entry = new_id(), new_id()
        reference = short_code(item).replace("-", "")
        detail = {"batch": short_code(batch.id), "reference": reference}
        postings = (
            PostingDraft(AccountKey(Purpose.PAYABLE, owner, batch.currency), minor, None, detail),
            PostingDraft(AccountKey(Purpose.PAYOUT, owner, batch.currency), -minor, None, detail),
        )
        key = f"payout:{item}:batched"
        entries.append(EntryDraft(entry, EntryKind.PAYOUT_BATCHED, key, now, "payout_item", item, postings))
        items.append(
            PayoutItem(
                id=item,
                batch_id=batch.id,
                owner_id=owner,
                payout_account_id=bank,
                entry_id=entry,
                reference=reference,
                amount_minor=minor,
            )
        )
    post_entries(entries, now=now)
    PayoutItem.objects.unscoped("a batch is made for everybody").bulk_create(items)
