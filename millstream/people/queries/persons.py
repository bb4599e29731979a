"""Who is one person: an account, the actors that are nobody else's, and the guests who bought with its contacts."""

from collections.abc import Iterable
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from millstream.kernel.sealing import lookup_hmac, unseal
from millstream.people.models import Actor, Contact, Membership, User, Visitor
from millstream.people.ports import PLUGS
from millstream.people.queries.actors import record_of
from millstream.people.refusals import NotAPerson, PersonGone
from millstream.people.rules import mask_contact, normalise_contact
from millstream.people.types import ActorKind, ContactKind, PersonRecord


def person_of_user(user_id: UUID) -> PersonRecord:
    """The person behind an account; refuses an account that is gone."""
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise PersonGone
    mine = Membership.objects.filter(user=user).values("actor_id")
    shared = set(Membership.objects.filter(actor_id__in=mine).exclude(user=user).values_list("actor_id", flat=True))
    worked = list(Actor.objects.filter(id__in=mine).order_by("slug"))
    own = [row.id for row in worked if row.kind == ActorKind.PERSON and row.id not in shared]
    bodies = [row for row in worked if row.id not in own]
    known = _proved_contacts(user)
    return _person(
        user_id=user.id,
        actors=_with_guests(own, known, user),
        bodies=bodies,
        shared=shared,
        contacts=[*known, *_unproved_contacts(user, known)],
    )


def person_of_actor(actor_id: UUID) -> PersonRecord:
    """The person who is an actor, with its account; refuses what is no person, or several, or gone."""
    row = Actor.objects.filter(id=actor_id).first()
    if row is None or row.erased_at is not None:
        raise PersonGone
    if row.kind != ActorKind.PERSON:
        raise NotAPerson(slug=row.slug)
    users = set(Membership.objects.filter(actor=row).values_list("user_id", flat=True))
    if len(users) > 1:
        raise NotAPerson(slug=row.slug)
    return person_of_user(users.pop()) if users else _person(user_id=None, actors={row.id})


def person_of_visitor(visitor: UUID) -> PersonRecord | None:
    """The guest behind a browser, None when it never gave anything."""
    actor_id = Visitor.objects.filter(id=visitor).values_list("actor_id", flat=True).first()
    return person_of_actor(actor_id) if actor_id else None


def persons_with(typed: str) -> list[PersonRecord]:
    """Everybody with this contact, accounts first; refuses what is no contact.

    A guest who belongs to one of the accounts is a part of it and not told again.
    """
    kind, contact = normalise_contact(typed)
    holds = Q(phone=contact) if kind is ContactKind.PHONE else Q(email__iexact=contact)
    found = [person_of_user(user_id) for user_id in User.objects.filter(holds).values_list("id", flat=True)]
    taken = {actor.id for person in found for actor in person.actors}
    given = Contact.objects.filter(lookup=lookup_hmac(contact)).order_by("given_at").values_list("actor_id", flat=True)
    return [*found, *(person_of_actor(actor_id) for actor_id in given if actor_id not in taken)]


def _proved_contacts(user: User) -> list[str]:
    """The contacts that a code proved to be the user's; what strangers typed is left alone."""
    # By name: importing the models of allauth here would be before Django is ready.
    verified = apps.get_model("account", "EmailAddress").objects.filter(user=user, verified=True)
    mails = verified.values_list("email", flat=True)
    phones = [user.phone] if user.phone and user.phone_verified else []
    return [*phones, *(mail.lower() for mail in mails)]


def _unproved_contacts(user: User, proved: list[str]) -> list[str]:
    return [contact for contact in (user.phone, user.email) if contact and contact.lower() not in proved]


def _with_guests(own: list[UUID], contacts: list[str], user: User) -> set[UUID]:
    """The account's own actors, and the guests who gave its contacts or bought in the browsers where it bought."""
    guests = Contact.objects.filter(lookup__in=[lookup_hmac(contact) for contact in contacts])
    bound = Visitor.objects.filter(id__in=PLUGS.browsers_of(own)) if own else Visitor.objects.none()
    wanted = {*own, *guests.values_list("actor_id", flat=True), *bound.values_list("actor_id", flat=True)}
    others = Membership.objects.filter(actor_id__in=wanted).exclude(user=user).values("actor_id")
    theirs = Actor.objects.filter(id__in=wanted, kind=ActorKind.PERSON.value).exclude(id__in=others)
    return set(theirs.values_list("id", flat=True))


def _person(
    *,
    user_id: UUID | None,
    actors: set[UUID],
    bodies: Iterable[Actor] = (),
    shared: Iterable[UUID] = (),
    contacts: Iterable[str] = (),
) -> PersonRecord:
    rows = Actor.objects.filter(id__in=actors, erased_at=None).order_by("id")
    given = [unseal(row.sealed) for row in Contact.objects.filter(actor__in=rows).order_by("given_at")]
    visitors = Visitor.objects.filter(actor__in=rows).order_by("id").values_list("id", flat=True)
    return PersonRecord(
        user_id=user_id,
        actors=tuple(record_of(row) for row in rows),
        leaves=tuple(record_of(row) for row in bodies),
        alone_in=tuple(record_of(row) for row in bodies if row.id not in set(shared)),
        visitors=tuple(visitors),
        contacts=tuple(dict.fromkeys(mask_contact(contact) for contact in (*contacts, *given))),
    )
