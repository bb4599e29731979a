"""The door of people."""

from millstream.people.actions.erase_person import erase_account, erase_person, why_not_erase
from millstream.people.actions.issue_access_key import issue_access_key, revoke_access_key
from millstream.people.actions.open_actor import join_actor, leave_actor, open_actor
from millstream.people.actions.open_guests import open_guests
from millstream.people.actions.open_user import keep_phone, open_user
from millstream.people.actions.read_address import address_lines
from millstream.people.actions.show_picture import show_picture
from millstream.people.queries.actors import (
    access_keys_of,
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
    guests_of,
    is_verified,
    mail_of_members,
    memberships_of,
    newest_address_masked,
    newest_contact,
    on_file,
    roles_in,
    user,
    user_by_phone,
)
from millstream.people.queries.persons import person_of_actor, person_of_user, person_of_visitor, persons_with
from millstream.people.rules import checked_address, mask_contact, mask_name, masked, may_work, normalise_contact

__all__ = [
    "access_keys_of",
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
    "erase_account",
    "erase_person",
    "guest_of",
    "guests_of",
    "is_verified",
    "issue_access_key",
    "join_actor",
    "keep_phone",
    "leave_actor",
    "mail_of_members",
    "mask_contact",
    "mask_name",
    "masked",
    "may_work",
    "memberships_of",
    "newest_address_masked",
    "newest_contact",
    "normalise_contact",
    "on_file",
    "open_actor",
    "open_guests",
    "open_user",
    "person_of_actor",
    "person_of_user",
    "person_of_visitor",
    "persons_with",
    "revoke_access_key",
    "roles_in",
    "show_picture",
    "user",
    "user_by_phone",
    "why_not_erase",
]
