"""End a pact."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.pacts.facts import PactEnded
from millstream.pacts.models import Pact
from millstream.pacts.queries import pact, record_of
from millstream.pacts.refusals import AlreadyEnded
from millstream.pacts.types import PactId, PactRecord


@transaction.atomic
def end_pact(pact_id: PactId, *, now: datetime) -> PactRecord:
    """Let a pact count no longer from now on (one that has not begun never does); what it froze stays.

    Refuses with NotFound and AlreadyEnded.
    """
    rows = Pact.objects.unscoped("the caller has said whose")
    row = rows.select_for_update().filter(id=pact_id).first()
    if row is None:
        raise NotFound(what="pact")
    if row.valid_to is not None:
        raise AlreadyEnded(ended_at=record_of(row).valid_to)
    ends = max(now, row.valid_from)
    rows.filter(id=pact_id, valid_to__isnull=True).update(valid_to=ends)
    record(PactEnded(pact=pact_id, valid_to=ends), now=now)
    return pact(pact_id)
