"""Reverse an entry: the only way to correct one."""

import json
from datetime import datetime
from uuid import UUID

from django.db import connection

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.actions.post_entries import post_entries
from millstream.ledger.refusals import AlreadyReversed, KeyReused
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, EntryPosted, PostingDraft

_POSTINGS = """
SELECT account.purpose, account.owner_id, account.currency, posting.amount_minor, posting.subject, posting.detail::text
FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
WHERE posting.entry_id = %s ORDER BY posting.id
"""


def reverse_entry(entry: UUID, *, memo: str, now: datetime) -> EntryPosted:
    """Post the mirror of an entry, once; the same call again gives the same reversal.

    Refuses with NotFound, with AlreadyReversed when it was reversed for another reason, with Overdrawn when the
    money is gone from where the entry had put it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [entry])
        rows = cursor.fetchall()
    if not rows:
        raise NotFound(what="entry")
    mirrored = tuple(
        PostingDraft(AccountKey(purpose, owner, currency), -amount, subject, json.loads(detail))
        for purpose, owner, currency, amount, subject, detail in rows
    )
    draft = EntryDraft(
        id=new_id(),
        kind=EntryKind.REVERSAL,
        key=f"reversal:{entry}",
        occurred_at=now,
        source_kind="entry",
        source_id=entry,
        postings=mirrored,
        memo=memo,
        reverses=entry,
    )
    try:
        return post_entries([draft], now=now)[0]
    except KeyReused:
        raise AlreadyReversed(entry=entry) from None
