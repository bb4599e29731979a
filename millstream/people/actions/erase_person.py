"""Erase what a person gave of itself; facts of money and custody stay."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY as SIGNED_IN_AS
from django.contrib.sessions.models import Session
from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import Refusal
from millstream.kernel.sealing import unseal
from millstream.people.facts import PersonErased
from millstream.people.models import Actor, Address, Contact, User, Visitor
from millstream.people.ports import PLUGS, Leaving
from millstream.people.queries.persons import person_of_actor, person_of_user
from millstream.people.rules import check_erasable
from millstream.people.types import PersonRecord

NAMELESS = {"en": "Erased", "zh-hans": "已删除"}


@transaction.atomic
def erase_person(actor_id: UUID, *, now: datetime, browser: UUID | None = None) -> PersonRecord:
    """Forget the person who is this actor, with its account if there is one; returns who it was.

    Contacts, addresses, name, picture and every wish to be told something go; the actor's row stays, for the money it
    had a part in. What others keep to reach the person goes with it or not at all: afterwards nobody knows any more
    which addresses were theirs. Refuses while something needs the person. `browser` is the one that asks, if one does.
    """
    return _erase(lambda: person_of_actor(actor_id), browser=browser, now=now)


@transaction.atomic
def erase_account(user_id: UUID, *, now: datetime, browser: UUID | None = None) -> PersonRecord:
    """Forget the person behind an account as `erase_person` does; nobody is signed in to it any more, anywhere."""
    return _erase(lambda: person_of_user(user_id), browser=browser, now=now)


def why_not_erase(person: PersonRecord, *, now: datetime) -> Refusal | None:
    """What an erasure would be refused with now, to say it before it is asked for."""
    try:
        check_erasable(PLUGS.under_way(person, now=now), is_last_operator=_is_last_operator(person.user_id))
    except Refusal as refusal:
        return refusal
    return None


def _erase(find: Callable[[], PersonRecord], *, browser: UUID | None, now: datetime) -> PersonRecord:
    person = _locked(find)
    check_erasable(PLUGS.under_way(person, now=now), is_last_operator=_is_last_operator(person.user_id))
    ids = [actor.id for actor in person.actors]
    contacts = Contact.objects.filter(actor_id__in=ids)
    addresses = {unseal(row.sealed) for row in contacts} | _sign_in_contacts(person.user_id)
    visitors = (*person.visitors, browser) if browser and browser not in person.visitors else person.visitors
    PLUGS.forget_person(Leaving(person.actors, visitors, tuple(sorted(addresses))), now=now)
    contacts.delete()
    Visitor.objects.filter(id__in=person.visitors).delete()
    Address.objects.filter(actor_id__in=ids, erased_at=None).update(sealed=None, erased_at=now)
    for actor_id in ids:
        _blank(actor_id, now)
    if person.user_id is not None:
        _close_account(person.user_id, addresses)
    record(PersonErased(person=person.user_id or ids[0], actors=tuple(ids)), now=now)
    return person


def _locked(find: Callable[[], PersonRecord]) -> PersonRecord:
    """The person as it is once nobody can buy in its name: a purchase under way ends first, a later one finds nobody.

    Whoever buys locks the visitor and the actor it buys for (`open_guests`), in this order too.
    """
    person = find()
    while True:
        ids = {actor.id for actor in person.actors}
        if person.user_id is not None:
            list(User.objects.select_for_update().filter(id=person.user_id))
        list(Visitor.objects.select_for_update().filter(actor_id__in=ids).order_by("id"))
        list(Actor.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id"))
        person = find()
        if {actor.id for actor in person.actors} <= ids:
            return person


def _is_last_operator(user_id: UUID | None) -> bool:
    if user_id is None:
        return False
    operators = User.objects.filter(is_staff=True, is_active=True)
    return operators.filter(id=user_id).exists() and not operators.exclude(id=user_id).exists()


def _sign_in_contacts(user_id: UUID | None) -> set[str]:
    if user_id is None:
        return set()
    user = User.objects.get(id=user_id)
    return {contact for contact in (user.phone, user.email and user.email.lower()) if contact}


def _blank(actor_id: UUID, now: datetime) -> None:
    """Leave the row of an actor, and nothing of the person in it: its public address told the name too."""
    Actor.objects.filter(id=actor_id).update(
        name=NAMELESS, slug=f"erased-{actor_id.hex}", story={}, picture="", place=None, is_public=False, erased_at=now
    )


def _close_account(user_id: UUID, contacts: Iterable[str]) -> None:
    """End every session of the account, and the account with its memberships, keys and passkeys.

    A session half way through signing in holds the contact, so those are looked for by what stands in them.
    """
    told = [json.dumps(contact)[1:-1] for contact in contacts]
    ended = []
    for session in Session.objects.iterator():
        body = session.get_decoded()
        written = json.dumps(body)
        if body.get(SIGNED_IN_AS) == str(user_id) or any(contact in written for contact in told):
            ended.append(session.session_key)
    Session.objects.filter(session_key__in=ended).delete()
    User.objects.get(id=user_id).delete()
