"""Erase what an actor gave of itself; facts of money and custody stay."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.sealing import unseal
from millstream.people.models import Actor, Address, Contact, Visitor
from millstream.people.ports import PLUGS


@transaction.atomic
def erase_person(actor_id: UUID, *, now: datetime) -> None:
    """Forget contacts, addresses and the name of a person, and every wish to be told something.

    The actor's row stays, for the money it had a part in. What others keep to reach the person goes with it or not at
    all: afterwards nobody knows any more which addresses were theirs.
    """
    contacts = Contact.objects.filter(actor_id=actor_id)
    addresses = [unseal(row.sealed) for row in contacts]
    visitors = list(Visitor.objects.filter(actor_id=actor_id).values_list("id", flat=True))
    PLUGS.forget_person(actor_id, addresses=addresses, visitors=visitors, now=now)
    contacts.delete()
    Address.objects.filter(actor_id=actor_id, erased_at__isnull=True).update(sealed=None, erased_at=now)
    Actor.objects.filter(id=actor_id).update(name={"en": "Erased", "zh-hans": "已删除"}, story={}, picture="")
