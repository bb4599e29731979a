"""Open the doors of a show."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.kernel.facts import record
from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live.actions.announce_show import announce_start
from millstream.live.actions.lock_show import lock_show
from millstream.live.facts import ShowStarted
from millstream.live.models import Show
from millstream.live.queries import show_record
from millstream.live.refusals import HostIsLive
from millstream.live.types import ShowRecord, ShowState
from millstream.media import api as media


def start_show(show_id: UUID, *, host: UUID, now: datetime) -> ShowRecord:
    """Let the show be live; starting it twice changes nothing. A host is live in one show at a time."""
    try:
        return _start(show_id, host=host, now=now)
    except IntegrityError as broken:
        if "host_in_one_live_show" not in str(broken):
            raise
        other = Show.objects.get(host_id=host, state=ShowState.LIVE.value)
        raise HostIsLive(title=localised(other.title), slug=other.slug) from None


@transaction.atomic
def _start(show_id: UUID, *, host: UUID, now: datetime) -> ShowRecord:
    row = lock_show(show_id, host=host)
    if row.state == ShowState.LIVE.value:
        return show_record(row)
    row.state, row.started_at = ShowState.LIVE.value, now
    row.save(update_fields=["state", "started_at"])
    if conf().demo:
        media.show_scene(row.stream_id, seed=row.scene_seed, title=localised(row.title, "en"))
    announce_start(row, now=now)
    record(ShowStarted(show=row.id, host=row.host_id), now=now)
    return show_record(row)
