"""Report a show, a product or a message, and decide what was reported."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import keeper_of, log_act, operator_alone
from millstream.live.models import Message, RundownItem, Show
from millstream.live.models.talk import Report
from millstream.live.queries.crew import crew_role
from millstream.live.queries.order import about
from millstream.live.refusals import NoSuchMessage, NoSuchShow, NotForSale, NotInRundown
from millstream.live.refusals.talk import AlreadyReported, NoSuchAct, OperatorDecides
from millstream.live.rules.reports import next_turn, operator_decides
from millstream.live.types import Operator, TalkRole
from millstream.live.types.talk import LONGEST_REPORT, ActKind, Reason, ReportState
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId


@transaction.atomic
def report_harm(
    show_id: UUID | None,
    *,
    visitor: UUID,
    reason: Reason,
    text: str = "",
    variant: UUID | None = None,
    message: UUID | None = None,
    now: datetime,
) -> UUID:
    """Put a show, a product or a message before those who keep order: once a visitor and thing.

    Once more after that was decided. Shows, products, and what the crew itself said go before the operator alone.
    """
    assert variant is None or message is None
    _check_there(show_id, variant)
    said = Message.objects.select_related("show").filter(about(show_id), id=message).first() if message else None
    if message and said is None:
        raise NoSuchMessage
    before = Report.objects.filter(about(show_id), visitor=visitor, variant=variant, message=message)
    turn = next_turn([ReportState(state) for state in before.values_list("state", flat=True)])
    if turn is None:
        raise AlreadyReported
    row = Report(
        id=new_id(),
        show_id=show_id,
        variant=variant,
        message=message,
        quoted=said.text if said else "",
        speaker=said.name if said else "",
        visitor=visitor,
        reason=reason.value,
        text=text.strip()[:LONGEST_REPORT],
        at=now,
        operator_decides=_is_the_operators(said),
        turn=turn,
    )
    Report.objects.bulk_create([row], ignore_conflicts=True)
    if not Report.objects.filter(id=row.id).exists():
        raise AlreadyReported
    return row.id


def _is_the_operators(said: Message | None) -> bool:
    """Whether only the operator decides about a line (None: about a show or a product), as the crew is now."""
    if said is None:
        return operator_decides(None, by_crew=False)
    host: UUID = said.show.host_id
    by_crew = said.actor is not None and (said.actor == host or crew_role(said.show_id, host, said.actor) is not None)
    return operator_decides(TalkRole(said.role), by_crew=by_crew)


def _check_there(show_id: UUID | None, variant: UUID | None) -> None:
    """Refuse to report what is not there."""
    if show_id is None:
        if variant is None or VariantId(variant) not in for_sale([VariantId(variant)]):
            raise NotForSale
    elif not Show.objects.filter(id=show_id).exists():
        raise NoSuchShow
    elif variant and not RundownItem.objects.filter(show_id=show_id, variant_id=variant).exists():
        raise NotInRundown


@transaction.atomic
def decide_reports(
    report_ids: Sequence[UUID],
    *,
    uphold: bool,
    by: UUID | Operator,
    user: UUID | None = None,
    why: str = "",
    now: datetime,
) -> list[Report]:
    """Dismiss or uphold reports, and all other open ones about the same things; returns one of each thing.

    The crew decides about lines of viewers and sellers; all else is the operator's (`OperatorDecides`).
    What follows from an upheld one (delete, ban, close the counter) is an act of its own.
    """
    chosen = list(Report.objects.filter(id__in=report_ids, state=ReportState.OPEN.value).order_by("id"))
    if not chosen:
        raise NoSuchAct
    shows = {show.id: show for show in Show.objects.filter(id__in={row.show_id for row in chosen if row.show_id})}
    state, kind = (ReportState.UPHELD, ActKind.UPHELD) if uphold else (ReportState.DISMISSED, ActKind.DISMISSED)
    things = {(row.show_id, row.variant, row.message): row for row in chosen}
    for (show_id, variant, message), row in things.items():
        show = shows[show_id] if show_id else None
        alike = Report.objects.filter(about(show_id), variant=variant, message=message, state=ReportState.OPEN.value)
        keeper = keeper_of(show, by, user=user) if show else operator_alone(by, user=user)
        if not isinstance(by, Operator) and _is_above_the_crew(alike, message):
            raise OperatorDecides
        facts = {"reason": row.reason, "variant": str(variant or ""), "message": str(message or ""), "said": row.quoted}
        act = log_act(kind, keeper, now=now, show=show, why=why, facts=facts)
        alike.update(state=state.value, decided_at=now, act=act)
    return list(things.values())


def _is_above_the_crew(alike: QuerySet[Report, Report], message: UUID | None) -> bool:
    """Whether these reports are the operator's: they were when made, or whoever said it joined the crew since."""
    said = Message.objects.select_related("show").filter(id=message).first() if message else None
    return alike.filter(operator_decides=True).exists() or (said is not None and _is_the_operators(said))
