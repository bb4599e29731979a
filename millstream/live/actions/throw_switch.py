"""The operator closes and opens counters and pictures: of one show, or of all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import OPERATOR_ROLE, Keeper, log_act, order_changed, said_why
from millstream.live.facts import SwitchThrown
from millstream.live.models import Show
from millstream.live.models.talk import Switch
from millstream.live.queries.order import about, closed_for
from millstream.live.refusals import NoSuchShow
from millstream.live.refusals.talk import NoSuchAct
from millstream.live.types import Operator, ShowState
from millstream.live.types.talk import ActKind, SwitchKind
from millstream.media import api as media

_ACTS = {
    (SwitchKind.SALE, False): ActKind.SALE_CLOSED,
    (SwitchKind.SALE, True): ActKind.SALE_OPENED,
    (SwitchKind.VIDEO, False): ActKind.VIDEO_CLOSED,
    (SwitchKind.VIDEO, True): ActKind.VIDEO_OPENED,
}


@transaction.atomic
def throw_switch(
    kind: SwitchKind,
    show_id: UUID | None,
    *,
    is_open: bool,
    by: Operator,
    user: UUID | None = None,
    why: str,
    now: datetime,
) -> None:
    """Close or open the counter or the picture of a show (None: of every show), saying why.

    A closed counter refuses every buy, bid and grab at once; a closed picture is hidden and its publisher sent away.
    """
    assert isinstance(by, Operator)
    reason = said_why(why)
    show = Show.objects.select_for_update().filter(id=show_id).first() if show_id else None
    if show_id and show is None:
        raise NoSuchShow
    concerned = _concerned(show_id)
    before = {each.id for each in concerned if (each.id, kind) in closed_for([each.id for each in concerned])}
    _write(kind, show_id, is_open=is_open, why=reason, now=now)
    closed = closed_for([each.id for each in concerned])
    after = {each.id for each in concerned if (each.id, kind) in closed}
    keeper = Keeper(OPERATOR_ROLE, None, user)
    log_act(_ACTS[kind, is_open], keeper, now=now, show=show, why=reason, facts={"everywhere": show is None})
    order_changed(show_id)
    for each in concerned:
        if (each.id in before) is (each.id in after):
            continue
        record(SwitchThrown(show=each.id, what=kind.value, open=each.id not in after), now=now)
        if kind is SwitchKind.VIDEO:
            _show_picture(each, is_open=each.id not in after, now=now)


def _concerned(show_id: UUID | None) -> list[Show]:
    """The shows that a switch is about, locked in key order."""
    shows = Show.objects.select_for_update().order_by("id")
    if show_id:
        return list(shows.filter(id=show_id))
    return list(shows.filter(state__in=[ShowState.PLANNED.value, ShowState.LIVE.value]))


def _write(kind: SwitchKind, show_id: UUID | None, *, is_open: bool, why: str, now: datetime) -> None:
    if is_open:
        closed = Switch.objects.filter(about(show_id), kind=kind.value, opened_at__isnull=True)
        if not closed.update(opened_at=now):
            raise NoSuchAct
        return
    row = Switch(id=new_id(), show_id=show_id, kind=kind.value, why=why, closed_at=now)
    Switch.objects.bulk_create([row], ignore_conflicts=True)
    if not Switch.objects.filter(id=row.id).exists():
        raise NoSuchAct


def _show_picture(show: Show, *, is_open: bool, now: datetime) -> None:
    """Let the media plane end the stream, or take it again while the show is not over."""
    if not is_open:
        media.close_stream(show.stream_id, now=now)
    elif show.state in (ShowState.PLANNED.value, ShowState.LIVE.value):
        media.reopen_stream(show.stream_id)
