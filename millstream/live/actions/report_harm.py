"""Report a show, a product or a message, and decide what was reported."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import keeper_of, log_act
from millstream.live.models import Message, RundownItem, Show
from millstream.live.models.talk import Report
from millstream.live.refusals import NoSuchMessage, NoSuchShow, NotInRundown
from millstream.live.refusals.talk import AlreadyReported, NoSuchAct
from millstream.live.types import Operator
from millstream.live.types.talk import LONGEST_REPORT, ActKind, Reason, ReportState


@transaction.atomic
def report_harm(
    show_id: UUID,
    *,
    visitor: UUID,
    reason: Reason,
    text: str = "",
    variant: UUID | None = None,
    message: UUID | None = None,
    now: datetime,
) -> UUID:
    """Put a show, a product of it or a message in it before those who keep order: once a visitor and thing."""
    assert variant is None or message is None
    if not Show.objects.filter(id=show_id).exists():
        raise NoSuchShow
    if variant and not RundownItem.objects.filter(show_id=show_id, variant_id=variant).exists():
        raise NotInRundown
    said = Message.objects.filter(id=message, show_id=show_id).first() if message else None
    if message and said is None:
        raise NoSuchMessage
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
    )
    Report.objects.bulk_create([row], ignore_conflicts=True)
    if not Report.objects.filter(id=row.id).exists():
        raise AlreadyReported
    return row.id


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

    What follows from an upheld one (delete, ban, close the counter) is an act of its own.
    """
    chosen = list(Report.objects.filter(id__in=report_ids, state=ReportState.OPEN.value).order_by("id"))
    if not chosen:
        raise NoSuchAct
    shows = {show.id: show for show in Show.objects.filter(id__in={row.show_id for row in chosen})}
    state, kind = (ReportState.UPHELD, ActKind.UPHELD) if uphold else (ReportState.DISMISSED, ActKind.DISMISSED)
    things = {(row.show_id, row.variant, row.message): row for row in chosen}
    for (show_id, variant, message), row in things.items():
        keeper = keeper_of(shows[show_id], by, user=user)
        facts = {"reason": row.reason, "variant": str(variant or ""), "message": str(message or ""), "said": row.quoted}
        act = log_act(kind, keeper, now=now, show=shows[show_id], why=why, facts=facts)
        alike = Report.objects.filter(show_id=show_id, variant=variant, message=message, state=ReportState.OPEN.value)
        alike.update(state=state.value, decided_at=now, act=act)
    return list(things.values())
