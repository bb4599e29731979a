"""Ask to be heard again, once, and decide that."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import (
    OPERATOR_ROLE,
    Keeper,
    keeper_of,
    log_act,
    open_shows_of,
    order_changed,
    said_why,
)
from millstream.live.actions.moderate import end_ban
from millstream.live.models import Mute
from millstream.live.models.talk import Appeal, Ban, ModerationAct
from millstream.live.queries.standing import standing_row
from millstream.live.refusals import TalkEmpty
from millstream.live.refusals.talk import AppealedBefore, AppealsFull, MayNotModerate, NoSuchAct, NothingToAppeal
from millstream.live.types import Operator
from millstream.live.types.talk import LONGEST_APPEAL, MOST_APPEALS_OF_A_NETWORK, ActKind, AppealState


@transaction.atomic
def appeal(
    show_id: UUID, *, visitor: UUID, actor: UUID | None = None, network: str = "", text: str, now: datetime
) -> None:
    """Put a timeout or a ban before those who keep order once more; each decision takes one appeal.

    Whoever is silenced only with the `network` (its mark) of the banned has an appeal too: once a visitor, and five of
    them against a decision, since visitors are easily made new.
    """
    if not text.strip():
        raise TalkEmpty
    found = standing_row(show_id, visitor=visitor, actor=actor, network=network, now=now)
    if found is None:
        raise NothingToAppeal
    if found.network:
        _check_room(found.act, visitor)
    row = Appeal(
        id=new_id(),
        act_id=found.act,
        visitor=visitor,
        network=found.network,
        text=text.strip()[:LONGEST_APPEAL],
        at=now,
    )
    Appeal.objects.bulk_create([row], ignore_conflicts=True)
    if not Appeal.objects.filter(id=row.id).exists():
        raise AppealedBefore


def _check_room(act: UUID, visitor: UUID) -> None:
    """Refuse one appeal of the network too many; they queue at the decision, which nothing else locks."""
    ModerationAct.objects.select_for_update().get(id=act)
    earlier = Appeal.objects.filter(act_id=act).exclude(network="")
    if earlier.count() >= MOST_APPEALS_OF_A_NETWORK and not earlier.filter(visitor=visitor).exists():
        raise AppealsFull(most=MOST_APPEALS_OF_A_NETWORK)


@transaction.atomic
def decide_appeal(
    appeal_id: UUID, *, grant: bool, by: UUID | Operator, user: UUID | None = None, answer: str, now: datetime
) -> UUID | None:
    """Grant an appeal, which ends the timeout or ban, or refuse it; the answer is told. Returns the room.

    Granted to somebody of the banned's network, the network is free and the banned stay banned. What frees the network
    answers everybody of it who appealed.
    """
    reason = said_why(answer)
    row = Appeal.objects.select_for_update().filter(id=appeal_id, state=AppealState.OPEN.value).first()
    if row is None:
        raise NoSuchAct
    act = row.act
    if act.show is not None:
        keeper = keeper_of(act.show, by, user=user, directs=True)
    elif isinstance(by, Operator):
        keeper = Keeper(OPERATOR_ROLE, None, user)
    else:
        raise MayNotModerate
    if act.role == OPERATOR_ROLE and keeper.role != OPERATOR_ROLE:
        raise MayNotModerate
    row.state = (AppealState.GRANTED if grant else AppealState.REFUSED).value
    row.answer, row.decided_at = reason, now
    row.save(update_fields=["state", "answer", "decided_at"])
    kind = ActKind.APPEAL_GRANTED if grant else ActKind.APPEAL_REFUSED
    facts = {"of": str(act.id), "said": act.quoted, "network": bool(row.network)}
    log_act(kind, keeper, now=now, show=act.show, why=reason, facts=facts)
    if grant:
        _free_network(act.id, reason, now)
        if not row.network:
            _lift(act.id, act.show_id, now)
    return act.show.room if act.show is not None else None


def _free_network(act: UUID, answer: str, now: datetime) -> None:
    """Let the guests of the network talk again, and tell all of them who asked."""
    for ban in Ban.objects.filter(act_id=act, lifted_at__isnull=True).exclude(network=""):
        Ban.objects.filter(id=ban.id).update(network="", network_until=None)
        order_changed(*([None] if ban.host_id is None else open_shows_of(ban.host_id)))
    others = Appeal.objects.filter(act_id=act, state=AppealState.OPEN.value).exclude(network="")
    others.update(state=AppealState.GRANTED.value, answer=answer, decided_at=now)


def _lift(act: UUID, show: UUID | None, now: datetime) -> None:
    Mute.objects.filter(act=act).delete()
    for ban in Ban.objects.filter(Q(act_id=act), lifted_at__isnull=True):
        end_ban(ban, now=now)
    if show is not None:
        order_changed(show)
