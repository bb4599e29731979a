"""Post entries: the only way in which money moves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from millstream.ledger.refusals import AlreadyReversed, KeyReused, Overdrawn
from millstream.ledger.rules.accounts import PLAN, account_id
from millstream.ledger.rules.entries import mistake_in, request_hash
from millstream.ledger.types import AccountKey, EntryDraft, EntryId, EntryPosted, Purpose

MOST_ENTRIES: Final = 2_000

_KNOWN_ACCOUNTS = "SELECT id FROM ledger_account WHERE id = ANY(%s::uuid[])"
_OPEN_ACCOUNTS = """
INSERT INTO ledger_account (id, purpose, owner_id, currency, kind, guard, custodian, opened_at)
SELECT id, purpose, owner_id, currency, kind, guard, custodian, %s
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
     AS told(id, purpose, owner_id, currency, kind, guard, custodian)
ORDER BY id
ON CONFLICT DO NOTHING
"""
# In the order of the keys, so that two batches that share keys wait for each other one way only.
_ADD_ENTRIES = """
INSERT INTO ledger_entry
    (id, kind, key, request_hash, occurred_at, posted_at, source_kind, source_id, reverses_id, memo)
SELECT id, kind, key, decode(request_hash, 'hex'), occurred_at, %s, source_kind, source_id, reverses_id, memo
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::uuid[], %s::uuid[],
            %s::text[]) AS told(id, kind, key, request_hash, occurred_at, source_kind, source_id, reverses_id, memo)
ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING key
"""
_STANDING = "SELECT key, id, request_hash FROM ledger_entry WHERE key = ANY(%s)"
_ADD_POSTINGS = """
INSERT INTO ledger_posting (entry_id, account_id, amount_minor, subject, detail, posted_at)
SELECT entry_id, account_id, amount_minor, subject, detail, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::uuid[], %s::jsonb[])
     WITH ORDINALITY AS told(entry_id, account_id, amount_minor, subject, detail, place)
ORDER BY place
"""


def post_entries(drafts: Sequence[EntryDraft], *, now: datetime) -> list[EntryPosted]:
    """Post these entries, all or none, each once for its key; answers stand in the order of the drafts.

    A key that stands already with the same request gives the first entry (`existed`); with another request it
    refuses with KeyReused. Refuses with Overdrawn when the batch as a whole would take a guarded account below
    zero, and with AlreadyReversed. Accounts are opened by their first posting.
    """
    assert len(drafts) <= MOST_ENTRIES, f"{len(drafts)} entries in one batch"
    for draft in drafts:
        mistake = mistake_in(draft)
        assert not mistake, f"{draft.key}: {mistake}"
    if not drafts:
        return []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return _post(cursor, drafts, now)
    except IntegrityError as error:
        raise _said(error) from error


def _post(cursor: CursorWrapper, drafts: Sequence[EntryDraft], now: datetime) -> list[EntryPosted]:
    asked: dict[str, tuple[EntryDraft, bytes]] = {}
    for draft in drafts:
        told = request_hash(draft)
        _, first = asked.setdefault(draft.key, (draft, told))
        if first != told:
            raise KeyReused(key=draft.key)
    new = _add_entries(cursor, list(asked.values()), now)
    standing = _standing(cursor, asked, new)
    fresh = [draft for key, (draft, _) in asked.items() if key in new]
    if fresh:
        _open_accounts(cursor, {posting.account for draft in fresh for posting in draft.postings}, now)
        _add_postings(cursor, fresh, now)
    answers = []
    for draft in drafts:
        first_here = draft.key in new and asked[draft.key][0] is draft
        entry = asked[draft.key][0].id if draft.key in new else standing[draft.key]
        answers.append(EntryPosted(EntryId(entry), draft.key, existed=not first_here))
    return answers


def _add_entries(cursor: CursorWrapper, asked: Sequence[tuple[EntryDraft, bytes]], now: datetime) -> set[str]:
    drafts = [draft for draft, _ in asked]
    cursor.execute(
        _ADD_ENTRIES,
        [
            now,
            [draft.id for draft in drafts],
            [draft.kind for draft in drafts],
            [draft.key for draft in drafts],
            [told.hex() for _, told in asked],
            [draft.occurred_at for draft in drafts],
            [draft.source_kind for draft in drafts],
            [draft.source_id for draft in drafts],
            [draft.reverses for draft in drafts],
            [draft.memo for draft in drafts],
        ],
    )
    return {row[0] for row in cursor.fetchall()}


def _standing(cursor: CursorWrapper, asked: dict[str, tuple[EntryDraft, bytes]], new: set[str]) -> dict[str, UUID]:
    """The entries that were there before, each found to be the same request."""
    old = [key for key in asked if key not in new]
    if not old:
        return {}
    cursor.execute(_STANDING, [old])
    found: dict[str, UUID] = {}
    for key, entry, told in cursor.fetchall():
        if bytes(told) != asked[key][1]:
            raise KeyReused(key=key)
        found[key] = entry
    assert len(found) == len(old), "an entry under a key was there and is gone"
    return found


def _open_accounts(cursor: CursorWrapper, keys: set[AccountKey], now: datetime) -> None:
    wanted = {account_id(key): key for key in keys}
    cursor.execute(_KNOWN_ACCOUNTS, [list(wanted)])
    for (known,) in cursor.fetchall():
        del wanted[known]
    if not wanted:
        return
    plans = [PLAN[Purpose(key.purpose)] for key in wanted.values()]
    cursor.execute(
        _OPEN_ACCOUNTS,
        [
            now,
            list(wanted),
            [str(key.purpose) for key in wanted.values()],
            [key.owner for key in wanted.values()],
            [key.currency for key in wanted.values()],
            [plan.kind for plan in plans],
            [plan.guard for plan in plans],
            [plan.custodian for plan in plans],
        ],
    )


def _add_postings(cursor: CursorWrapper, drafts: Sequence[EntryDraft], now: datetime) -> None:
    pairs = [(draft.id, posting) for draft in drafts for posting in draft.postings]
    cursor.execute(
        _ADD_POSTINGS,
        [
            now,
            [entry for entry, _ in pairs],
            [account_id(posting.account) for _, posting in pairs],
            [posting.amount_minor for _, posting in pairs],
            [posting.subject for _, posting in pairs],
            [Jsonb(dict(posting.detail)) for _, posting in pairs],
        ],
    )


def _said(error: IntegrityError) -> Exception:
    """The refusal behind a constraint that said no; any other constraint is our own mistake and stays an error."""
    cause: Any = error.__cause__
    name = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    if name == "ledger_never_overdrawn":
        return Overdrawn()
    if name == "ledger_reversed_once":
        return AlreadyReversed()
    return error
