"""Forget what a person said, followed and worked on."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from millstream.live.models import CrewInvitation, Follow, Message, Report, ShowCrew, StudioSeat


@transaction.atomic
def forget_person(
    actors: Collection[UUID], *, visitors: Collection[UUID], addresses: Collection[str], now: datetime
) -> None:
    """Erase what these actors and browsers said in rooms and in reports, whom they follow, and their work on shows.

    The log of moderation, bans and promises of shows stay: they hold ids, and what moderators wrote down.
    """
    theirs = Q(visitor__in=visitors) | Q(actor__in=actors)
    said = Message.objects.filter(theirs)
    said.update(name="", text="", network="", mentions=[], deleted_at=Coalesce("deleted_at", now))
    Follow.objects.filter(Q(visitor__in=visitors) | Q(actor_id__in=actors) | Q(host_id__in=actors)).delete()
    Report.objects.filter(visitor__in=visitors).update(text="")
    StudioSeat.objects.filter(actor_id__in=actors).delete()
    ShowCrew.objects.filter(actor_id__in=actors, left_at=None).update(left_at=now)
    CrewInvitation.objects.filter(sent_to__in=addresses).update(sent_to="")
    CrewInvitation.objects.filter(host_id__in=actors, revoked_at=None, used_at=None).update(revoked_at=now)
