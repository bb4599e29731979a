"""Pay to an actor's bank account no more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.ledger.models import PayoutAccount


@transaction.atomic
def end_payout_account(actor: UUID, *, now: datetime) -> None:
    """Know of no bank account of this actor any more; the row stays, sealed, since books are never edited."""
    mine = PayoutAccount.objects.unscoped("the action names the actor").filter(owner_id=actor)
    mine.filter(replaced_at=None).update(replaced_at=now)
