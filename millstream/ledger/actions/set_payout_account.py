"""Say where an actor is paid."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.kernel.sealing import seal
from millstream.ledger.facts import PayoutAccountSet
from millstream.ledger.models import PayoutAccount
from millstream.ledger.rules.bank import checked_details
from millstream.ledger.types import BankDetails


@transaction.atomic
def set_payout_account(actor: UUID, typed: BankDetails, *, now: datetime) -> UUID:
    """Keep an actor's bank details, sealed, in the place of those before; batches already made keep theirs.

    Refuses with BadBankDetails, naming the field.
    """
    details = checked_details(typed)
    with connection.cursor() as cursor:  # one change at a time for an actor
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('ledger.payout_account:' || %s, 0))", [str(actor)]
        )
    of_actor = PayoutAccount.objects.unscoped("the action names the actor").filter(owner_id=actor)
    of_actor.filter(replaced_at__isnull=True).update(replaced_at=now)
    row = PayoutAccount(
        id=new_id(),
        owner_id=actor,
        holder=seal(details.holder),
        bank=details.bank,
        number=seal(details.number),
        number_ending=details.number[-4:],
        since=now,
    )
    row.save(force_insert=True)
    record(PayoutAccountSet(actor=actor, payout_account=row.id), now=now)
    return row.id
