"""`millstream erase-person`: the operator forgets somebody who asked for it."""

import io

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.people import api
from millstream.people.models import Actor, Contact, User
from millstream.people.types import ActorKind, ActorSpec, AddressLines, ContactKind, GuestAsk
from millstream.site.cli.erasing import erase
from millstream.site.cli.refusal import CommandRefused
from tests.orders.market import BO_PHONE, buy, make_market, row

pytestmark = pytest.mark.django_db


def guest(contact: str = "bo@example.com") -> str:
    home = AddressLines("Bo Li", BO_PHONE, "12 Canal Street, Hangzhou")
    ask = GuestAsk(new_id(), contact, ContactKind.EMAIL, "Bo Li", home)
    return str(api.open_guests([ask], now=read_now())[0].actor_id)


class Terminal(io.StringIO):
    """A terminal at which somebody sits."""

    def isatty(self) -> bool:
        return True


def test_it_says_what_goes_and_what_stays_and_erases(capsys):
    """By the contact as somebody writes it; no contact stands in what it prints."""
    actor = guest()
    assert erase(" Bo@example.com ", is_sure=True) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("a guest", "b***@example.com", "Goes:", "Stays:", "Erased."))
    assert "bo@example.com" not in told
    assert Actor.objects.get(id=actor).name["en"] == "Erased"


def test_it_asks_first_and_takes_only_yes(capsys, monkeypatch):
    """Anything else changes nothing and is told by the exit code."""
    actor = guest()
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert erase(actor, is_sure=False) == 1
    assert "Nothing was changed." in capsys.readouterr().out
    assert Contact.objects.exists()
    monkeypatch.setattr("sys.stdin", Terminal("yes\n"))
    assert erase(actor, is_sure=False) == 0
    assert not Contact.objects.exists()


def test_nobody_to_be_asked_is_refused(monkeypatch):
    """A script has to say --yes."""
    guest()
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(CommandRefused, match="--yes"):
        erase("bo@example.com", is_sure=False)
    assert Contact.objects.exists()


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("nobody@example.com", "nobody has given"),
        ("what", "neither a phone number nor"),
        ("01a20248-23b8-7dd7-9943-4fd29f6d51b6", "no actor has this id"),
    ],
)
def test_whoever_is_unknown_is_refused(who, said):
    """With what was not found."""
    with pytest.raises(CommandRefused, match=said):
        erase(who, is_sure=True)


def test_more_than_one_is_refused_with_their_ids():
    """Two browsers gave the same address: the operator says which, and only that one is erased."""
    first, second = guest(), guest()
    with pytest.raises(CommandRefused) as refused:
        erase("bo@example.com", is_sure=True)
    assert first in str(refused.value)
    assert second in str(refused.value)
    assert Contact.objects.count() == 2
    assert erase(second, is_sure=True) == 0
    assert [str(contact.actor_id) for contact in Contact.objects.all()] == [first]


def test_an_account_that_never_acted_is_erased_by_its_id_too():
    """It has no actor, but a contact and an id."""
    user = api.open_user(email="esi@example.com")
    assert erase(str(user.pk), is_sure=True) == 0
    assert not User.objects.filter(pk=user.pk).exists()


def test_a_household_is_refused():
    """Only persons are forgotten."""
    house = api.open_actor(ActorSpec(ActorKind.HOUSEHOLD, both("Kiln", "窑"), "kiln"))
    with pytest.raises(CommandRefused, match="not one person"):
        erase(str(house), is_sure=True)


def test_what_is_under_way_is_told_and_nothing_changes():
    """Every thing with its next step."""
    placed = buy(make_market())
    with pytest.raises(CommandRefused, match=rf"Order {placed.code} waits to be paid\. Pay it, or call it off\."):
        erase(str(row(placed).buyer_id), is_sure=True)
    assert Contact.objects.filter(actor_id=row(placed).buyer_id).exists()
