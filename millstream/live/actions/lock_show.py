"""Lock the show that an action changes, for its host."""

from uuid import UUID

from millstream.live.models import Show
from millstream.live.refusals import NoSuchShow, NotYourShow, ShowOver
from millstream.live.types import ShowState


def lock_show(show_id: UUID, *, host: UUID) -> Show:
    """The locked row of a show that is not over; refuses anybody but its host. The caller is in a transaction."""
    row = Show.objects.select_for_update().filter(id=show_id).first()
    if row is None:
        raise NoSuchShow
    if row.host_id != host:
        raise NotYourShow
    if row.state not in (ShowState.PLANNED.value, ShowState.LIVE.value):
        raise ShowOver
    return row
