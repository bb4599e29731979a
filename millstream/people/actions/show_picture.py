"""Give an actor its picture."""

from uuid import UUID

from django.db import transaction

from millstream.people.models import Actor


@transaction.atomic
def show_picture(actor_id: UUID, picture: str) -> None:
    """Show this picture (an address) with the actor from now on."""
    Actor.objects.filter(id=actor_id).update(picture=picture)
