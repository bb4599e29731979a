"""Who is told, and who is asked first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.notices import api
from millstream.notices.actions.send_notices import send_batch
from millstream.notices.models import Notice, Subscription
from millstream.notices.refusals import BadPushAddress, NotAnEmail, TooManyLetters
from millstream.notices.rules import to_base64url
from millstream.notices.types import AskState, Member, PushAddress, Wish, Words
from millstream.people.api import erase_person, open_guests
from millstream.people.types import AddressLines, ContactKind, GuestAsk
from tests.notices.smtp_sink import SmtpSink, text_of

ABOUT = both("Spring kiln", "春窑")
HOME = AddressLines("Bo Li", "+8613800138000", "4 Canal Street")
POINT = to_base64url(b"\x04" + b"p" * 64)


def wish(address="bo@example.com", **more) -> Wish:
    given = {"topic": "show", "subject": new_id(), "language": "en", "visitor": new_id(), **more}
    return Wish(address=address, **given)


def link_of(letter) -> str:
    text = text_of(letter)
    return next(line for line in text.splitlines() if "/notices/confirm/" in line).strip()


@pytest.mark.django_db
def test_a_typed_address_is_asked_once_and_told_when_it_agreed(sink: SmtpSink, client) -> None:
    """One letter however often somebody asks; opening the link changes nothing, its button does."""
    now, asked = read_now(), wish()
    for _ in range(3):
        assert api.ask_to_be_told(asked, about=ABOUT, now=now).state is AskState.UNCONFIRMED
    send_batch(read_now)
    send_batch(read_now)
    assert [letter["To"] for letter in sink.letters] == ["bo@example.com"]
    assert "Spring kiln" in sink.letters[0]["Subject"]
    path = "/" + link_of(sink.letters[0]).split("/", 3)[3]
    assert client.get(path).status_code == 200
    assert api.wished("show", asked.subject) == 0
    assert client.post(path).status_code == 200
    assert api.wished("show", asked.subject) == 1


@pytest.mark.django_db
def test_a_browser_that_confirmed_an_address_is_not_asked_again() -> None:
    """The same visitor for another show; another visitor with that address is asked."""
    now, first = read_now(), wish()
    asked = api.ask_to_be_told(first, about=ABOUT, now=now)
    api.confirm_wish(asked.id, now=now)
    again = replace(first, subject=new_id())
    assert api.ask_to_be_told(again, about=ABOUT, now=now).state is AskState.ACTIVE
    stranger = replace(again, visitor=new_id(), subject=new_id())
    assert api.ask_to_be_told(stranger, about=ABOUT, now=now).state is AskState.UNCONFIRMED


@pytest.mark.django_db
def test_nobody_is_flooded_with_questions() -> None:
    """Three letters a day to an address that does not answer, whoever asks; tomorrow again."""
    now = read_now()
    for _ in range(3):
        api.ask_to_be_told(wish(), about=ABOUT, now=now)
    with pytest.raises(TooManyLetters):
        api.ask_to_be_told(wish(), about=ABOUT, now=now)
    assert Notice.objects.count() == 3
    later = api.ask_to_be_told(wish(), about=ABOUT, now=now + timedelta(days=1, minutes=1))
    assert later.state is AskState.UNCONFIRMED


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["bo", "+8613812345678", "bo@example", "bo@example.com\nBcc: all@example.com", ""])
def test_what_is_no_address_is_refused(typed) -> None:
    """A phone number too: there is no carrier of text messages."""
    with pytest.raises(NotAnEmail):
        api.ask_to_be_told(wish(typed), about=ABOUT, now=read_now())
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_a_push_address_of_an_unknown_service_is_refused() -> None:
    """We call named services only."""
    with pytest.raises(BadPushAddress):
        api.ask_to_be_told(wish(PushAddress("https://evil.example/x", "a", "b")), about=ABOUT, now=read_now())


@pytest.mark.django_db
def test_addresses_are_sealed_and_forgotten_when_the_wish_ends() -> None:
    """The row never holds the address in the clear; after the end it holds none; erasing leaves nothing."""
    now = read_now()
    asked = api.ask_to_be_told(wish(is_proved=True), about=ABOUT, now=now)
    row = Subscription.objects.get(id=asked.id)
    assert b"bo@example.com" not in bytes(row.sealed or b"") + bytes(row.lookup)
    assert asked.address == "b***@example.com"
    assert api.end_wish(asked.id, now=now) == 1
    assert Subscription.objects.get(id=asked.id).sealed is None
    assert api.forget_address("bo@example.com", now=now) >= 1
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_ending_everything_ends_every_wish_of_the_address() -> None:
    """And of no other address."""
    now = read_now()
    mine = [api.ask_to_be_told(wish(is_proved=True), about=ABOUT, now=now) for _ in range(3)]
    other = api.ask_to_be_told(wish("esi@example.com", is_proved=True), about=ABOUT, now=now)
    assert api.end_wish(mine[0].id, now=now, everywhere=True) == 3
    assert api.wish(other.id).state is AskState.ACTIVE


@pytest.mark.django_db
def test_erasing_a_person_erases_every_wish_and_letter(sink: SmtpSink) -> None:
    """Of the actor, of its browser, of its contact; what waits to be sent to it is not sent. Esi's wishes stay."""
    now, visitor = read_now(), new_id()
    bo = open_guests([GuestAsk(visitor, "bo@example.com", ContactKind.EMAIL, "Bo", HOME)], now=now)[0].actor_id
    push = PushAddress("https://fcm.googleapis.com/fcm/send/bo", POINT, to_base64url(b"a" * 16))
    api.ask_to_be_told(wish("other@example.com", actor=bo, is_proved=True), about=ABOUT, now=now)
    api.ask_to_be_told(wish(push, visitor=visitor), about=ABOUT, now=now)
    api.ask_to_be_told(wish("bo@example.com"), about=ABOUT, now=now)
    api.write_letter("crew:1", "bo@example.com", "en", Words(ABOUT, ABOUT, ABOUT, "http://x/"), now=now, for_hours=4)
    kept = api.ask_to_be_told(wish("esi@example.com", is_proved=True), about=ABOUT, now=now)
    erase_person(bo, now=now)
    assert list(Subscription.objects.values_list("id", flat=True)) == [kept.id]
    send_batch(read_now)
    assert sink.letters == []


@pytest.mark.django_db
def test_members_are_told_until_they_say_no_and_while_they_are_members() -> None:
    """Without being asked; who ended it is not enlisted again, who left is told no more."""
    now, household = read_now(), new_id()
    amina, bo = Member("amina@example.com", "en"), Member("bo@example.com", "zh-hans")
    api.enlist_members("household", household, [amina, bo], now=now)
    api.enlist_members("household", household, [amina, bo, Member("no address", "en")], now=now)
    assert api.wished("household", household) == 2
    mine = Subscription.objects.get(subject=household, language="en")
    api.end_wish(mine.id, now=now)
    api.enlist_members("household", household, [amina, bo], now=now)
    assert api.wished("household", household) == 1
    api.enlist_members("household", household, [amina], now=now)
    assert api.wished("household", household) == 0
