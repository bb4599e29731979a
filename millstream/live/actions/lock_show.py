"""Lock the show that an action changes, for its host."""

from uuid import UUID

from millstream.live.models import Show
from millstream.live.refusals import NoSuchShow, NotYourShow, ShowOver
from millstream.live.types import Operator, ShowState


def lock_show(show_id: UUID, *, host: UUID | Operator) -> Show:
    """The locked row of a show that is not over; refuses anybody but its host, where the caller lets nobody else in.

    The caller is in a transaction.
    """
    row = Show.objects.select_for_update().filter(id=show_id).first()
    if row is None:
        raise NoSuchShow
    if not isinstance(host, Operator) and row.host_id != host:
        raise NotYourShow
    if row.state not in (ShowState.PLANNED.value, ShowState.LIVE.value):
        raise ShowOver
    return row
