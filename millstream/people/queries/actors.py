"""Reads about people and other actors."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Q

from millstream.kernel.refusals import NotFound
from millstream.kernel.sealing import lookup_hmac, unseal
from millstream.people.actions.read_address import opened
from millstream.people.models import AccessKey, Actor, Address, Contact, Membership, User, Visitor
from millstream.people.rules import mask_contact, masked
from millstream.people.types import (
    AccessKeyRecord,
    ActorId,
    ActorKind,
    ActorRecord,
    AddressMasked,
    ContactKind,
    MailFound,
    MembershipRecord,
    Role,
)

_ON_FILE = """
SELECT visitor.id, contact.kind, contact.sealed,
       EXISTS (SELECT 1 FROM people_address WHERE actor_id = visitor.actor_id AND erased_at IS NULL)
FROM people_visitor visitor
CROSS JOIN LATERAL (
    SELECT kind, sealed FROM people_contact WHERE actor_id = visitor.actor_id ORDER BY given_at DESC LIMIT 1
) contact
WHERE visitor.id = ANY(%s::uuid[])
"""


def record_of(row: Actor) -> ActorRecord:
    """The public record of an actor's row."""
    return ActorRecord(
        id=ActorId(row.id),
        kind=ActorKind(row.kind),
        name=row.name,
        slug=row.slug,
        place_id=row.place_id,
        story=row.story,
        picture=row.picture,
        is_public=row.is_public,
    )


def actor(actor_id: UUID) -> ActorRecord:
    """One actor; refuses an unknown id."""
    row = Actor.objects.filter(id=actor_id).first()
    if row is None:
        raise NotFound(what="actor")
    return record_of(row)


def actor_by_slug(slug: str) -> ActorRecord:
    """One public actor by its public address."""
    row = Actor.objects.filter(slug=slug, is_public=True).first()
    if row is None:
        raise NotFound(what="actor")
    return record_of(row)


def actors(ids: Iterable[UUID]) -> dict[ActorId, ActorRecord]:
    """The actors with these ids, in one query."""
    return {ActorId(row.id): record_of(row) for row in Actor.objects.filter(id__in=set(ids))}


def actors_of_kind(*kinds: ActorKind, place_ids: Sequence[UUID] | None = None) -> list[ActorRecord]:
    """Public actors of these kinds, by slug; only those at `place_ids` when given."""
    here = Q(place_id__in=place_ids) if place_ids is not None else Q()
    rows = Actor.objects.filter(here, kind__in=kinds, is_public=True).order_by("slug")
    return [record_of(row) for row in rows[:1000]]


def memberships_of(user_id: UUID) -> list[MembershipRecord]:
    """Where a user works, and as what."""
    rows = Membership.objects.filter(user_id=user_id).select_related("actor").order_by("actor__slug", "role")
    return [MembershipRecord(record_of(row.actor), Role(row.role)) for row in rows]


def mail_of_members(actor_id: UUID, roles: Collection[Role]) -> list[tuple[str, str]]:
    """E-mail address and language of everybody with one of these roles in an actor; who has no address is left out."""
    held = Membership.objects.filter(actor_id=actor_id, role__in=roles, user__is_active=True)
    told = held.values_list("user__email", "user__language").distinct().order_by("user__email")
    return [(email, language) for email, language in told if email]


def mails_of(actor_ids: Iterable[UUID], roles: Collection[Role]) -> list[MailFound]:
    """Every address by which these actors read mail, in two queries: their members', and the newest one on file.

    The language of a contact on file is not known here: it is empty.
    """
    wanted = list(set(actor_ids))
    held = Membership.objects.filter(actor_id__in=wanted, role__in=roles, user__is_active=True, user__email__gt="")
    told = held.values_list("actor_id", "user__email", "user__language").distinct().order_by("actor_id", "user__email")
    found = [MailFound(ActorId(actor), email or "", language, is_proved=True) for actor, email, language in told]
    mails = Contact.objects.filter(actor_id__in=wanted, kind=ContactKind.EMAIL.value)
    return found + [
        MailFound(ActorId(row.actor_id), unseal(row.sealed), "", is_proved=row.verified_at is not None)
        for row in mails.order_by("actor_id", "-given_at").distinct("actor_id")
    ]


def roles_in(user_id: UUID, actor_id: UUID) -> frozenset[Role]:
    """A user's roles in one actor."""
    held = Membership.objects.filter(user_id=user_id, actor_id=actor_id).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)


def user(user_id: UUID) -> User | None:
    """A user by id, for signing in."""
    return User.objects.filter(id=user_id, is_active=True).first()


def user_by_phone(phone: str) -> User | None:
    """Who has this number (E.164)."""
    return User.objects.filter(phone=phone, is_active=True).first()


def guest_of(visitor: UUID) -> ActorId | None:
    """The actor bound to a visitor, if it ever bought."""
    found = Visitor.objects.filter(id=visitor).values_list("actor_id", flat=True).first()
    return ActorId(found) if found else None


def guests_of(visitors: Iterable[UUID]) -> dict[UUID, ActorId]:
    """The actors bound to these visitors, in one query; who never gave a contact is left out."""
    found = Visitor.objects.filter(id__in=set(visitors)).values_list("id", "actor_id")
    return {visitor: ActorId(actor) for visitor, actor in found}


def on_file(visitors: Iterable[UUID]) -> dict[UUID, tuple[str, str, bool]]:
    """Kind and clear value of each visitor's newest contact, and whether there is an address too, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_FILE, [list(set(visitors))])
        rows = cursor.fetchall()
    return {visitor: (kind, unseal(bytes(sealed)), has_address) for visitor, kind, sealed, has_address in rows}


def is_verified(actor_id: UUID) -> bool:
    """Whether an actor has a contact that was verified by code."""
    return Contact.objects.filter(actor_id=actor_id, verified_at__isnull=False).exists()


def verified_key(user: User | None, actor_id: UUID | None) -> bytes | None:
    """What stands for somebody who has proved who they are, whatever they type: None for who has not.

    Signed in, that is the account, by the number that a code proved, else by the address it is opened with; else the
    newest contact of the actor that was verified.
    """
    if user is not None:
        told = (user.phone if user.phone_verified else "") or user.email or user.phone or f"account {user.pk}"
        return buyer_key(told.lower())
    proved = (
        Contact.objects.filter(actor_id=actor_id, verified_at__isnull=False) if actor_id else Contact.objects.none()
    )
    row = proved.order_by("-given_at").first()
    return buyer_key(unseal(row.sealed)) if row else None


def contact_masked(actor_id: UUID) -> str:
    """The newest contact of an actor, masked; empty when there is none."""
    row = Contact.objects.filter(actor_id=actor_id).order_by("-given_at").first()
    return mask_contact(unseal(row.sealed)) if row else ""


def contact_clear(contact_id: UUID) -> str:
    """A contact in the clear, to write to its owner."""
    row = Contact.objects.filter(id=contact_id).first()
    if row is None:
        raise NotFound(what="contact")
    return unseal(row.sealed)


def newest_contact(actor_id: UUID) -> tuple[str, str] | None:
    """Kind and clear value of an actor's newest contact, for a second buy without typing it again."""
    row = Contact.objects.filter(actor_id=actor_id).order_by("-given_at").first()
    return (row.kind, unseal(row.sealed)) if row else None


def address_masked(address_id: UUID) -> AddressMasked:
    """An address as labels show it; refuses one that was erased."""
    row = Address.objects.filter(id=address_id, erased_at__isnull=True).first()
    if row is None:
        raise NotFound(what="address")
    return masked(opened(row))


def addresses_masked(ids: Iterable[UUID]) -> dict[UUID, AddressMasked]:
    """Many addresses as labels show them, in one query; erased ones are left out."""
    rows = Address.objects.filter(id__in=set(ids), erased_at__isnull=True)
    return {row.id: masked(opened(row)) for row in rows}


def newest_address_masked(actor_id: UUID) -> AddressMasked | None:
    """The address an actor used last, masked."""
    row = Address.objects.filter(actor_id=actor_id, erased_at__isnull=True).order_by("-given_at").first()
    return masked(opened(row)) if row else None


def buyer_key(contact: str) -> bytes:
    """What stands for a buyer when caps are counted: the HMAC of the normalised contact."""
    return lookup_hmac(contact)


def access_keys_of(user_id: UUID) -> list[AccessKeyRecord]:
    """The live keys of a user, newest first; never the keys themselves."""
    rows = AccessKey.objects.filter(user_id=user_id, revoked_at=None).select_related("actor").order_by("-made_at")
    return [AccessKeyRecord(row.id, row.name, record_of(row.actor), row.made_at) for row in rows[:100]]
