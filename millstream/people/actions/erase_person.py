"""Erase what an actor gave of itself; facts of money and custody stay."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.people.models import Actor, Address, Contact


@transaction.atomic
def erase_person(actor_id: UUID, *, now: datetime) -> None:
    """Forget contacts, addresses and the name of a person; the actor's row stays, for the money it had a part in."""
    Contact.objects.filter(actor_id=actor_id).delete()
    Address.objects.filter(actor_id=actor_id, erased_at__isnull=True).update(sealed=None, erased_at=now)
    Actor.objects.filter(id=actor_id).update(name={"en": "Erased", "zh-hans": "已删除"}, story={}, picture="")
