"""Say something in a room, without a socket."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.models import Message, Mute, Show
from millstream.live.refusals import NoSuchShow, TalkClosed, TalkEmpty, TalkMuted, TalkRepeated, TalkTooLong
from millstream.live.room.bounds import LONGEST_TALK, REPEAT_SECONDS
from millstream.live.room.rows import prune_talk
from millstream.live.room.wire import BadFrame, is_too_long, tidy_words
from millstream.live.types import MessageRecord, ShowState, SpokenBy, TalkRole


@transaction.atomic
def say(show_id: UUID, by: SpokenBy, text: str, *, now: datetime) -> MessageRecord:
    """Keep a message of a room; the same limits hold as for those who talk by socket."""
    try:
        words = tidy_words(text)
    except BadFrame:
        raise TalkEmpty from None
    if is_too_long(words):
        raise TalkTooLong(most=LONGEST_TALK)
    show = Show.objects.filter(id=show_id).first()
    if show is None:
        raise NoSuchShow
    if show.state not in (ShowState.PLANNED.value, ShowState.LIVE.value):
        raise TalkClosed
    mute = Mute.objects.filter(show=show, visitor=by.visitor, until__gt=now).first()
    if mute is not None:
        raise TalkMuted(minutes=-(-int((mute.until - now).total_seconds()) // 60))
    before = Message.objects.filter(show=show, visitor=by.visitor).order_by("-id").first()
    if before is not None and before.text == words and (now - before.at).total_seconds() < REPEAT_SECONDS:
        raise TalkRepeated
    row = Message.objects.create(
        id=new_id(), show=show, visitor=by.visitor, name=by.name[:40], role=by.role.value, text=words, at=now
    )
    prune_talk(show.id)
    return MessageRecord(row.id, row.name, TalkRole(row.role), row.text, row.at)
