"""End refunds: the gateway gave the money back, or will not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from millstream.ledger.api import reverse_entry
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Order, Payment, Refund
from millstream.orders.types import CaseKind, RefundState


def end_refunds(refund_ids: Sequence[UUID], *, now: datetime) -> int:
    """Write that the gateway gave this money back; refunds that are done already stay as they are."""
    asked = Refund.objects.filter(id__in=refund_ids, state=RefundState.ASKED)
    return asked.update(state=RefundState.DONE, ended_at=now)


@transaction.atomic
def fail_refund(refund_id: UUID, *, reason: str, now: datetime) -> None:
    """Write that the gateway refuses: take the booking back and put it before its owner."""
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    asked = Refund.objects.filter(id=refund_id, state=RefundState.ASKED)
    if asked.update(state=RefundState.FAILED, ended_at=now) == 0:
        return
    reverse_entry(refund.entry_id, memo=f"refund {refund_id} refused", now=now)
    Payment.objects.filter(id=refund.payment_id).update(refunded_minor=F("refunded_minor") - refund.amount_minor)
    if refund.payment.accepted:
        orders = Order.objects.unscoped("a refund that failed").filter(id=refund.payment.order_id)
        orders.update(refunded_minor=F("refunded_minor") - refund.amount_minor)
    detail = {"reason": reason, "amount_minor": refund.amount_minor, "currency": refund.currency}
    open_cases(
        [CaseAsk(CaseKind.REFUND_FAILED, str(refund_id), refund.payment.order_id, refund.payment_id, detail)], now=now
    )
