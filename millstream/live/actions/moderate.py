"""Keep a room friendly: take messages away, ask somebody to be silent, ban."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import OPERATOR_ROLE, Keeper, keeper_of, log_act, open_shows_of, order_changed
from millstream.live.models import Message, Mute, Show
from millstream.live.models.talk import Ban
from millstream.live.refusals import NoSuchMessage
from millstream.live.refusals.talk import MayNotModerate, NoSuchAct, NotThisOne
from millstream.live.types import Operator, ShowState, TalkRole
from millstream.live.types.talk import NETWORK_BAN_HOURS, TIMEOUT_MINUTES, ActKind

STAFF = frozenset({TalkRole.HOST.value, TalkRole.COHOST.value, TalkRole.MODERATOR.value})


@dataclass(frozen=True, slots=True)
class Silenced:
    """Who may not talk any more: for the room servers of `rooms`; `until` None means until it is lifted."""

    rooms: tuple[UUID, ...]
    visitor: UUID
    actor: UUID | None
    network: str
    until: datetime | None


@transaction.atomic
def delete_message(
    message_id: UUID, *, by: UUID | Operator, user: UUID | None = None, why: str = "", now: datetime
) -> UUID:
    """Take a message off every screen; returns the room. For the crew of the show and for the operator."""
    message, keeper = _message(message_id, by, user)
    if Message.objects.filter(id=message_id, deleted_at__isnull=True).update(deleted_at=now):
        log_act(ActKind.DELETE, keeper, now=now, show=message.show, message=message, why=why)
        order_changed(message.show_id)
    room: UUID = message.show.room
    return room


@transaction.atomic
def time_out_speaker(
    message_id: UUID, *, minutes: int, by: UUID | Operator, user: UUID | None = None, why: str = "", now: datetime
) -> Silenced:
    """Whoever said this may not talk in the show for 1, 5, 10 or 60 minutes."""
    assert minutes in TIMEOUT_MINUTES
    message, keeper = _message(message_id, by, user)
    _check_not_crew(message)
    act = log_act(
        ActKind.TIMEOUT, keeper, now=now, show=message.show, message=message, why=why, facts={"minutes": minutes}
    )
    until = now + timedelta(minutes=minutes)
    Mute.objects.update_or_create(
        show_id=message.show_id,
        visitor=message.visitor,
        defaults={"until": until, "act": act.id},
        create_defaults={"id": new_id(), "until": until, "act": act.id},
    )
    order_changed(message.show_id)
    return Silenced((message.show.room,), message.visitor, message.actor, "", until)


@transaction.atomic
def ban_speaker(
    message_id: UUID,
    *,
    by: UUID | Operator,
    user: UUID | None = None,
    everywhere: bool = False,
    network: bool = False,
    why: str = "",
    now: datetime,
) -> Silenced:
    """Whoever said this may not talk in the host's shows any more, and all of it leaves every screen.

    `everywhere` bans from all shows, for the operator alone. `network` holds for a day for guests of the same
    network too, since a guest's browser is easily made new.
    """
    message, keeper = _message(message_id, by, user)
    if everywhere and keeper.role != OPERATOR_ROLE:
        raise MayNotModerate
    _check_not_crew(message)
    host = None if everywhere else message.show.host_id
    facts = {"everywhere": everywhere, "network": network}
    act = log_act(ActKind.BAN, keeper, now=now, show=message.show, message=message, why=why, facts=facts)
    mark = message.network if network else ""
    banned = {
        "actor": message.actor,
        "network": mark,
        "network_until": now + timedelta(hours=NETWORK_BAN_HOURS) if mark else None,
        "since": now,
        "act": act,
    }
    Ban.objects.update_or_create(
        host_id=host,
        visitor=message.visitor,
        lifted_at=None,
        defaults=banned,
        create_defaults={"id": new_id(), "host_id": host, "visitor": message.visitor, **banned},
    )
    rooms = _clear_history(message, host, mark, now)
    order_changed(*([None] if everywhere else open_shows_of(message.show.host_id)), message.show_id)
    return Silenced(rooms, message.visitor, message.actor, mark, None)


@transaction.atomic
def lift_ban(ban_id: UUID, *, by: UUID | Operator, user: UUID | None = None, why: str = "", now: datetime) -> None:
    """Let somebody talk again. For the host whose ban it is, and for the operator."""
    ban = Ban.objects.select_for_update().filter(id=ban_id, lifted_at__isnull=True).first()
    if ban is None:
        raise NoSuchAct
    if not isinstance(by, Operator) and by != ban.host_id:
        raise MayNotModerate
    said = ban.act
    keeper = Keeper(OPERATOR_ROLE if isinstance(by, Operator) else TalkRole.HOST.value, _actor(by), user)
    end_ban(ban, now=now)
    log_act(ActKind.UNBAN, keeper, now=now, show=said.show, why=why, facts={"of": str(said.id), "said": said.quoted})


def end_ban(ban: Ban, *, now: datetime) -> None:
    """End a ban; the caller logs why."""
    Ban.objects.filter(id=ban.id, lifted_at__isnull=True).update(lifted_at=now)
    order_changed(*([None] if ban.host_id is None else open_shows_of(ban.host_id)))


def _clear_history(message: Message, host: UUID | None, mark: str, now: datetime) -> tuple[UUID, ...]:
    """Take all that the speaker said away; returns the rooms that may still show it."""
    said_by = Q(visitor=message.visitor)
    if message.actor:
        said_by |= Q(actor=message.actor)
    if mark:
        said_by |= Q(network=mark, role__in=[TalkRole.GUEST.value, TalkRole.BUYER.value])
    said = Message.objects.filter(said_by, deleted_at__isnull=True)
    if host is not None:
        said = said.filter(show__host_id=host)
    concerned = set(said.values_list("show_id", flat=True)) | {message.show_id}
    said.update(deleted_at=now)
    order_changed(*concerned)
    live = Q(state=ShowState.LIVE.value) if host is None else Q(state=ShowState.LIVE.value, host_id=host)
    return tuple(Show.objects.filter(live | Q(id__in=concerned)).values_list("room", flat=True))


def _message(message_id: UUID, by: UUID | Operator, user: UUID | None) -> tuple[Message, Keeper]:
    message = Message.objects.select_related("show").filter(id=message_id).first()
    if message is None:
        raise NoSuchMessage
    return message, keeper_of(message.show, by, user=user)


def _check_not_crew(message: Message) -> None:
    if message.role in STAFF:
        raise NotThisOne


def _actor(by: UUID | Operator) -> UUID | None:
    return None if isinstance(by, Operator) else by
