"""What accounts hold."""

from uuid import UUID

from django.db import connection

from millstream.ledger.rules.accounts import PLAN, account_id, normal_side
from millstream.ledger.types import AccountKey, OwnedBalance, Purpose, TrialLine

_GUARDED = "SELECT coalesce((SELECT sum(held_minor) FROM ledger_guard WHERE account_id = %s), 0)"
_SUMMED = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting WHERE account_id = %s"
_OF_OWNER = """
SELECT account.purpose, account.currency, coalesce(
    (SELECT guard.held_minor FROM ledger_guard AS guard
     WHERE guard.account_id = account.id AND account.guard = 'account'),
    (SELECT CASE WHEN account.kind IN ('A', 'X') THEN sum(posting.amount_minor) ELSE -sum(posting.amount_minor) END
     FROM ledger_posting AS posting WHERE posting.account_id = account.id), 0)
FROM ledger_account AS account WHERE account.owner_id = %s ORDER BY account.currency, account.purpose
"""
_OF_SUBJECT = """
SELECT coalesce(sum(posting.amount_minor), 0)
FROM ledger_posting AS posting JOIN ledger_account AS account ON account.id = posting.account_id
WHERE posting.subject = %s AND account.purpose = %s
"""
_TRIAL = """
SELECT account.purpose, account.kind, account.currency, count(DISTINCT account.id),
       coalesce(sum(posting.amount_minor) FILTER (WHERE posting.amount_minor > 0), 0),
       coalesce(-sum(posting.amount_minor) FILTER (WHERE posting.amount_minor < 0), 0)
FROM ledger_account AS account LEFT JOIN ledger_posting AS posting ON posting.account_id = account.id
GROUP BY account.purpose, account.kind, account.currency ORDER BY account.currency, account.kind, account.purpose
"""


def _one(statement: str, *parameters: UUID | str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def balance(key: AccountKey) -> int:
    """What an account holds on its normal side, in minor units: what escrow holds is positive, and so is a debt.

    Guarded accounts answer from their guard, the others (gateway, bank, carriage) from the sum of their postings.
    """
    plan = PLAN[Purpose(key.purpose)]
    if plan.guard == "none":
        return normal_side(plan.kind) * _one(_SUMMED, account_id(key))
    return _one(_GUARDED, account_id(key))


def balances_of(owner: UUID) -> tuple[OwnedBalance, ...]:
    """What each account of an actor holds on its normal side: `payable` is due to them, `debt` they owe."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_OWNER, [owner])
        return tuple(OwnedBalance(purpose, currency, int(minor)) for purpose, currency, minor in cursor.fetchall())


def subject_balance(purpose: str, subject: UUID) -> int:
    """What accounts of a purpose hold for one subject (an order), on the normal side."""
    return normal_side(PLAN[Purpose(purpose)].kind) * _one(_OF_SUBJECT, subject, purpose)


def trial_balance() -> tuple[TrialLine, ...]:
    """Every purpose in every currency with its debits and credits; each currency's debits equal its credits."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL)
        return tuple(
            TrialLine(purpose, kind, currency, int(accounts), int(debit), int(credit))
            for purpose, kind, currency, accounts, debit, credit in cursor.fetchall()
        )
