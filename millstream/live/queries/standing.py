"""How somebody stands in a room: silenced by whom, until when, and what became of an appeal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from millstream.live.models import Mute, Show
from millstream.live.models.talk import Appeal, Ban, ModerationAct
from millstream.live.queries.order import bans_over
from millstream.live.refusals import NoSuchShow
from millstream.live.types.talk import ActKind, AppealState, Standing


@dataclass(frozen=True, slots=True)
class Silencing:
    """The act that silences somebody now, and until when (None: until it is lifted); `network`: it was another's."""

    act: UUID
    until: datetime | None
    since: datetime | None
    network: str = ""


def standing_row(
    show_id: UUID, *, visitor: UUID, actor: UUID | None = None, network: str = "", now: datetime
) -> Silencing | None:
    """What silences somebody in a show: a ban before a timeout; None when nothing does."""
    host = Show.objects.filter(id=show_id).values_list("host_id", flat=True).first()
    if host is None:
        raise NoSuchShow
    mine = Q(visitor=visitor)
    if actor:
        mine |= Q(actor=actor)
    if network:
        mine |= Q(network=network, network_until__gt=now)
    ban: Ban | None = bans_over(host).filter(mine).order_by("-since").first()
    if ban is not None:
        direct = ban.visitor == visitor or (actor is not None and ban.actor == actor)
        if direct:
            return Silencing(ban.act_id, ban.until, ban.since)
        return Silencing(ban.act_id, ban.network_until, ban.since, network)
    mute = Mute.objects.filter(show_id=show_id, visitor=visitor, until__gt=now, act__isnull=False).first()
    return Silencing(mute.act, mute.until, None) if mute is not None and mute.act is not None else None


def standing(
    show_id: UUID, *, visitor: UUID, actor: UUID | None = None, network: str = "", now: datetime
) -> Standing | None:
    """Why somebody may not talk in a show, until when, and what became of the appeal; None when they may."""
    found = standing_row(show_id, visitor=visitor, actor=actor, network=network, now=now)
    if found is None:
        return None
    act = ModerationAct.objects.get(id=found.act)
    mine = Q(network=network, visitor=visitor) if found.network else Q(network="")
    asked = Appeal.objects.filter(mine, act=act).first()
    return Standing(
        kind=ActKind(act.kind),
        why=act.why,
        quoted=act.quoted if act.visitor == visitor else "",
        since=act.at,
        until=found.until,
        act=act.id,
        appeal=AppealState(asked.state) if asked else None,
        answer=asked.answer if asked else "",
        by_network=bool(found.network),
    )


def last_appeal(show_id: UUID, *, visitor: UUID) -> tuple[AppealState, str] | None:
    """What became of a visitor's last appeal in a show, with the answer."""
    row = Appeal.objects.filter(act__show_id=show_id, visitor=visitor).order_by("-id").first()
    return (AppealState(row.state), row.answer) if row else None
