"""The door of people."""

from millstream.people.actions.erase_person import erase_person
from millstream.people.actions.open_actor import join_actor, leave_actor, open_actor
from millstream.people.actions.open_guests import open_guests
from millstream.people.actions.read_address import address_lines
from millstream.people.queries import (
    actor,
    actor_by_slug,
    actors,
    actors_of_kind,
    address_masked,
    addresses_masked,
    buyer_key,
    contact_clear,
    contact_masked,
    guest_of,
    memberships_of,
    newest_address_masked,
    newest_contact,
    roles_in,
)
from millstream.people.rules import checked_address, mask_contact, mask_name, masked, may_work, normalise_contact

__all__ = [
    "actor",
    "actor_by_slug",
    "actors",
    "actors_of_kind",
    "address_lines",
    "address_masked",
    "addresses_masked",
    "buyer_key",
    "checked_address",
    "contact_clear",
    "contact_masked",
    "erase_person",
    "guest_of",
    "join_actor",
    "leave_actor",
    "mask_contact",
    "mask_name",
    "masked",
    "may_work",
    "memberships_of",
    "newest_address_masked",
    "newest_contact",
    "normalise_contact",
    "open_actor",
    "open_guests",
    "roles_in",
]
