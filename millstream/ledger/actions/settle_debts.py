"""Settle debts out of what has become due since."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.ledger.actions.post_entries import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, EntryPosted, PostingDraft, Purpose

MOST_DEBTORS: Final = 1_000

# Both guards of each debtor are locked, in key order; a debtor whose debt was settled meanwhile drops out.
_LOCK_DEBTORS = """
SELECT account.owner_id, account.purpose, guard.held_minor
FROM ledger_guard AS guard JOIN ledger_account AS account ON account.id = guard.account_id
WHERE account.currency = %s AND account.purpose IN ('debt', 'payable') AND account.owner_id IN (
    SELECT debtor.owner_id FROM ledger_guard AS owed JOIN ledger_account AS debtor ON debtor.id = owed.account_id
    WHERE debtor.purpose = 'debt' AND debtor.currency = %s AND owed.held_minor > 0
    ORDER BY debtor.owner_id LIMIT %s)
ORDER BY guard.account_id, guard.subject FOR UPDATE OF guard
"""


@transaction.atomic
def settle_debts(currency: str, *, now: datetime) -> list[EntryPosted]:
    """Pay the debts of actors from what is due to them, as far as it reaches."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DEBTORS, [currency, currency, MOST_DEBTORS])
        held = {(owner, purpose): minor for owner, purpose, minor in cursor.fetchall()}
    drafts = []
    for (owner, purpose), debt in held.items():
        due = held.get((owner, Purpose.PAYABLE.value), 0)
        settled = min(debt, due) if purpose == Purpose.DEBT else 0
        if settled:
            entry = new_id()
            postings = (
                PostingDraft(AccountKey(Purpose.PAYABLE, owner, currency), settled),
                PostingDraft(AccountKey(Purpose.DEBT, owner, currency), -settled),
            )
            drafts.append(EntryDraft(entry, EntryKind.DEBT_SETTLED, f"debt:{entry}", now, "actor", owner, postings))
    return post_entries(drafts, now=now)
