"""Like a show, without a socket."""

from uuid import UUID

from django.db.models import F

from millstream.live.models import Show
from millstream.live.refusals import NoSuchShow
from millstream.live.types import ShowState


def like_show(show_id: UUID) -> None:
    """Count one more like; a show that is not on is not liked, without a word."""
    if not Show.objects.filter(id=show_id).exists():
        raise NoSuchShow
    Show.objects.filter(id=show_id, state=ShowState.LIVE.value).update(likes=F("likes") + 1)
