"""What the postings say about single orders: who earned what of them, and what is still held."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

# A reversal counts as what it undoes. What a refund could not take from what was due stands as debt: it is given
# back all the same.
_EARNED: Final = """
SELECT posting.subject, account.owner_id, -sum(posting.amount_minor)
FROM ledger_posting AS posting
JOIN ledger_account AS account ON account.id = posting.account_id
JOIN ledger_entry AS entry ON entry.id = posting.entry_id
LEFT JOIN ledger_entry AS undone ON undone.id = entry.reverses_id
WHERE posting.subject = ANY(%s::uuid[]) AND account.purpose IN ('payable', 'debt', 'carriage')
  AND coalesce(undone.kind, entry.kind) IN ('release', 'late_refund', 'refund_kept')
GROUP BY posting.subject, account.owner_id
"""
_HELD: Final = """
SELECT posting.subject, -sum(posting.amount_minor)
FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
WHERE posting.subject = ANY(%s::uuid[]) AND account.purpose = 'escrow'
GROUP BY posting.subject
"""


def earned_by_subject(subjects: Sequence[UUID]) -> dict[tuple[UUID, UUID], int]:
    """What each actor has of each of these orders by release, less what refunds after it took: (order, actor)."""
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, [list(subjects)])
        return {(subject, owner): int(minor) for subject, owner, minor in cursor.fetchall()}


def held_by_subject(subjects: Sequence[UUID]) -> dict[UUID, int]:
    """What escrow holds for each of these orders; those without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(subjects)])
        return {subject: int(minor) for subject, minor in cursor.fetchall() if minor}
