"""Plan a show."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id, short_code
from millstream.live.actions.announce_show import announce_soon
from millstream.live.facts import ShowPlanned
from millstream.live.models import Show
from millstream.live.queries import show_record
from millstream.live.refusals import StartsInThePast
from millstream.live.rules import is_too_late, slug_from
from millstream.live.types import ShowPlan, ShowRecord
from millstream.media import api as media


@transaction.atomic
def plan_show(plan: ShowPlan, *, now: datetime) -> ShowRecord:
    """Give a show its time, its stream and its room; refuses a time that is over."""
    if is_too_late(plan.starts_at, now):
        raise StartsInThePast
    show_id = new_id()
    row = Show.objects.create(
        id=show_id,
        slug=plan.slug or slug_from(plan.title, short_code(show_id)[:4].lower()),
        title=dict(plan.title),
        story=dict(plan.story),
        host_id=plan.host,
        poster=plan.poster,
        starts_at=plan.starts_at,
        lasts_minutes=plan.lasts_minutes,
        series_id=plan.series,
        occurrence=plan.occurrence,
        stream_id=media.open_stream(plan.host, now=now).id,
        scene_seed=plan.scene_seed,
        planned_at=now,
    )
    announce_soon(row, now=now)
    record(ShowPlanned(show=row.id, host=plan.host, starts_at=plan.starts_at), now=now)
    return show_record(row)
