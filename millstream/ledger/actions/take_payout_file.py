"""Take the bank file of a payout batch."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.ledger.facts import PayoutFileTaken
from millstream.ledger.models import PayoutFileTake
from millstream.ledger.queries.payouts import payout_file
from millstream.ledger.types import PayoutBatchId


@transaction.atomic
def take_payout_file(batch: PayoutBatchId, *, taken_by: UUID, bom: bool = True, now: datetime) -> bytes:
    """The CSV file of a batch, and a row and a fact of who took it: bank details stand in it in clear."""
    file = payout_file(batch, bom=bom)
    PayoutFileTake.objects.create(batch_id=batch, taken_by=taken_by, taken_at=now)
    record(PayoutFileTaken(batch=batch, taken_by=taken_by), now=now)
    return file
