"""Mark everything of a payout batch that is on its way as paid."""

from datetime import datetime

from django.db import transaction

from millstream.ledger.actions.mark_payout_item import mark_payout_item
from millstream.ledger.models import PayoutItem
from millstream.ledger.queries.payouts import payout_batch
from millstream.ledger.types import ItemState, PayoutBatchId, PayoutItemId


@transaction.atomic
def mark_batch_paid(batch: PayoutBatchId, *, now: datetime) -> int:
    """Say that the bank paid all that is still on its way; returns how many. What came back stays as it is."""
    payout_batch(batch)
    rows = PayoutItem.objects.unscoped("the operator marks a whole batch").filter(batch_id=batch)
    waiting = list(rows.filter(state=ItemState.BATCHED).select_for_update().order_by("id").values_list("id", flat=True))
    for item in waiting:
        mark_payout_item(PayoutItemId(item), ItemState.PAID, now=now)
    return len(waiting)
