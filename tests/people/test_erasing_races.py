"""Two connections at once: whoever buys and whoever is forgotten at the same moment."""

from functools import partial
from uuid import UUID

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.orders.api import place_order
from millstream.orders.types import OrderPlaced
from millstream.people import api
from millstream.people.models import Actor, Address, Contact
from millstream.people.refusals import PersonGone, StillUnderWay
from millstream.people.types import ActorId, ActorKind, ActorSpec, ContactKind, GuestAsk, PersonRecord, Role
from tests.orders.market import BO_ADDRESS, BO_PHONE, Market, again, make_market, row, wish
from tests.orders.races.test_races import at_once
from tests.shops.races.test_stock_races import behind

pytestmark = pytest.mark.django_db(transaction=True)


def known(visitor: UUID) -> ActorId:
    """A guest who gave contact and address before."""
    ask = GuestAsk(visitor, BO_PHONE, ContactKind.PHONE, "Bo Lin", BO_ADDRESS)
    return api.open_guests([ask], now=read_now())[0].actor_id


def prove_whole(actor: UUID, placed: OrderPlaced | None) -> None:
    """Either the person is forgotten and no open order is theirs, or the order stands with its address."""
    erased = Actor.objects.get(id=actor).erased_at is not None
    if erased:
        assert not Contact.objects.filter(actor_id=actor).exists()
        assert not Address.objects.filter(actor_id=actor, sealed__isnull=False).exists()
    if placed is not None:
        order = row(placed)
        assert order.address.sealed is not None
        assert not erased or order.buyer_id != actor


def test_a_purchase_that_came_first_is_waited_for_and_then_refused() -> None:
    """The order is not there yet when the erasure begins; it waits, sees the order, and changes nothing."""
    market, visitor = make_market(), new_id()
    actor = known(visitor)
    placed: list[OrderPlaced] = []

    def buy() -> None:
        placed.append(place_order(wish(market, visitor=visitor), now=read_now()))

    now = read_now()
    refused = behind(buy, lambda: api.erase_person(actor, now=now))
    assert isinstance(refused, StillUnderWay), refused
    prove_whole(actor, placed[0])
    assert api.contact_masked(actor) != ""


def test_a_purchase_that_came_second_is_somebody_new() -> None:
    """It waits for the erasure, finds the browser unknown, and gives name and address to a new actor."""
    market, visitor = make_market(), new_id()
    actor, now = known(visitor), read_now()
    asked = wish(market, visitor=visitor)
    placed = behind(lambda: api.erase_person(actor, now=now), lambda: place_order(asked, now=now))
    assert isinstance(placed, OrderPlaced), placed
    prove_whole(actor, placed)
    assert row(placed).buyer_id not in (None, actor)


def signed_in(market: Market) -> tuple[UUID, ActorId]:
    user = api.open_user(email="bo@example.com")
    own = api.open_actor(ActorSpec(ActorKind.PERSON, both("Bo", "阿宝"), f"bo-{new_id().hex[-8:]}"))
    api.join_actor(user.pk, own, Role.HOST)
    return user.pk, own


def test_a_first_purchase_in_a_new_browser_is_seen_too() -> None:
    """Nothing binds that browser to the account but the order that is being placed."""
    market = make_market()
    user, own = signed_in(market)
    now, asked = read_now(), again(wish(market), buyer_id=own)
    refused = behind(lambda: place_order(asked, now=now), lambda: api.erase_account(user, now=now))
    assert isinstance(refused, StillUnderWay), refused
    assert Actor.objects.get(id=own).erased_at is None


def test_nobody_buys_in_the_name_of_somebody_forgotten() -> None:
    """A request that was signed in when it began is refused, and no stock is held for it."""
    market = make_market(stock=1)
    user, own = signed_in(market)
    now, asked = read_now(), again(wish(market), buyer_id=own)
    gone = behind(lambda: api.erase_account(user, now=now), lambda: place_order(asked, now=now))
    assert isinstance(gone, PersonGone), gone
    assert market.free() == 1
    assert not Contact.objects.exists()


def test_at_the_same_moment_one_of_both_orders_holds() -> None:
    """Five times over: forgotten or waited for, never an order without its address."""
    for _ in range(5):
        market, visitor = make_market(), new_id()
        actor, now = known(visitor), read_now()
        erased, placed = at_once(
            partial(api.erase_person, actor, now=now),
            partial(place_order, wish(market, visitor=visitor), now=now),
        )
        assert isinstance(placed, OrderPlaced), placed
        assert isinstance(erased, PersonRecord | StillUnderWay), erased
        prove_whole(actor, placed)


def test_two_presses_forget_once() -> None:
    """The second finds nobody."""
    actor, now = known(new_id()), read_now()
    answers = at_once(*(partial(api.erase_person, actor, now=now) for _ in range(2)))
    assert sorted(type(answer).__name__ for answer in answers) == ["PersonGone", "PersonRecord"], answers
