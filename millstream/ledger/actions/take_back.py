"""Take money back from actors after release: from what is due to them as far as it reaches, the rest as debt."""

from collections.abc import Sequence

from django.db import connection

from millstream.ledger.rules.accounts import account_id
from millstream.ledger.rules.entries import cover
from millstream.ledger.types import AccountKey, PostingDraft, Purpose, TakeBack

# What is due and what is owed are locked together, in key order, as whoever settles debts locks them.
_LOCK = """
SELECT account_id, held_minor FROM ledger_guard WHERE account_id = ANY(%s::uuid[])
ORDER BY account_id, subject FOR UPDATE
"""


def take_back(asks: Sequence[TakeBack]) -> list[PostingDraft]:
    """The debit postings of a refund, one or two for each ask; what is due stays locked until the caller commits.

    Call it in the transaction that posts them. A payable account never falls below zero: what it cannot give
    becomes the actor's debt, which their later sales settle.
    """
    assert connection.in_atomic_block, "what is due must stay locked until the entry is posted"
    keys = [AccountKey(Purpose.PAYABLE, ask.actor, ask.currency) for ask in asks]
    owed_keys = [AccountKey(Purpose.DEBT, ask.actor, ask.currency) for ask in asks]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[account_id(key) for key in (*keys, *owed_keys)]])
        due: dict[object, int] = dict(cursor.fetchall())
    drafts: list[PostingDraft] = []
    for ask, key, owed_key in zip(asks, keys, owed_keys, strict=True):
        assert ask.amount_minor > 0, "nothing is taken back by an amount of zero"
        account = account_id(key)
        from_due, owed = cover(ask.amount_minor, due.get(account, 0))
        due[account] = due.get(account, 0) - from_due
        if from_due:
            drafts.append(PostingDraft(key, from_due, ask.subject, ask.detail))
        if owed:
            drafts.append(PostingDraft(owed_key, owed, ask.subject, ask.detail))
    return drafts
