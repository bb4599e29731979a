"""Book the gateway's settlement statement: what it paid into the bank and what it kept as its fee."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries, reused_keys
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, EntryPosted, PostingDraft, Purpose
from millstream.orders import rules
from millstream.orders.actions.end_refund import end_refunds
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Payment, Refund
from millstream.orders.types import CaseKind, RefundState, Settled, StatementRow

_NAMES: Final = UUID("5b9d5a0e-3c35-5f0b-8d1c-0d3f3f6a9d11")
AT_ONCE: Final = 1_000


@transaction.atomic
def settle_gateway_statement(text: str, *, now: datetime) -> Settled:
    """Book every line of a settlement statement that says what we have booked, once.

    A line that matches no capture or refund of ours, says another amount, a refund that was refused, or other terms
    than the line that was booked under its id, is a break: not booked, put before its owner as a case. The other
    lines are booked all the same. Importing the same statement again books nothing.
    """
    rows = rules.parse_statement(text)
    known = _Known.of(rows)
    whys = [known.break_in(row) for row in rows]
    drafts = {_key(row): _entry(row, now) for row, why in zip(reversed(rows), reversed(whys), strict=True) if not why}
    reused = reused_keys(list(drafts.values()))
    booked: dict[str, StatementRow] = {}
    breaks: list[CaseAsk] = []
    for row, why in zip(rows, whys, strict=True):
        key = _key(row)
        if why or key in reused or terms_of(booked.setdefault(key, row)) != terms_of(row):
            breaks.append(_break(row, why or "other_terms"))
    posted: list[EntryPosted] = []
    kept = [drafts[key] for key in booked]
    for start in range(0, len(kept), AT_ONCE):
        posted += post_entries(kept[start : start + AT_ONCE], now=now)
    end_refunds([known.refunds[row.id].id for row in booked.values() if row.kind == "refund"], now=now)
    open_cases(breaks, now=now)
    fees: defaultdict[str, int] = defaultdict(int)
    for row in booked.values():
        fees[row.currency] += row.fee_minor
    before = sum(answer.existed for answer in posted)
    return Settled(booked=len(posted) - before, known=before, breaks=len(breaks), fee_minor=dict(fees))


@dataclass(frozen=True, slots=True)
class _Known:
    """What of a statement's lines is ours: captures by the gateway's name of them, refunds by the line's id."""

    captures: dict[str, Payment]
    refunds: dict[str, Refund]

    @classmethod
    def of(cls, rows: Sequence[StatementRow]) -> "_Known":
        captures = {row.id for row in rows if row.kind == "capture"}
        ids = {row.id: _uuid(row.id) for row in rows if row.kind == "refund"}
        refunds = Refund.objects.in_bulk([refund for refund in ids.values() if refund is not None])
        return cls(
            captures={payment.capture: payment for payment in Payment.objects.filter(capture__in=captures)},
            refunds={line: refunds[refund] for line, refund in ids.items() if refund in refunds},
        )

    def break_in(self, row: StatementRow) -> str:
        """Why a line cannot be booked; empty when it says what we have booked."""
        if row.kind == "capture":
            payment = self.captures.get(row.id)
            ours = None if payment is None else (payment.captured_minor, payment.captured_currency)
        else:
            refund = self.refunds.get(row.id)
            if refund is not None and refund.state not in (RefundState.ASKED, RefundState.DONE):
                return "refused"
            ours = None if refund is None else (-refund.amount_minor, refund.currency)
        if ours is None:
            return "not_ours"
        return "" if ours == (row.amount_minor, row.currency) else "other_amount"


def terms_of(row: StatementRow) -> tuple[int, int, str]:
    """What two lines about one thing must agree in."""
    return row.amount_minor, row.fee_minor, row.currency


def _break(row: StatementRow, why: str) -> CaseAsk:
    detail = {"line": row.id, "kind": row.kind, "amount_minor": row.amount_minor, "currency": row.currency}
    return CaseAsk(CaseKind.STATEMENT_BREAK, row.id, None, None, detail | {"fee_minor": row.fee_minor, "why": why})


def _key(row: StatementRow) -> str:
    return f"settlement:{row.kind}:{row.id}"


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
        key=_key(row),
        occurred_at=row.at,
        source_kind="statement",
        source_id=_uuid(row.id) or uuid5(_NAMES, row.id),
        postings=tuple(posting for posting in postings if posting.amount_minor),
    )
