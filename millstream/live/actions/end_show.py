"""Close the doors of a show."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.live.actions.announce_show import announce_end
from millstream.live.actions.lock_show import lock_show
from millstream.live.actions.log_act import OPERATOR_ROLE, Keeper, log_act, said_why
from millstream.live.actions.tell_host import tell_host_of_end
from millstream.live.facts import ShowEnded
from millstream.live.models import Pin
from millstream.live.queries import show_record
from millstream.live.types import Operator, ShowRecord, ShowState
from millstream.live.types.talk import ActKind
from millstream.media import api as media


@transaction.atomic
def end_show(
    show_id: UUID, *, host: UUID | Operator, user: UUID | None = None, why: str = "", now: datetime
) -> ShowRecord:
    """End a live show, or call off a planned one; the stream is closed and what was recorded stays.

    For its host, and for the operator, who says why: that stands in the log, and the host is told.
    """
    reason = said_why(why) if isinstance(host, Operator) else ""
    row = lock_show(show_id, host=host)
    was_live = row.state == ShowState.LIVE.value
    row.state = (ShowState.ENDED if was_live else ShowState.CANCELLED).value
    row.ended_at = now
    row.changes += 1
    row.save(update_fields=["state", "ended_at", "changes"])
    Pin.objects.filter(show=row, unpinned_at__isnull=True).update(unpinned_at=now)
    media.close_stream(row.stream_id, now=now)
    announce_end(row, now=now, was_live=was_live)
    if isinstance(host, Operator):
        keeper = Keeper(OPERATOR_ROLE, None, user)
        log_act(ActKind.SHOW_ENDED, keeper, now=now, show=row, why=reason, facts={"cancelled": not was_live})
        tell_host_of_end(row, why=reason, was_live=was_live, now=now)
    record(ShowEnded(show=row.id, host=row.host_id, cancelled=not was_live), now=now)
    return show_record(row)
