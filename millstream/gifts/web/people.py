"""Who reaches for a gift from a page: the visitor, and what stands for its contact."""

from uuid import UUID

from django.http import HttpRequest

from millstream.kernel.clock import read_now
from millstream.people.acting import acting_as_of
from millstream.people.api import buyer_key, guest_of, newest_contact, normalise_contact, open_guests, verified_key
from millstream.people.types import GuestAsk

FIRST_NUMBER = 1000
NUMBERS = 9000


def shown_name(visitor: UUID) -> str:
    """Four digits by which a visitor is known in public, the same as in talk."""
    return f"#{FIRST_NUMBER + visitor.int % NUMBERS}"


def key_of(request: HttpRequest) -> bytes | None:
    """What stands for the reader's contact: that of the acting actor, else of the visitor; None without one."""
    acting = acting_as_of(request)
    actor = acting.actor.id if acting.actor else guest_of(acting.visitor)
    known = newest_contact(actor) if actor else None
    return buyer_key(known[1]) if known else None


def verified_key_of(request: HttpRequest) -> bytes | None:
    """What stands for a reader who is signed in or has verified a contact; None for anybody else."""
    acting = acting_as_of(request)
    user = request.user if acting.user_id else None
    return verified_key(user, acting.actor_id)  # type: ignore[arg-type] # our own user model


def keep_contact(request: HttpRequest, typed: str) -> bytes:
    """Keep the contact that a visitor typed; refuses what is none."""
    kind, contact = normalise_contact(typed)
    visitor = acting_as_of(request).visitor
    open_guests([GuestAsk(visitor=visitor, contact=contact, contact_kind=kind, name="")], now=read_now())
    return buyer_key(contact)
