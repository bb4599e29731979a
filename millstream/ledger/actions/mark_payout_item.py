"""Mark what the bank did with a payout."""

from datetime import datetime
from typing import Final

from django.db import transaction

from millstream.kernel.facts import Fact, record
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.ledger.actions.post_entries import post_entries
from millstream.ledger.facts import PayoutPaid, PayoutReturned
from millstream.ledger.models import PayoutItem
from millstream.ledger.queries.payouts import payout_item
from millstream.ledger.refusals import AlreadyMarked
from millstream.ledger.types import (
    AccountKey,
    EntryDraft,
    EntryKind,
    ItemState,
    PayoutItemId,
    PayoutItemRecord,
    PostingDraft,
    Purpose,
)

LONGEST_REASON: Final = 200
_FROM: Final = {
    ItemState.PAID: (ItemState.BATCHED,),
    ItemState.RETURNED: (ItemState.BATCHED, ItemState.PAID),
}


@transaction.atomic
def mark_payout_item(item: PayoutItemId, state: ItemState, *, now: datetime, reason: str = "") -> PayoutItemRecord:
    """Say that a payout arrived, or that the bank sent it back: then its amount is due again.

    Saying the same twice changes nothing. A paid item may still be returned, a returned one is at its end (the
    amount goes into a new batch): anything else refuses with AlreadyMarked.
    """
    assert state in _FROM, "an item is marked as paid or returned"
    locked = PayoutItem.objects.unscoped("the operator marks anybody's").select_for_update().filter(id=item).first()
    if locked is None:
        raise NotFound(what="payout item")
    before = ItemState(locked.state)
    if before == state:
        return payout_item(item)
    if before not in _FROM[state]:
        raise AlreadyMarked(state=before.value, wanted=state.value)
    locked.state, locked.marked_at, locked.reason = state, now, reason.strip()[:LONGEST_REASON]
    locked.save(update_fields=("state", "marked_at", "reason"))
    told = payout_item(item)
    post_entries([_entry(told, before, now)], now=now)
    record(_fact(told), now=now)
    return told


def _entry(item: PayoutItemRecord, before: ItemState, now: datetime) -> EntryDraft:
    """Paid: clearing to bank. Returned: from clearing, or from the bank, back to what is due."""
    clearing = AccountKey(Purpose.PAYOUT, item.actor, item.currency)
    bank = AccountKey(Purpose.BANK, None, item.currency)
    due = AccountKey(Purpose.PAYABLE, item.actor, item.currency)
    if item.state == ItemState.PAID:
        kind, debit, credit = EntryKind.PAYOUT_PAID, clearing, bank
    else:
        kind, debit, credit = EntryKind.PAYOUT_RETURNED, clearing if before == ItemState.BATCHED else bank, due
    detail = {"reference": item.reference, **({"reason": item.reason} if item.reason else {})}
    return EntryDraft(
        id=new_id(),
        kind=kind,
        key=f"payout:{item.id}:{item.state.value}",
        occurred_at=now,
        source_kind="payout_item",
        source_id=item.id,
        postings=(
            PostingDraft(debit, item.amount_minor, None, detail),
            PostingDraft(credit, -item.amount_minor, None, detail),
        ),
        memo=item.reason,
    )


def _fact(item: PayoutItemRecord) -> Fact:
    if item.state == ItemState.PAID:
        return PayoutPaid(
            item=item.id, batch=item.batch_id, actor=item.actor, amount_minor=item.amount_minor, currency=item.currency
        )
    return PayoutReturned(
        item=item.id,
        batch=item.batch_id,
        actor=item.actor,
        amount_minor=item.amount_minor,
        currency=item.currency,
        reason=item.reason,
    )
