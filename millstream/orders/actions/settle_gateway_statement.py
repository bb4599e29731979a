"""Book the gateway's settlement statement: what it paid into the bank and what it kept as its fee."""

from collections import defaultdict
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, EntryPosted, PostingDraft, Purpose
from millstream.orders import rules
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Payment, Refund
from millstream.orders.types import CaseKind, Settled, StatementRow

_NAMES: Final = UUID("5b9d5a0e-3c35-5f0b-8d1c-0d3f3f6a9d11")
AT_ONCE: Final = 1_000


@transaction.atomic
def settle_gateway_statement(text: str, *, now: datetime) -> Settled:
    """Book each line of a statement once: bank and fee against what the gateway owed; the fee is the platform's.

    A line that matches no capture or refund of ours, or another amount, is a break: not booked, put before its
    owner as a case. Importing the same statement again books nothing.
    """
    rows = rules.parse_statement(text)
    drafts: list[EntryDraft] = []
    breaks: list[CaseAsk] = []
    fees: defaultdict[str, int] = defaultdict(int)
    matched = _matched(rows)
    for row in rows:
        if row.id in matched:
            drafts.append(_entry(row, now))
        else:
            detail = {"line": row.id, "kind": row.kind, "amount_minor": row.amount_minor, "currency": row.currency}
            breaks.append(CaseAsk(CaseKind.STATEMENT_BREAK, row.id, None, None, detail))
    posted: list[EntryPosted] = []
    for start in range(0, len(drafts), AT_ONCE):
        posted += post_entries(drafts[start : start + AT_ONCE], now=now)
    for row in rows:
        if row.id in matched:
            fees[row.currency] += row.fee_minor
    open_cases(breaks, now=now)
    known = sum(answer.existed for answer in posted)
    return Settled(booked=len(posted) - known, known=known, breaks=len(breaks), fee_minor=dict(fees))


def _matched(rows: list[StatementRow]) -> set[str]:
    """The lines that say what we have booked."""
    captures = {row.id: row for row in rows if row.kind == "capture"}
    ids = {row: _uuid(row.id) for row in rows if row.kind == "refund"}
    refunds = {refund: row for row, refund in ids.items() if refund is not None}
    found = Payment.objects.filter(capture__in=captures).values_list("capture", "captured_minor", "captured_currency")
    matched = {
        capture
        for capture, minor, currency in found
        if (minor, currency) == (captures[capture].amount_minor, captures[capture].currency)
    }
    sent = Refund.objects.filter(id__in=refunds).values_list("id", "amount_minor", "currency")
    for refund, minor, currency in sent:
        row = refunds[refund]
        if (-minor, currency) == (row.amount_minor, row.currency):
            matched.add(row.id)
    return matched


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _entry(row: StatementRow, now: datetime) -> EntryDraft:
    bank = AccountKey(Purpose.BANK, None, row.currency)
    fee = AccountKey(Purpose.GATEWAY_FEE, None, row.currency)
    gateway = AccountKey(Purpose.GATEWAY, None, row.currency)
    postings = [PostingDraft(bank, row.amount_minor - row.fee_minor), PostingDraft(gateway, -row.amount_minor)]
    if row.fee_minor:
        postings.insert(1, PostingDraft(fee, row.fee_minor))
    return EntryDraft(
        id=new_id(),
        kind=EntryKind.SETTLEMENT,
        key=f"settlement:{row.kind}:{row.id}",
        occurred_at=row.at,
        source_kind="statement",
        source_id=_uuid(row.id) or uuid5(_NAMES, row.id),
        postings=tuple(posting for posting in postings if posting.amount_minor),
    )
