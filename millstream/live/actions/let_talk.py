"""Let somebody who was silenced talk again, at once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from millstream.live.actions.log_act import OPERATOR_ROLE, Keeper, keeper_of, log_act, open_shows_of, order_changed
from millstream.live.actions.moderate import end_ban
from millstream.live.models import Message, Mute, Show
from millstream.live.models.talk import Ban, ModerationAct
from millstream.live.refusals import NoSuchMessage
from millstream.live.refusals.talk import MayNotModerate, NotSilenced
from millstream.live.types import Operator
from millstream.live.types.talk import ActKind


@transaction.atomic
def let_talk(
    message_id: UUID, *, by: UUID | Operator, user: UUID | None = None, why: str = "", now: datetime
) -> tuple[UUID, ...]:
    """Whoever said this may talk again: its timeout and its bans end, as far as the keeper may end them.

    What the operator did, only the operator takes back. Lines that a ban took away stay away. Returns the rooms in
    which order changed.
    """
    message = Message.objects.select_related("show").filter(id=message_id).first()
    if message is None:
        raise NoSuchMessage
    keeper = keeper_of(message.show, by, user=user)
    found: list[Mute | Ban] = [*_timeouts(message, now), *_bans(message, keeper)]
    mine = [row for row in found if keeper.role == OPERATOR_ROLE or _act(row).role != OPERATOR_ROLE]
    if not found:
        raise NotSilenced
    if not mine:
        raise MayNotModerate
    for row in mine:
        _end(row, keeper, why, now)
    order_changed(message.show_id)
    concerned = {message.show_id, *open_shows_of(message.show.host_id)}
    return tuple(Show.objects.filter(id__in=concerned).order_by("id").values_list("room", flat=True))


def _timeouts(message: Message, now: datetime) -> list[Mute]:
    muted = Mute.objects.select_for_update().filter(
        show_id=message.show_id, visitor=message.visitor, until__gt=now, act__isnull=False
    )
    return list(muted)


def _bans(message: Message, keeper: Keeper) -> list[Ban]:
    """The bans of the speaker that the keeper may end: in the shows of this host, and for the operator anywhere."""
    whose = Q(visitor=message.visitor) | (Q(actor=message.actor) if message.actor else Q())
    where = Q(host_id=message.show.host_id) | (Q(host__isnull=True) if keeper.role == OPERATOR_ROLE else Q())
    return list(Ban.objects.select_for_update(of=("self",)).filter(whose, where, lifted_at__isnull=True).order_by("id"))


def _act(row: Mute | Ban) -> ModerationAct:
    if isinstance(row, Ban):
        return row.act
    assert row.act is not None, "only timeouts that stand in the log are undone"
    return ModerationAct.objects.get(id=row.act)


def _end(row: Mute | Ban, keeper: Keeper, why: str, now: datetime) -> None:
    said = _act(row)
    if isinstance(row, Ban):
        end_ban(row, now=now)
    else:
        row.delete()
    kind = ActKind.UNBAN if isinstance(row, Ban) else ActKind.TIMEOUT_LIFTED
    log_act(kind, keeper, now=now, show=said.show, why=why, facts={"of": str(said.id), "said": said.quoted})
