"""Report a show, a product or a message, and decide what was reported."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.live.actions.log_act import keeper_of, log_act, operator_alone
from millstream.live.models import Message, RundownItem, Show
from millstream.live.models.talk import Report
from millstream.live.queries.order import about
from millstream.live.refusals import NoSuchMessage, NoSuchShow, NotForSale, NotInRundown
from millstream.live.refusals.talk import AlreadyReported, NoSuchAct
from millstream.live.types import Operator
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
    """Put a show, a product of it or a message in it before those who keep order: once a visitor and thing.

    A product outside of any show (`show_id` None) goes before the operator.
    """
    assert variant is None or message is None
    _check_there(show_id, variant)
    said = Message.objects.filter(about(show_id), id=message).first() if message else None
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
        keeper = keeper_of(show, by, user=user) if show else operator_alone(by, user=user)
        facts = {"reason": row.reason, "variant": str(variant or ""), "message": str(message or ""), "said": row.quoted}
        act = log_act(kind, keeper, now=now, show=show, why=why, facts=facts)
        alike = Report.objects.filter(about(show_id), variant=variant, message=message, state=ReportState.OPEN.value)
        alike.update(state=state.value, decided_at=now, act=act)
    return list(things.values())
