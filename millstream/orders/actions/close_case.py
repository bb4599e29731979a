"""Close a case: say what was done, and what becomes of the money that it holds."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.api import post_entries
from millstream.ledger.types import AccountKey, EntryDraft, EntryKind, PostingDraft, Purpose
from millstream.orders.actions.settle_refused import ask_again, give_by_hand, keep_for_sale
from millstream.orders.models import PaymentCase
from millstream.orders.refusals import CaseHoldsMoney
from millstream.orders.rules import ends_of
from millstream.orders.types import CaseEnd, CaseKind

LONGEST_RESOLUTION = 500


@transaction.atomic
def close_case(case_id: UUID, *, resolution: str, by: UUID, now: datetime, end: CaseEnd = CaseEnd.CLOSED) -> bool:
    """Close a case with a sentence that says what was done; False when it was closed before.

    A case that holds money ends only by saying where that goes (`end`), which is booked with it: nothing is left
    behind by closing. Refuses an end that this kind of case does not have.
    """
    case = PaymentCase.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise NotFound(what="case")
    if case.closed_at is not None:
        return False
    if end not in ends_of(CaseKind(case.kind)):
        raise CaseHoldsMoney
    if end is CaseEnd.AGAIN:
        again = ask_again(UUID(case.key), by=by, now=now)
        resolution = resolution.strip() or f"asked for again as {again}"
    elif end is CaseEnd.BY_HAND:
        give_by_hand(UUID(case.key), now=now)
    elif end is CaseEnd.KEPT:
        keep_for_sale(UUID(case.key), now=now)
    elif end is CaseEnd.AT_GATEWAY:
        _given_back_at_gateway(case, now)
    assert resolution.strip(), "a case is closed with a resolution"
    told = resolution.strip()[:LONGEST_RESOLUTION]
    PaymentCase.objects.filter(id=case_id).update(closed_at=now, closed_by_id=by, resolution=told)
    return True


def _given_back_at_gateway(case: PaymentCase, now: datetime) -> None:
    """Money of a session that nobody here opened was given back where it came in."""
    amount, currency, subject = case.detail["amount_minor"], case.detail["currency"], UUID(case.key)
    unallocated = AccountKey(Purpose.UNALLOCATED, None, currency)
    gateway = AccountKey(Purpose.GATEWAY, None, currency)
    entry = EntryDraft(
        id=new_id(),
        kind=EntryKind.REFUND,
        key=f"refund:{subject}",
        occurred_at=now,
        source_kind="case",
        source_id=case.id,
        postings=(PostingDraft(unallocated, amount, subject), PostingDraft(gateway, -amount, subject)),
    )
    post_entries([entry], now=now)
