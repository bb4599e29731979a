"""Plan what is to be told, move it, call it off."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.notices.models import Notice, Occasion
from millstream.notices.queries import packed_words
from millstream.notices.types import LONGEST_NAME, NoticeState, OccasionPlan


@transaction.atomic
def plan_occasion(plan: OccasionPlan, *, now: datetime) -> bool:
    """Tell this when it is due, to whoever wants it then. Planned again before it is told, the new plan counts.

    Returns whether this plan counts: False when the occasion was told already.
    """
    assert len(plan.name) <= LONGEST_NAME, plan.name
    said = {
        "due_at": plan.due_at,
        "useless_at": plan.useless_at,
        "words": packed_words(plan.words),
        "cancelled_at": None,
    }
    row, made = Occasion.objects.select_for_update().get_or_create(
        topic=plan.topic, subject=plan.subject, name=plan.name, defaults={"id": new_id(), **said}
    )
    if not made and row.told_at is None:
        Occasion.objects.filter(id=row.id).update(**said)
    return row.told_at is None


@transaction.atomic
def cancel_occasions(
    topic: str, subject: UUID, *, now: datetime, starting_with: str = "", keep: Sequence[str] = ()
) -> int:
    """Call off what was not told yet, but for the names in `keep`; returns how many occasions that was.

    Notices of an occasion that are still waiting do not go either.
    """
    rows = Occasion.objects.filter(
        topic=topic, subject=subject, cancelled_at__isnull=True, name__startswith=starting_with
    ).exclude(name__in=keep)
    Notice.objects.filter(occasion__in=rows, state=NoticeState.WAITING.value).update(
        state=NoticeState.LATE.value, settled_at=now, reason="called off"
    )
    return rows.filter(told_at__isnull=True).update(cancelled_at=now)
