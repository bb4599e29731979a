"""What is due to an actor, line by line."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from millstream.ledger.rules.accounts import account_id
from millstream.ledger.types import AccountId, AccountKey, Purpose, Statement, StatementLine

LINES_A_PAGE: Final = 100
MOST_LINES: Final = 50_000  # of one CSV file

# Due to the actor = payable less debt; both are credits when they grow towards the actor, so the sum is turned.
_SUMS = """
SELECT coalesce(-sum(amount_minor) FILTER (WHERE posted_at < %(since)s), 0),
       coalesce(-sum(amount_minor) FILTER (WHERE posted_at >= %(since)s AND amount_minor < 0), 0),
       coalesce(sum(amount_minor) FILTER (WHERE posted_at >= %(since)s AND amount_minor > 0), 0)
FROM ledger_posting WHERE account_id = ANY(%(accounts)s::uuid[]) AND posted_at < %(until)s
"""
_LINES = """
SELECT line.number, line.posted_at, entry.id, entry.kind, account.purpose, -line.amount_minor, line.run,
       line.subject, line.detail::text, entry.memo
FROM (
    SELECT posting.*, row_number() OVER running AS number, -sum(posting.amount_minor) OVER running AS run
    FROM ledger_posting AS posting
    WHERE posting.account_id = ANY(%(accounts)s::uuid[])
      AND posting.posted_at >= %(since)s AND posting.posted_at < %(until)s
    WINDOW running AS (ORDER BY posting.posted_at, posting.id ROWS UNBOUNDED PRECEDING)
) AS line
JOIN ledger_entry AS entry ON entry.id = line.entry_id
JOIN ledger_account AS account ON account.id = line.account_id
WHERE line.number > %(after)s ORDER BY line.number LIMIT %(limit)s
"""
_CURRENCIES = """
SELECT DISTINCT currency FROM ledger_account WHERE owner_id = %s AND purpose IN ('payable', 'debt') ORDER BY currency
"""


def statement(
    actor: UUID,
    since: datetime,
    until: datetime,
    *,
    currency: str,
    after: int = 0,
    limit: int = LINES_A_PAGE,
) -> Statement:
    """What was due to an actor at `since`, every line before `until`, and what is due then, in minor units.

    Lines are numbered from 1 in the period; a page starts after number `after`. Opening, in, out and closing are
    of the whole period on every page.
    """
    assert 0 < limit <= MOST_LINES
    accounts: list[AccountId] = [
        account_id(AccountKey(purpose, actor, currency)) for purpose in (Purpose.PAYABLE, Purpose.DEBT)
    ]
    asked: dict[str, Any] = {"accounts": accounts, "since": since, "until": until, "after": after, "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, asked)
        sums = cursor.fetchone()
        cursor.execute(_LINES, asked)
        rows = cursor.fetchall()
    assert sums is not None
    opening, received, given = (int(value) for value in sums)
    lines = tuple(_line(row, opening) for row in rows[:limit])
    return Statement(
        actor=actor,
        currency=currency,
        since=since,
        until=until,
        opening_minor=opening,
        in_minor=received,
        out_minor=given,
        lines=lines,
        next_after=lines[-1].number if len(rows) > limit else None,
    )


def statement_currencies(actor: UUID) -> tuple[str, ...]:
    """The currencies in which something was ever due to an actor."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENCIES, [actor])
        return tuple(row[0] for row in cursor.fetchall())


def _line(row: Sequence[Any], opening_minor: int) -> StatementLine:
    number, at, entry, kind, purpose, minor, run, subject, detail, memo = row
    return StatementLine(
        number=int(number),
        at=at,
        entry_id=entry,
        kind=kind,
        purpose=purpose,
        amount_minor=int(minor),
        balance_minor=opening_minor + int(run),
        subject=subject,
        detail=json.loads(detail),
        memo=memo,
    )
