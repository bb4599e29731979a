"""Ids, records and kinds of people and other actors."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from millstream.kernel.texts import Text

ActorId = NewType("ActorId", UUID)
AddressId = NewType("AddressId", UUID)
ContactId = NewType("ContactId", UUID)


class ActorKind(StrEnum):
    """What an actor is."""

    PERSON = "person"
    HOUSEHOLD = "household"
    SHOP = "shop"
    FACTORY = "factory"
    PARK = "park"
    STATION = "station"
    CENTRE = "centre"
    CARRIER = "carrier"
    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"


class Role(StrEnum):
    """What a member of an actor does there; an operator runs the installation and is no member."""

    OWNER = "owner"
    MAKER = "maker"
    HOST = "host"
    KEEPER = "keeper"
    DRIVER = "driver"
    STAFF = "staff"
    BUYER = "buyer"


class ContactKind(StrEnum):
    """How somebody is reached."""

    PHONE = "phone"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class ActorSpec:
    """What it takes to open an actor. `slug` is its public address, unique."""

    kind: ActorKind
    name: Text
    slug: str
    place_id: UUID | None = None
    story: Text | None = None
    picture: str = ""
    is_public: bool = True
    actor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ActorRecord:
    """An actor as others see it."""

    id: ActorId
    kind: ActorKind
    name: Text
    slug: str
    place_id: UUID | None
    story: Text
    picture: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class AddressLines:
    """An address in the clear. `lines` is what a courier needs below the name, one string with line feeds."""

    name: str
    phone: str
    lines: str
    place_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AddressMasked:
    """An address as labels and screens show it: the phone masked, the name shortened."""

    name: str
    phone: str
    lines: str


@dataclass(frozen=True, slots=True)
class GuestAsk:
    """A visitor who buys: a normalised contact, and an address unless one on file is meant.

    `acts_for` is the actor in whose name somebody signed in buys.
    """

    visitor: UUID
    contact: str
    contact_kind: ContactKind
    name: str
    address: AddressLines | None = None
    acts_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class GuestOpened:
    """The actor bound to the visitor, the contact, the address (the newest on file when none was given)."""

    actor_id: ActorId
    contact_id: ContactId
    address_id: AddressId | None


@dataclass(frozen=True, slots=True)
class MailFound:
    """An e-mail address by which an actor is reached. Proved: somebody signs in with it, or a code verified it."""

    actor_id: ActorId
    address: str
    language: str
    is_proved: bool


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """One role of a user in an actor."""

    actor: ActorRecord
    role: Role


@dataclass(frozen=True, slots=True)
class AccessKeyRecord:
    """A key by which a program acts for an actor, without the key."""

    id: UUID
    name: str
    actor: ActorRecord
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person: the account if there is one, the actors that are nobody else's, where it works, its browsers.

    `contacts` are masked. `leaves` are the households and other bodies where the person works; of `alone_in` it is the
    only member.
    """

    user_id: UUID | None
    actors: tuple[ActorRecord, ...]
    leaves: tuple[ActorRecord, ...]
    alone_in: tuple[ActorRecord, ...]
    visitors: tuple[UUID, ...]
    contacts: tuple[str, ...]

    @property
    def answers_for(self) -> tuple[ActorId, ...]:
        """The actors that nobody is left to act for when the person is gone."""
        return tuple(actor.id for actor in (*self.actors, *self.alone_in))


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Something that still needs the person: what, what to do about it and where, in the reader's language."""

    what: str
    next: str
    url: str = ""
