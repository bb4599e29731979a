"""The page on which somebody asks to be forgotten, with plain forms."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.kernel.web.middleware import VISITOR_COOKIE, visitor_cookie
from millstream.orders.api import cancel_order, capture_payments, place_order
from millstream.orders.types import Notice
from millstream.people import api
from millstream.people.models import Actor, Contact, User
from millstream.people.types import ActorId, ActorKind, ActorSpec, ContactKind, GuestAsk, Role
from tests.orders.market import BO_ADDRESS, BO_PHONE, make_market, row, wish

pytestmark = pytest.mark.django_db
MAIL = "bo@example.com"
PAGE = "/forget-me/"
CODE = re.compile(r"\b[A-Z0-9]{4,}-?[A-Z0-9]{2,}\b")


def text(answer: Any) -> str:
    return answer.content.decode()


def signed_in() -> tuple[Client, User, ActorId]:
    user = api.open_user(email=MAIL, name="Bo Li")
    EmailAddress.objects.create(user=user, email=MAIL, verified=True, primary=True)
    own = api.open_actor(ActorSpec(ActorKind.PERSON, both("Bo", "阿宝"), f"bo-{new_id().hex[-8:]}"))
    house = api.open_actor(ActorSpec(ActorKind.HOUSEHOLD, both("Amina's kiln", "窑"), f"kiln-{new_id().hex[-8:]}"))
    api.join_actor(user.pk, own, Role.HOST)
    api.join_actor(user.pk, house, Role.STAFF)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user, own


def test_the_account_page_leads_there_and_the_page_says_what_goes_and_what_stays() -> None:
    """The contact is masked; where the person works is named."""
    client, _, _ = signed_in()
    assert f'href="{PAGE}"' in text(client.get("/desk/"))
    page = text(client.get(PAGE))
    for said in ("What goes", "What stays, without your name", "b***@example.com", "kiln", "books must be kept"):
        assert said in page
    assert MAIL not in page


def test_nothing_happens_by_looking_nor_without_the_box() -> None:
    """A link, a picture or a hasty press erases nobody."""
    client, user, _ = signed_in()
    client.get(PAGE)
    unsure = client.post(PAGE)
    assert (unsure.status_code, "Tick the box" in text(unsure)) == (422, True)
    assert User.objects.filter(pk=user.pk).exists()


def test_whoever_is_sure_is_forgotten_and_signed_out_everywhere() -> None:
    """This browser and the other one; the last page knows nobody, and the old contact opens nothing old."""
    client, user, own = signed_in()
    phone = Client()
    phone.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    before = client.get(PAGE).client.cookies[VISITOR_COOKIE].value
    done = client.post(PAGE, {"sure": "yes"})
    assert (done.status_code, done["Location"]) == (302, "/forgotten/")
    assert done["Clear-Site-Data"] == '"storage"'
    last = client.get("/forgotten/")
    assert "You are forgotten" in text(last)
    assert client.cookies[VISITOR_COOKIE].value != before
    for browser in (client, phone):
        assert browser.get("/desk/").status_code == 302
    assert Actor.objects.get(id=own).name["en"] == "Erased"
    again = api.open_user(email=MAIL)
    assert api.memberships_of(again.pk) == []


def test_a_guest_is_forgotten_from_the_page_of_orders() -> None:
    """Once the order is over; before, the page says which one, what next, and offers no button."""
    market, visitor = make_market(), new_id()
    placed = place_order(wish(market, visitor=visitor), now=read_now())
    client = Client()
    client.cookies[VISITOR_COOKIE] = visitor_cookie(visitor)
    assert f'href="{PAGE}"' in text(client.get("/orders/"))
    for answer in (client.get(PAGE), client.post(PAGE, {"sure": "yes"})):
        page = text(answer)
        assert f"Order {placed.code} waits to be paid." in page
        assert "Pay it, or call it off." in page
        assert "Forget me now" not in page
    assert answer.status_code == 409
    cancel_order(placed.order_id, reason="test", by=row(placed).buyer_id, now=read_now())
    told = Notice(new_id().hex, "declined", str(placed.payment_id), placed.total_minor, placed.currency, raw="{}")
    capture_payments([told], now=read_now())
    assert "Forget me now" in text(client.get(PAGE))
    assert client.post(PAGE, {"sure": "yes"}).status_code == 302
    assert not Contact.objects.exists()
    assert placed.code not in text(client.get("/orders/"))


def test_whoever_is_unknown_here_is_shown_the_way() -> None:
    """Nobody is signed in and nothing was bought: the code of an old contact proves that it is theirs."""
    page = text(Client().get(PAGE))
    assert "Nothing of yours is known in this browser" in page
    assert f"/accounts/login/code/?next={PAGE}" in page


def test_another_guest_is_not_reached() -> None:
    """A browser forgets what it gave itself, and nothing of anybody else with the same number."""
    mine, other = new_id(), new_id()
    for visitor in (mine, other):
        api.open_guests([GuestAsk(visitor, BO_PHONE, ContactKind.PHONE, "Bo Lin", BO_ADDRESS)], now=read_now())
    client = Client()
    client.cookies[VISITOR_COOKIE] = visitor_cookie(mine)
    client.post(PAGE, {"sure": "yes"})
    assert api.guest_of(mine) is None
    assert api.guest_of(other) is not None


@pytest.mark.parametrize("contact", [MAIL, BO_PHONE])
def test_the_code_proves_that_what_was_bought_elsewhere_is_theirs(contact: str, caplog: Any) -> None:
    """Signing in with the contact of a guest's order, by the code sent there, is enough to find and forget it."""
    kind = ContactKind.EMAIL if "@" in contact else ContactKind.PHONE
    opened = api.open_guests([GuestAsk(new_id(), contact, kind, "Bo Lin", BO_ADDRESS)], now=read_now())[0]
    client = Client()
    asked = client.post("/accounts/login/code/", {"contact": contact})
    assert asked.status_code == 302, text(asked)
    before = api.persons_with(contact)
    assert len(before) == 2, "the account has proved nothing yet"
    assert client.post(asked["Location"], {"code": code_sent(caplog)}).status_code == 302
    assert [actor.id for actor in api.persons_with(contact)[0].actors] == [opened.actor_id]
    client.post(PAGE, {"sure": "yes"})
    assert not Contact.objects.exists()
    assert api.persons_with(contact) == []


def code_sent(caplog: Any) -> str:
    """The code as it stands on the console, or in the letter."""
    said = [record.getMessage() for record in caplog.records if "code for" in record.getMessage()]
    if said:
        return said[-1].rpartition(": ")[2]
    found = CODE.search(str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def test_the_page_speaks_chinese() -> None:
    """Headings, lists and the button."""
    client, _, _ = signed_in()
    page = text(client.get(PAGE, headers={"Accept-Language": "zh-hans"}))
    for english in ("What goes", "What stays", "Forget me now", "Your name", "I know that"):
        assert english not in page
    assert "忘记我" in page
