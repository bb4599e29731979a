"""What was said and taken away in a show since somebody last looked; for readers without a socket."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from millstream.live.models import Message
from millstream.live.types import MessageRecord, TalkRole

MOST_AT_ONCE: Final = 50
TAKEN_AWAY_SINCE: Final = timedelta(minutes=15)
MOST_TAKEN: Final = 100


def talk_after(show_id: UUID, after: UUID | None, limit: int = MOST_AT_ONCE) -> list[MessageRecord]:
    """What was said after a message, the oldest first: the newest `limit` lines of it."""
    rows = Message.objects.filter(show_id=show_id, deleted_at__isnull=True)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return [_record(row) for row in reversed(rows.order_by("-id")[:limit])]


def taken_away(show_id: UUID, now: datetime) -> list[UUID]:
    """The lines that moderators took away within the last quarter of an hour, the newest first."""
    rows = Message.objects.filter(show_id=show_id, deleted_at__gt=now - TAKEN_AWAY_SINCE).order_by("-deleted_at")
    return list(rows.values_list("id", flat=True)[:MOST_TAKEN])


def line(show_id: UUID, message: UUID) -> MessageRecord | None:
    """One line of a show's talk; None when it is gone."""
    row = Message.objects.filter(show_id=show_id, id=message, deleted_at__isnull=True).first()
    return _record(row) if row is not None else None


def _record(row: Message) -> MessageRecord:
    return MessageRecord(row.id, row.name, TalkRole(row.role), row.text, row.at, row.reply, tuple(row.mentions))
