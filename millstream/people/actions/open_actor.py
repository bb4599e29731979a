"""Open an actor, and let people work there."""

from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.people.models import Actor, Membership
from millstream.people.refusals import SlugTaken
from millstream.people.types import ActorId, ActorSpec, Role


@transaction.atomic
def open_actor(spec: ActorSpec) -> ActorId:
    """Open an actor under its public address; refuses an address that is taken."""
    actor_id = spec.actor_id or new_id()
    try:
        with transaction.atomic():
            Actor.objects.create(
                id=actor_id,
                kind=spec.kind,
                name=dict(spec.name),
                slug=spec.slug,
                place_id=spec.place_id,
                story=dict(spec.story or {}),
                picture=spec.picture,
                is_public=spec.is_public,
            )
    except IntegrityError:
        raise SlugTaken(slug=spec.slug) from None
    return ActorId(actor_id)


@transaction.atomic
def join_actor(user_id: UUID, actor_id: UUID, role: Role) -> None:
    """Give a user a role in an actor; giving it again changes nothing."""
    Membership.objects.get_or_create(user_id=user_id, actor_id=actor_id, role=role)


@transaction.atomic
def leave_actor(user_id: UUID, actor_id: UUID, role: Role) -> None:
    """Take a role from a user."""
    Membership.objects.filter(user_id=user_id, actor_id=actor_id, role=role).delete()
