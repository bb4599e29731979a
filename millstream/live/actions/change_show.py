"""Change what a show is called and when it starts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.texts import Text
from millstream.live.actions.lock_show import lock_show
from millstream.live.queries import show_record
from millstream.live.refusals import StartsInThePast
from millstream.live.rules import is_too_late
from millstream.live.types import ShowRecord, ShowState


@transaction.atomic
def change_show(
    show_id: UUID,
    *,
    host: UUID,
    title: Text,
    story: Text,
    starts_at: datetime,
    now: datetime,
    poster: str | None = None,
) -> ShowRecord:
    """Change title, story, poster (None keeps it) and, before the start, the time.

    The address stays, because people have it.
    """
    row = lock_show(show_id, host=host)
    row.title, row.story = dict(title), dict(story)
    row.poster = row.poster if poster is None else poster
    if row.state == ShowState.PLANNED.value and starts_at != row.starts_at:
        if is_too_late(starts_at, now):
            raise StartsInThePast
        row.starts_at = starts_at
    row.save(update_fields=["title", "story", "poster", "starts_at"])
    return show_record(row)
