"""End refunds: the gateway gave the money back, or will not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.ledger.api import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Payment, Refund
from millstream.orders.types import CaseKind, RefundState


def end_refunds(refund_ids: Sequence[UUID], *, now: datetime) -> int:
    """Write that the gateway gave this money back; refunds that are done already stay as they are."""
    asked = Refund.objects.filter(id__in=refund_ids, state=RefundState.ASKED)
    return asked.update(state=RefundState.DONE, ended_at=now)


@transaction.atomic
def fail_refund(refund_id: UUID, *, reason: str, now: datetime) -> None:
    """Write that the gateway refuses: the money lies apart for the buyer, and its owner has a case.

    It goes neither back to the sale nor to those who gave it: what they gave is the buyer's, whatever became of the
    order and of their debts meanwhile. So this can always be booked. Its case says what becomes of it.
    """
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    asked = Refund.objects.filter(id=refund_id, state=RefundState.ASKED)
    if asked.update(state=RefundState.FAILED, ended_at=now) == 0:
        return
    post_entries([_laid_apart(refund, now)], now=now)
    detail = {"reason": reason, "amount_minor": refund.amount_minor, "currency": refund.currency}
    case = CaseAsk(CaseKind.REFUND_FAILED, str(refund_id), refund.payment.order_id, refund.payment_id, detail)
    open_cases([case], now=now)


def subject_of(payment: Payment) -> UUID:
    """Under what the gateway's part of a payment's entries stands: its order when it pays it, else itself."""
    return payment.order_id if payment.accepted else payment.id


def _laid_apart(refund: Refund, now: datetime) -> EntryDraft:
    gateway = AccountKey(Purpose.GATEWAY, None, refund.currency)
    unallocated = AccountKey(Purpose.UNALLOCATED, None, refund.currency)
    return EntryDraft(
        id=new_id(),
        kind=EntryKind.REFUND_REFUSED,
        key=f"refund_refused:{refund.id}",
        occurred_at=now,
        source_kind="refund",
        source_id=refund.id,
        postings=(
            PostingDraft(gateway, refund.amount_minor, subject_of(refund.payment)),
            PostingDraft(unallocated, -refund.amount_minor, refund.payment_id),
        ),
    )
