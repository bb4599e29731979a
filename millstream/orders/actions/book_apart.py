"""Book captured money that pays nothing: keep it apart, give it back, and tell its owner."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Payment, Refund
from millstream.orders.till import capture_rows
from millstream.orders.till.capture_rows import LockedPayment
from millstream.orders.types import CaseKind, Notice, Verdict

_NAMES: Final = UUID("1f0c7a52-9d0e-5d7c-8f43-6b1f0a3c2d77")
_CASES: Final = {
    Verdict.SECOND: CaseKind.SECOND_PAYMENT,
    Verdict.LATE: CaseKind.LATE_PAYMENT,
    Verdict.WRONG_AMOUNT: CaseKind.WRONG_AMOUNT,
}


def book_apart(items: Sequence[tuple[LockedPayment, Notice, Verdict]], *, now: datetime) -> None:
    """Book these captures as unallocated, ask for all of it back, and open a case for each."""
    if not items:
        return
    capture_rows.mark_captured([(payment.payment_id, notice, False) for payment, notice, _ in items], now=now)
    post_entries([_kept(payment.payment_id, notice, now) for payment, notice, _ in items], now=now)
    refunds = [_refund(payment, notice, verdict, now) for payment, notice, verdict in items]
    post_entries([_given_back(refund, now) for refund in refunds], now=now)
    Refund.objects.bulk_create(refunds)
    for refund in refunds:
        moved = Payment.objects.filter(id=refund.payment_id).update(refunded_minor=refund.amount_minor)
        assert moved == 1
    open_cases([_case(payment, notice, verdict) for payment, notice, verdict in items], now=now)


def book_unknown(notice: Notice, *, now: datetime) -> Verdict:
    """Book money captured in a session that nobody here opened; its owner decides, nothing goes back by itself."""
    subject = uuid5(_NAMES, notice.session)
    known = post_entries([_kept(subject, notice, now)], now=now)[0].existed
    if known:
        return Verdict.DUPLICATE
    detail = {"session": notice.session, "amount_minor": notice.amount_minor, "currency": notice.currency}
    open_cases([CaseAsk(CaseKind.UNKNOWN_SESSION, str(subject), None, None, detail)], now=now)
    return Verdict.UNKNOWN


def _kept(subject: UUID, notice: Notice, now: datetime) -> EntryDraft:
    gateway = AccountKey(Purpose.GATEWAY, None, notice.currency)
    unallocated = AccountKey(Purpose.UNALLOCATED, None, notice.currency)
    return EntryDraft(
        id=new_id(),
        kind=EntryKind.LATE_CAPTURE,
        key=f"capture:{subject}",
        occurred_at=now,
        source_kind="payment",
        source_id=subject,
        postings=(
            PostingDraft(gateway, notice.amount_minor, subject),
            PostingDraft(unallocated, -notice.amount_minor, subject),
        ),
    )


def _refund(payment: LockedPayment, notice: Notice, verdict: Verdict, now: datetime) -> Refund:
    return Refund(
        payment_id=payment.payment_id,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
        reason=verdict.value,
        entry_id=new_id(),
        asked_at=now,
    )


def _given_back(refund: Refund, now: datetime) -> EntryDraft:
    gateway = AccountKey(Purpose.GATEWAY, None, refund.currency)
    unallocated = AccountKey(Purpose.UNALLOCATED, None, refund.currency)
    return EntryDraft(
        id=refund.entry_id,
        kind=EntryKind.REFUND,
        key=f"refund:{refund.id}",
        occurred_at=now,
        source_kind="refund",
        source_id=refund.id,
        postings=(
            PostingDraft(unallocated, refund.amount_minor, refund.payment_id),
            PostingDraft(gateway, -refund.amount_minor, refund.payment_id),
        ),
    )


def _case(payment: LockedPayment, notice: Notice, verdict: Verdict) -> CaseAsk:
    detail = {
        "amount_minor": notice.amount_minor,
        "currency": notice.currency,
        "wanted_minor": payment.standing.amount_minor,
        "wanted_currency": payment.standing.currency,
        "order": payment.code,
    }
    return CaseAsk(_CASES[verdict], str(payment.payment_id), payment.order_id, payment.payment_id, detail)
