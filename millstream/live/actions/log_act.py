"""Keep order in a show: who may, and the log of what was done. The caller is in a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from millstream.kernel.ids import new_id
from millstream.live.models import Message, Show
from millstream.live.models.talk import ModerationAct, TalkSetting
from millstream.live.queries.crew import crew_role
from millstream.live.queries.order import about
from millstream.live.refusals.talk import MayNotModerate, WhyMissing
from millstream.live.types import Operator, ShowState
from millstream.live.types.crew import CrewRole
from millstream.live.types.talk import LONGEST_WHY, ActKind

OPERATOR_ROLE: Final = "operator"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps order, for the log: as what, as which actor, and the signed-in user behind it."""

    role: str
    actor: UUID | None
    user: UUID | None


def keeper_of(show: Show, by: UUID | Operator, *, user: UUID | None, directs: bool = False) -> Keeper:
    """As what somebody keeps order in a show; refuses who may not (with `directs`: moderators as well)."""
    if isinstance(by, Operator):
        return Keeper(OPERATOR_ROLE, None, user)
    role = CrewRole.HOST if by == show.host_id else crew_role(show.id, show.host_id, by)
    if role is None or (directs and role is CrewRole.MODERATOR):
        raise MayNotModerate
    return Keeper(role.value, by, user)


def operator_alone(by: UUID | Operator, *, user: UUID | None) -> Keeper:
    """The operator, for what no show's crew decides; refuses everybody else."""
    if not isinstance(by, Operator):
        raise MayNotModerate
    return Keeper(OPERATOR_ROLE, None, user)


def log_act(
    kind: ActKind,
    keeper: Keeper,
    *,
    now: datetime,
    show: Show | None = None,
    message: Message | None = None,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> ModerationAct:
    """Write one line of the log, which nobody can change again."""
    return ModerationAct.objects.create(
        id=new_id(),
        kind=kind.value,
        at=now,
        show=show,
        host=show.host_id if show else None,
        user=keeper.user,
        actor=keeper.actor,
        role=keeper.role,
        visitor=message.visitor if message else None,
        speaker=message.name if message else "",
        message=message.id if message else None,
        quoted=message.text if message else "",
        why=why.strip()[:LONGEST_WHY],
        facts=dict(facts or {}),
    )


def order_changed(*shows: UUID | None) -> None:
    """Let room servers read the order of these shows again; None stands for the whole installation."""
    for show in sorted(set(shows), key=str):
        TalkSetting.objects.bulk_create([TalkSetting(id=new_id(), show_id=show)], ignore_conflicts=True)
        TalkSetting.objects.filter(about(show)).update(version=F("version") + 1)


def open_shows_of(host: UUID) -> list[UUID]:
    """The planned and live shows of a host."""
    states = [ShowState.PLANNED.value, ShowState.LIVE.value]
    return list(Show.objects.filter(host_id=host, state__in=states).values_list("id", flat=True))


def said_why(why: str) -> str:
    """The reason that somebody gave; refuses an empty one."""
    if not why.strip():
        raise WhyMissing
    return why.strip()[:LONGEST_WHY]
