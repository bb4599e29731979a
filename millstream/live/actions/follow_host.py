"""Follow a host, or stop following."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from millstream.kernel.ids import new_id
from millstream.live.models.talk import Follow


@transaction.atomic
def follow_host(host: UUID, *, visitor: UUID, actor: UUID | None = None, now: datetime) -> None:
    """Let a visitor follow a host; following twice changes nothing. `actor` is whom somebody signed in acts as."""
    Follow.objects.bulk_create(
        [Follow(id=new_id(), host_id=host, visitor=visitor, actor_id=actor, since=now)], ignore_conflicts=True
    )


@transaction.atomic
def unfollow_host(host: UUID, *, visitor: UUID, actor: UUID | None = None) -> None:
    """Let a visitor follow a host no more."""
    mine = Q(visitor=visitor) | Q(actor_id=actor) if actor else Q(visitor=visitor)
    Follow.objects.filter(mine, host_id=host).delete()
