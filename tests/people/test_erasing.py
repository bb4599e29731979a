"""Being forgotten: what goes, what stays, who is one person, and what stands in the way."""

from datetime import timedelta
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.ledger.api import check_books, payout_account, set_payout_account
from millstream.ledger.types import BankDetails
from millstream.live import api as live
from millstream.live.models import Follow, Message
from millstream.live.types import TalkRole
from millstream.notices import api as notices
from millstream.notices.models import Subscription
from millstream.notices.types import Wish
from millstream.orders.api import (
    cancel_order,
    capture_payments,
    check_orders,
    deliver_order,
    place_order,
    release_escrow,
)
from millstream.orders.models import Order
from millstream.orders.types import Notice, OrderPlaced
from millstream.people import api
from millstream.people.acting import SESSION_KEY
from millstream.people.models import AccessKey, Actor, Address, Contact, Membership, User, Visitor
from millstream.people.refusals import LastOperator, NotAPerson, PersonGone, StillUnderWay
from millstream.people.rules import check_erasable
from millstream.people.types import (
    ActorId,
    ActorKind,
    ActorSpec,
    AddressLines,
    ContactKind,
    GuestAsk,
    GuestOpened,
    Role,
    UnderWay,
)
from tests.live.town import make_host, make_show
from tests.orders.market import BO_PHONE, again, buy, make_market, pay, row, wish

HOME = AddressLines("Bo Li", BO_PHONE, "12 Canal Street, Hangzhou")
MAIL = "bo@example.com"


def guest(visitor: UUID | None = None, contact: str = MAIL) -> GuestOpened:
    ask = GuestAsk(visitor or new_id(), contact, ContactKind.EMAIL, "Bo Li", HOME)
    return api.open_guests([ask], now=read_now())[0]


def account(email: str = MAIL, *, proved: bool = True, operator: bool = False) -> User:
    user = api.open_user(email=email, name="Bo Li", is_operator=operator)
    if proved:
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def person_actor(name: str = "Bo") -> ActorId:
    return api.open_actor(ActorSpec(ActorKind.PERSON, both(name, name), f"{name.lower()}-{new_id().hex[-8:]}"))


def settled() -> OrderPlaced:
    """An order that was paid, delivered and released: nothing of it is left to do."""
    placed = buy(make_market())
    pay(placed)
    now = read_now()
    deliver_order(placed.order_id, delivered_at=now, now=now, pressed_by=row(placed).buyer_id)
    release_escrow(now=now + timedelta(days=60))
    return placed


def test_what_still_needs_somebody_is_named_and_the_first_is_said() -> None:
    """The rule decides; nothing under way and another operator is no reason to refuse."""
    check_erasable([], is_last_operator=False)
    things = [UnderWay("Your show is live.", "End it first."), UnderWay("Order 1 waits.", "Pay it.")]
    with pytest.raises(StillUnderWay) as refused:
        check_erasable(things, is_last_operator=False)
    assert refused.value.facts == {"what": "Your show is live.", "next": "End it first.", "things": tuple(things)}
    with pytest.raises(LastOperator):
        check_erasable([], is_last_operator=True)


@pytest.mark.django_db
def test_nothing_of_a_guest_is_left_but_the_actor() -> None:
    """No contact, no address, no browser, no name, no address of a page; a second erasure finds nobody."""
    visitor = new_id()
    opened = guest(visitor)
    api.erase_person(opened.actor_id, now=read_now())
    assert not Contact.objects.exists()
    assert not Visitor.objects.exists()
    assert Address.objects.get().sealed is None
    left = Actor.objects.get(id=opened.actor_id)
    assert (left.name["en"], left.slug, left.is_public) == ("Erased", f"erased-{opened.actor_id.hex}", False)
    with pytest.raises(PersonGone):
        api.erase_person(opened.actor_id, now=read_now())
    assert guest(visitor).actor_id != opened.actor_id


@pytest.mark.django_db
def test_an_account_goes_with_everything_that_was_given_with_its_proved_contact() -> None:
    """Its actor, the guest with the same address, work, keys and sessions; the household and its keeper stay."""
    user, esi = account(), account("esi@example.com")
    own = person_actor()
    house = api.open_actor(ActorSpec(ActorKind.HOUSEHOLD, both("Amina's kiln", "窑"), f"kiln-{new_id().hex[-8:]}"))
    api.join_actor(user.pk, own, Role.HOST)
    for member in (user, esi):
        api.join_actor(member.pk, house, Role.OWNER)
    api.issue_access_key(user.pk, own, name="till")
    bought, other = guest(), guest(contact="esi@example.com")
    here, there, hers = Client(), Client(), Client()
    here.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    there.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    hers.force_login(esi, backend="django.contrib.auth.backends.ModelBackend")
    asked = api.person_of_user(user.pk)
    assert {actor.id for actor in asked.actors} == {own, bought.actor_id}
    assert [body.id for body in asked.leaves] == [house]
    assert asked.alone_in == ()
    api.erase_account(user.pk, now=read_now())
    assert not User.objects.filter(pk=user.pk).exists()
    assert not EmailAddress.objects.filter(email=MAIL).exists()
    assert list(Membership.objects.values_list("user_id", "actor_id")) == [(esi.pk, house)]
    assert not AccessKey.objects.exists()
    assert set(Actor.objects.filter(erased_at__isnull=False).values_list("id", flat=True)) == {own, bought.actor_id}
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()] == [str(esi.pk)]
    assert api.contact_masked(other.actor_id) == "e***@example.com"
    assert api.open_user(email=MAIL).pk != user.pk
    assert SESSION_KEY not in here.session


@pytest.mark.django_db
def test_a_contact_that_nobody_proved_takes_no_guest_along() -> None:
    """Whoever opens an account with Bo's address and no code reaches nothing that Bo gave."""
    bought = guest()
    user = account(proved=False)
    assert api.person_of_user(user.pk).actors == ()
    api.erase_account(user.pk, now=read_now())
    assert api.contact_masked(bought.actor_id) == "b***@example.com"


@pytest.mark.django_db
def test_who_bought_signed_in_is_forgotten_with_what_the_browser_gave() -> None:
    """The address of such an order belongs to the browser's guest: it goes, and while it is needed nothing goes."""
    user, own, market, visitor = account("x@example.com"), person_actor(), make_market(), new_id()
    api.join_actor(user.pk, own, Role.HOST)
    placed = place_order(again(wish(market, visitor=visitor), buyer_id=own), now=read_now())
    with pytest.raises(StillUnderWay):
        api.erase_account(user.pk, now=read_now())
    with pytest.raises(StillUnderWay):
        api.erase_person(api.guest_of(visitor) or own, now=read_now())
    end_unpaid(placed)
    api.erase_account(user.pk, now=read_now())
    assert row(placed).address.sealed is None
    assert row(placed).buyer_id == own


@pytest.mark.django_db
def test_only_persons_are_forgotten() -> None:
    """A household is not, nor is a person's actor in which two work."""
    house = api.open_actor(ActorSpec(ActorKind.HOUSEHOLD, both("Kiln", "窑"), "kiln"))
    with pytest.raises(NotAPerson):
        api.erase_person(house, now=read_now())
    both_of_them = person_actor()
    for email in ("a@example.com", "b@example.com"):
        api.join_actor(account(email).pk, both_of_them, Role.HOST)
    with pytest.raises(NotAPerson):
        api.erase_person(both_of_them, now=read_now())


@pytest.mark.django_db
def test_the_last_operator_stays() -> None:
    """And may go when there is a second one."""
    User.objects.update(is_staff=False)
    first = account(operator=True)
    with pytest.raises(LastOperator):
        api.erase_account(first.pk, now=read_now())
    account("esi@example.com", operator=True)
    api.erase_account(first.pk, now=read_now())
    assert not User.objects.filter(pk=first.pk).exists()


def end_unpaid(placed: OrderPlaced) -> None:
    """Call an order off, and hear from the gateway that nobody paid."""
    cancel_order(placed.order_id, reason="test", by=row(placed).buyer_id, now=read_now())
    told = Notice(new_id().hex, "declined", str(placed.payment_id), placed.total_minor, placed.currency, raw="{}")
    capture_payments([told], now=read_now())


@pytest.mark.django_db
def test_an_order_is_waited_for_until_its_money_is_released() -> None:
    """Unpaid, paid, delivered: each says what and what next; then the books stay as they were, without the person."""
    market = make_market()
    placed = buy(market)
    buyer = row(placed).buyer_id
    said = [said_of(buyer)]
    pay(placed)
    said.append(said_of(buyer))
    now = read_now()
    deliver_order(placed.order_id, delivered_at=now, now=now, pressed_by=buyer)
    said.append(said_of(buyer))
    assert [placed.code in line for line in said] == [True] * 3
    assert ["waits to be paid" in said[0], "needs your address" in said[1], "give order" in said[2]] == [True] * 3
    release_escrow(now=now + timedelta(days=60))
    before = Order.objects.unscoped("a test").values().get(id=placed.order_id)
    api.erase_person(buyer, now=read_now())
    assert Order.objects.unscoped("a test").values().get(id=placed.order_id) == before
    assert (check_orders(), check_books()) == ([], [])
    assert row(placed).address.sealed is None


def said_of(buyer: UUID) -> str:
    with pytest.raises(StillUnderWay) as refused:
        api.erase_person(buyer, now=read_now())
    assert Contact.objects.filter(actor_id=buyer).exists()
    return str(refused.value.facts["what"])


@pytest.mark.django_db
def test_a_payment_that_may_still_arrive_is_waited_for() -> None:
    """An order that was called off is paid late now and then; when the gateway says no, nothing is in the way."""
    placed = buy(make_market())
    buyer = row(placed).buyer_id
    cancel_order(placed.order_id, reason="test", by=buyer, now=read_now())
    assert "may still arrive" in said_of(buyer)
    told = Notice(new_id().hex, "declined", str(placed.payment_id), placed.total_minor, placed.currency, raw="{}")
    capture_payments([told], now=read_now())
    api.erase_person(buyer, now=read_now())


@pytest.mark.django_db(transaction=True)
def test_a_host_is_waited_for_while_a_show_is_ahead_or_live_or_owed_money() -> None:
    """Called off, nothing is in the way; money of a sale stands in the way until it is paid out."""
    dao = make_host()
    show = make_show(dao, read_now())
    assert "is planned" in why(dao)
    live.start_show(show.id, host=dao, now=read_now())
    assert "is live" in why(dao)
    live.end_show(show.id, host=dao, now=read_now())
    api.erase_person(dao, now=read_now())
    market = make_market()
    sold = buy(market)
    Order.objects.unscoped("a test").filter(id=sold.order_id).update(host=market.dao)
    assert "in which you have a part" in why(market.dao)


@pytest.mark.django_db
def test_money_that_is_owed_is_waited_for() -> None:
    """A seller who is a person is paid first; a buyer has no money here when the sale is over."""
    placed = settled()
    seller = row(placed).seller_id
    Actor.objects.filter(id=seller).update(kind=ActorKind.PERSON.value)
    assert "is yours and not paid out" in why(seller)
    api.erase_person(row(placed).buyer_id, now=read_now())


def why(actor: UUID) -> str:
    refusal = api.why_not_erase(api.person_of_actor(actor), now=read_now())
    assert refusal is not None
    return " ".join(thing.what for thing in refusal.facts["things"])  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_goods_that_nobody_would_be_left_to_sell_are_taken_off_first() -> None:
    """The only one of a household that sells; with a second one there she may go."""
    amina, market = account("amina@example.com"), make_market()
    api.join_actor(amina.pk, market.counter.amina, Role.OWNER)
    refusal = api.why_not_erase(api.person_of_user(amina.pk), now=read_now())
    assert refusal is not None
    assert "1 product is on sale" in str(refusal.facts["what"])
    api.join_actor(account("esi@example.com").pk, market.counter.amina, Role.OWNER)
    api.erase_account(amina.pk, now=read_now())
    assert Actor.objects.get(id=market.counter.amina).erased_at is None


@pytest.mark.django_db
def test_what_other_contexts_keep_goes_too() -> None:
    """Reminders, follows, what was said; nothing is paid to the bank any more; a stranger's stay."""
    now, visitor, stranger = read_now(), new_id(), new_id()
    bo, dao = guest(visitor), make_host()
    show = make_show(dao, now)
    for who in (visitor, stranger):
        live.follow_host(dao, visitor=who, now=now)
        Message.objects.create(
            show_id=show.id,
            visitor=who,
            name="Bo",
            role=TalkRole.GUEST.value,
            text="I live at 12 Canal Street",
            at=now,
        )
        about = Wish("show", show.id, f"{who.hex[-6:]}@example.com", "en", visitor=who)
        notices.ask_to_be_told(about, about=both("a", "b"), now=now)
    set_payout_account(bo.actor_id, BankDetails("Bo Li", "ICBC", "6222020200112230"), now=now)
    api.erase_person(bo.actor_id, now=now)
    assert [row.visitor for row in Follow.objects.all()] == [stranger]
    assert [row.visitor for row in Subscription.objects.all()] == [stranger]
    said = Message.objects.get(visitor=visitor)
    assert (said.name, said.text, said.deleted_at) == ("", "", now)
    assert Message.objects.get(visitor=stranger).text
    assert payout_account(bo.actor_id) is None


@pytest.mark.django_db(transaction=True)
def test_it_is_told_by_ids_alone() -> None:
    """One fact, in which nothing of the person stands."""
    opened = guest()
    hear_all()
    api.erase_person(opened.actor_id, now=read_now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT body::text FROM fact WHERE kind = 'people.person_erased'")
        told = [body for (body,) in cursor.fetchall()]
    assert len(told) == 1
    assert str(opened.actor_id) in told[0]
    assert not any(word in told[0] for word in ("bo@", "Bo", "Canal", "138"))
    hear_all()


@pytest.mark.django_db
def test_an_account_and_a_guest_with_one_contact_are_found_by_it() -> None:
    """A proved one is one person; two browsers without an account are two; nobody is nobody."""
    first, second = guest(), guest()
    assert {person.actors[0].id for person in api.persons_with(" BO@example.com ")} == {
        first.actor_id,
        second.actor_id,
    }
    account()
    (one,) = api.persons_with(MAIL)
    assert {actor.id for actor in one.actors} == {first.actor_id, second.actor_id}
    assert api.persons_with("nobody@example.com") == []
