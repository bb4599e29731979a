"""Bind visitors who buy to actors of their own, many at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.sealing import lookup_hmac, seal
from millstream.people.refusals import PersonGone
from millstream.people.rules import checked_address, mask_name
from millstream.people.types import ActorId, AddressId, AddressLines, ContactId, GuestAsk, GuestOpened

# Nobody is erased between this and the end of the purchase (`erase_person`); in one order, so nobody waits in a ring.
_KNOWN = "SELECT id, actor_id FROM people_visitor WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
_STANDING = "SELECT id FROM people_actor WHERE id = ANY(%s) AND erased_at IS NULL ORDER BY id FOR KEY SHARE"
_BIND = """
INSERT INTO people_visitor (id, actor_id, bound_at)
SELECT visitor, actor, %s FROM unnest(%s::uuid[], %s::uuid[]) AS told(visitor, actor)
ON CONFLICT (id) DO NOTHING RETURNING id, actor_id
"""
_OPEN = """
INSERT INTO people_actor (id, kind, name, slug, story, picture, is_public, opened_at)
SELECT id, 'person', name::jsonb, 'guest-' || replace(id::text, '-', ''), '{}', '', false, %s
FROM unnest(%s::uuid[], %s::text[]) AS told(id, name)
"""
_CONTACTS = """
INSERT INTO people_contact (id, actor_id, kind, sealed, lookup, given_at)
SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
ON CONFLICT (actor_id, lookup) DO UPDATE SET given_at = EXCLUDED.given_at
RETURNING actor_id, lookup, id
"""
_ADDRESSES = """
INSERT INTO people_address (id, actor_id, sealed, lookup, place_id, given_at)
SELECT *, %s FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[], %s::uuid[])
ON CONFLICT (actor_id, lookup)
DO UPDATE SET given_at = EXCLUDED.given_at, sealed = EXCLUDED.sealed, erased_at = NULL
RETURNING actor_id, lookup, id
"""
_NEWEST_ADDRESS = """
SELECT DISTINCT ON (actor_id) actor_id, id FROM people_address
WHERE actor_id = ANY(%s) AND erased_at IS NULL ORDER BY actor_id, given_at DESC
"""


def open_guests(asks: Sequence[GuestAsk], *, now: datetime) -> list[GuestOpened]:
    """Give each visitor its actor, contact and address, in the order of `asks`; asking again changes nothing.

    An address must pass `rules.checked_address`, before anything is written; without one the actor's newest on
    file is meant. Refuses to act for an actor that was erased.
    """
    for ask in asks:
        if ask.address:
            checked_address(ask.address)
    with transaction.atomic(savepoint=False):
        return _open(asks, now)


def _open(asks: Sequence[GuestAsk], now: datetime) -> list[GuestOpened]:
    actors = _actors({ask.visitor: ask.name for ask in asks}, now)
    _stand({ask.acts_for for ask in asks if ask.acts_for})
    contacts = _contacts([(actors[ask.visitor], ask.contact_kind, ask.contact) for ask in asks], now)
    addresses = _addresses([(actors[ask.visitor], ask.address) for ask in asks if ask.address], now)
    newest = _newest({actors[ask.visitor] for ask in asks if not ask.address})
    opened = []
    for ask in asks:
        actor = actors[ask.visitor]
        address = addresses[actor, address_lookup(ask.address)] if ask.address else newest.get(actor)
        opened.append(
            GuestOpened(
                ActorId(actor),
                ContactId(contacts[actor, lookup_hmac(ask.contact)]),
                AddressId(address) if address else None,
            )
        )
    return opened


def address_lookup(address: AddressLines) -> bytes:
    """The key by which the same address of an actor is found again."""
    return lookup_hmac(f"{address.name}\0{address.phone}\0{address.lines}")


def seal_address(address: AddressLines) -> bytes:
    """An address as one sealed JSON text."""
    return seal(json.dumps([address.name, address.phone, address.lines], ensure_ascii=False))


def _actors(names: dict[UUID, str], now: datetime) -> dict[UUID, UUID]:
    with connection.cursor() as cursor:
        visitors = list(names)
        cursor.execute(_KNOWN, [visitors])
        actors: dict[UUID, UUID] = dict(cursor.fetchall())
        fresh = [visitor for visitor in visitors if visitor not in actors]
        if not fresh:
            return actors
        # Foreign keys are checked at commit, so visitors go first and only winners of a race open an actor.
        cursor.execute(_BIND, [now, fresh, [new_id() for _ in fresh]])
        bound: dict[UUID, UUID] = dict(cursor.fetchall())
        shown = [json.dumps({"en": mask_name(names[visitor]) or "Guest"}, ensure_ascii=False) for visitor in bound]
        cursor.execute(_OPEN, [now, list(bound.values()), shown])
        actors.update(bound)
        lost = [visitor for visitor in fresh if visitor not in bound]
        if lost:
            cursor.execute(_KNOWN, [lost])
            actors.update(cursor.fetchall())
    return actors


def _stand(actors: set[UUID]) -> None:
    """See that these actors are there until the purchase ends."""
    if not actors:
        return
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(actors)])
        if len(cursor.fetchall()) < len(actors):
            raise PersonGone


def _contacts(given: Sequence[tuple[UUID, str, str]], now: datetime) -> dict[tuple[UUID, bytes], UUID]:
    distinct = {(actor, lookup_hmac(contact)): (kind, contact) for actor, kind, contact in given}
    with connection.cursor() as cursor:
        cursor.execute(
            _CONTACTS,
            [
                now,
                [new_id() for _ in distinct],
                [actor for actor, _ in distinct],
                [str(kind) for kind, _ in distinct.values()],
                [seal(contact) for _, contact in distinct.values()],
                [lookup for _, lookup in distinct],
            ],
        )
        return {(actor, bytes(lookup)): row_id for actor, lookup, row_id in cursor.fetchall()}


def _addresses(given: Sequence[tuple[UUID, AddressLines]], now: datetime) -> dict[tuple[UUID, bytes], UUID]:
    distinct = {(actor, address_lookup(address)): checked_address(address) for actor, address in given}
    if not distinct:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _ADDRESSES,
            [
                now,
                [new_id() for _ in distinct],
                [actor for actor, _ in distinct],
                [seal_address(address) for address in distinct.values()],
                [lookup for _, lookup in distinct],
                [address.place_id for address in distinct.values()],
            ],
        )
        return {(actor, bytes(lookup)): row_id for actor, lookup, row_id in cursor.fetchall()}


def _newest(actors: set[UUID]) -> dict[UUID, UUID]:
    if not actors:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_ADDRESS, [list(actors)])
        return dict(cursor.fetchall())
