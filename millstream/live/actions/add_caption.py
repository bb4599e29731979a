"""Put what is being said in a show into words."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.models import Show
from millstream.live.models.talk import Caption
from millstream.live.queries.crew import crew_role
from millstream.live.refusals import NoSuchShow, NotYourShow, ShowNotLive, TalkEmpty
from millstream.live.room.wire import BadFrame, tidy_words
from millstream.live.types import ShowState
from millstream.live.types.crew import CrewRole
from millstream.live.types.talk import LONGEST_CAPTION, CaptionRecord


@transaction.atomic
def add_caption(show_id: UUID, text: str, *, by: UUID, now: datetime) -> tuple[UUID, CaptionRecord]:
    """Keep a caption of a live show, for its host and co-hosts; returns the room and the caption."""
    show = Show.objects.filter(id=show_id).first()
    if show is None:
        raise NoSuchShow
    if by != show.host_id and crew_role(show.id, show.host_id, by) is not CrewRole.COHOST:
        raise NotYourShow
    if show.state != ShowState.LIVE.value:
        raise ShowNotLive
    try:
        words = tidy_words(text)[:LONGEST_CAPTION]
    except BadFrame:
        raise TalkEmpty from None
    Caption.objects.create(id=new_id(), show=show, text=words, at=now)
    return show.room, CaptionRecord(words, now)
