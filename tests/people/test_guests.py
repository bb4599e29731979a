"""Guests: contacts are understood, personal data is sealed, and a visitor is one actor however often it asks."""

import threading

import pytest
from django.db import connection

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.people.api import (
    address_lines,
    address_masked,
    contact_masked,
    erase_person,
    normalise_contact,
    open_actor,
    open_guests,
)
from millstream.people.models import Actor, AddressView, Contact
from millstream.people.refusals import BadAddress, BadContact, SlugTaken
from millstream.people.types import ActorKind, ActorSpec, AddressLines, ContactKind, GuestAsk, GuestOpened

HOME = AddressLines("Bo Li", "+8613800138000", "12 Canal Street, Hangzhou")


def _ask(visitor=None, address: AddressLines | None = HOME, contact: str = "+8613800138000") -> GuestAsk:
    return GuestAsk(visitor or new_id(), contact, ContactKind.PHONE, "Bo Li", address)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("138 0013 8000", ContactKind.PHONE, "+8613800138000"),
        ("+44 20 7946 0958", ContactKind.PHONE, "+442079460958"),
        (" Bo@Example.COM ", ContactKind.EMAIL, "bo@example.com"),
    ],
)
def test_contacts_are_understood_as_people_type_them(typed: str, kind: ContactKind, value: str) -> None:
    """A phone number becomes E.164, an e-mail address lower case."""
    assert normalise_contact(typed) == (kind, value)


@pytest.mark.parametrize("typed", ["", "bo@", "a@b@c.com", "12", "hello", "x" * 300 + "@a.com"])
def test_what_is_no_contact_is_refused(typed: str) -> None:
    """What is neither a number nor an address is refused, with what was typed."""
    with pytest.raises(BadContact):
        normalise_contact(typed)


@pytest.mark.django_db
def test_asking_again_changes_nothing() -> None:
    """The same visitor with the same contact and address is the same actor, contact and address."""
    now = read_now()
    ask = _ask()
    first, twin, other = open_guests([ask, ask, _ask()], now=now)
    again = open_guests([_ask(ask.visitor, None)], now=now)[0]
    assert first == twin == again
    assert other.actor_id != first.actor_id
    assert contact_masked(first.actor_id) == "138****8000"


@pytest.mark.django_db
def test_personal_data_is_sealed_in_the_database() -> None:
    """Neither name, number nor street can be read in the rows; reading the address leaves a trace."""
    now = read_now()
    opened = open_guests([_ask()], now=now)[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM people_address UNION ALL SELECT sealed FROM people_contact")
        stored = b"".join(bytes(row[0]) for row in cursor.fetchall())
        cursor.execute("SELECT name::text FROM people_actor WHERE id = %s", [opened.actor_id])
        assert "Bo Li" not in cursor.fetchone()[0]
    assert b"Canal" not in stored
    assert b"138001" not in stored
    assert opened.address_id is not None
    assert address_lines(opened.address_id, reader=opened.actor_id, reason="label", now=now) == HOME
    assert AddressView.objects.count() == 1
    assert address_masked(opened.address_id).phone == "138****8000"


@pytest.mark.django_db
def test_an_incomplete_address_is_refused_and_nothing_is_kept() -> None:
    """An address without a street opens no guest."""
    with pytest.raises(BadAddress):
        open_guests([_ask(address=AddressLines("Bo", "", " "))], now=read_now())
    assert Contact.objects.count() == 0


@pytest.mark.django_db
def test_erasure_keeps_the_actor_and_forgets_the_person() -> None:
    """After erasure contacts and addresses are gone and the actor's row stays."""
    now = read_now()
    opened = open_guests([_ask()], now=now)[0]
    erase_person(opened.actor_id, now=now)
    assert Actor.objects.filter(id=opened.actor_id).exists()
    assert contact_masked(opened.actor_id) == ""


@pytest.mark.django_db
def test_a_taken_slug_is_refused() -> None:
    """Two actors cannot have one public address."""
    spec = ActorSpec(ActorKind.HOUSEHOLD, {"en": "Amina's kiln"}, "aminas-kiln")
    open_actor(spec)
    with pytest.raises(SlugTaken):
        open_actor(spec)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_visitor_become_one_actor() -> None:
    """A visitor who buys in two processes at the same moment is one actor."""
    visitor = new_id()
    opened: list[GuestOpened] = []
    together = threading.Barrier(2)

    def buy(contact: str) -> None:
        together.wait()
        opened.extend(open_guests([_ask(visitor, contact=contact)], now=read_now()))
        connection.close()

    threads = [threading.Thread(target=buy, args=(contact,)) for contact in ("+8613800138000", "+8613900139000")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({guest.actor_id for guest in opened}) == 1
    assert Actor.objects.filter(slug__startswith="guest-").count() == 1
