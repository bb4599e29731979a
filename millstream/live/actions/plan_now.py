"""Plan a show for this moment, so that a host without one goes live at once."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.kernel.texts import Text
from millstream.live.actions.plan_show import plan_show
from millstream.live.models import Show
from millstream.live.queries import show_record
from millstream.live.types import ShowPlan, ShowRecord, ShowState

JUST_NOW: Final = timedelta(minutes=10)


@transaction.atomic
def plan_now(host: UUID, title: Text, *, now: datetime) -> ShowRecord:
    """The host's live show if one is on, the one planned in this way a moment ago, else a new one for now."""
    own = Show.objects.filter(host_id=host)
    row = (
        own.filter(state=ShowState.LIVE.value).first()
        or own.filter(state=ShowState.PLANNED.value, starts_at__gt=now - JUST_NOW, starts_at__lte=now)
        .order_by("-starts_at")
        .first()
    )
    if row is not None:
        return show_record(row)
    return plan_show(ShowPlan(host=host, title=title, story={}, starts_at=now), now=now)
