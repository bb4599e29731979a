"""What households are told of a host who lists in their name, and what they say to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millstream.kernel.clock import read_now
from millstream.kernel.facts.testing import hear_all
from millstream.kernel.ids import new_id
from millstream.kernel.texts import both, localised
from millstream.live import api
from millstream.live.actions.tell_household import tell_household
from millstream.live.refusals.studio import HouseholdObjects, PriceIsTheSellers
from millstream.live.rules.households import told_at
from millstream.live.types.studio import HOUSEHOLD_TOLD_EVERY, QuickWish
from millstream.notices import api as notices
from millstream.notices.models import Notice, Occasion
from millstream.people.api import join_actor, leave_actor, open_user
from millstream.people.types import ActorId, Role
from millstream.shops import api as shops
from millstream.shops.types import ShopId, ShopSpec, VariantId
from tests.live.town import Town, agree
from tests.shops.pictures import drawn


def wish(town: Town, **changes: Any) -> QuickWish:
    found = QuickWish(
        key=new_id().hex,
        show=town.show.id,
        shop=town.counter.shop,
        title=both("Goose eggs", "鹅蛋"),
        price_minor=6_800,
        currency="CNY",
        quantity=3,
        photo=drawn(),
    )
    return replace(found, **changes)


def occasions(town: Town) -> list[Occasion]:
    return list(Occasion.objects.filter(topic="household", subject=town.counter.amina).order_by("due_at", "name"))


def tell_all(at: datetime) -> None:
    notices.tell_occasions(now=at)


def test_two_minutes_are_told_together() -> None:
    """At their end, in UTC; what is listed at the end belongs to the next two."""
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert told_at(noon) == told_at(noon + timedelta(seconds=119)) == noon + HOUSEHOLD_TOLD_EVERY
    assert told_at(noon + HOUSEHOLD_TOLD_EVERY) == noon + 2 * HOUSEHOLD_TOLD_EVERY


@pytest.mark.django_db(transaction=True)
def test_the_household_is_told_what_for_how_much_and_how_many(open_town: Town) -> None:
    """Everybody who works there, by mail, in both languages, with the way to take it off sale; the host is not."""
    amina = open_user(email="amina@example.com", language="zh-hans")
    join_actor(amina.pk, ActorId(open_town.counter.amina), Role.OWNER)
    join_actor(open_user(email="bo@example.com").pk, ActorId(open_town.counter.amina), Role.BUYER)
    api.list_quickly(wish(open_town), host=open_town.dao, now=open_town.now)
    hear_all()
    (told,) = occasions(open_town)
    assert told.words["title"]["en"].startswith("Dao has listed 1 product for ")
    assert "Goose eggs (No. 2) for ¥68.00" in told.words["text"]["en"]
    assert "3 pieces in stock" in told.words["text"]["en"]
    assert "鹅蛋（2号）" in told.words["text"]["zh-hans"]
    assert told.words["url"].endswith("/desk/listed/")
    tell_all(told.due_at)
    (letter,) = Notice.objects.filter(occasion=told)
    assert letter.language == "zh-hans"


def test_what_is_listed_in_a_minute_is_one_notice(town: Town) -> None:
    """Named one by one; a listing that is heard of when the notice has gone gets one of its own."""
    variants = [api.list_quickly(wish(town), host=town.dao, now=town.now).variant for _ in range(2)]
    for variant in variants:
        tell_household(town.counter.amina, town.show.id, variant, listed_at=town.now, now=town.now)
    (told,) = occasions(town)
    assert told.words["title"]["en"].startswith("Dao has listed 2 products")
    tell_all(told.due_at)
    late = api.list_quickly(wish(town), host=town.dao, now=town.now).variant
    tell_household(town.counter.amina, town.show.id, late, listed_at=town.now, now=told.due_at)
    last = max(occasions(town), key=lambda row: row.due_at)
    assert "(No. 4)" in last.words["text"]["en"]
    assert "(No. 3)" not in last.words["text"]["en"]


def test_who_left_the_household_is_told_no_more(town: Town) -> None:
    """The people of the household are asked for anew with every listing."""
    household = ActorId(town.counter.amina)
    amina = open_user(email="amina@example.com")
    join_actor(amina.pk, household, Role.OWNER)
    variant = api.list_quickly(wish(town), host=town.dao, now=town.now).variant
    tell_household(household, town.show.id, variant, listed_at=town.now, now=town.now)
    assert notices.wished("household", household) == 1
    leave_actor(amina.pk, household, Role.OWNER)
    tell_household(household, town.show.id, variant, listed_at=town.now, now=town.now)
    assert notices.wished("household", household) == 0


@pytest.mark.django_db(transaction=True)
def test_a_host_who_lists_own_goods_is_told_nothing(open_town: Town) -> None:
    """Nobody else's name is used."""
    shop = ShopId(new_id())
    spec = ShopSpec(
        id=shop, actor=ActorId(open_town.dao), slug=f"dao-{shop.hex[-8:]}", name=both("Dao", "阿道"), currency="CNY"
    )
    shops.open_shop(spec, now=open_town.now)
    api.list_quickly(wish(open_town, shop=shop), host=open_town.dao, now=open_town.now)
    hear_all()
    assert not Occasion.objects.filter(topic="household").exists()
    assert api.listed_for(open_town.dao) == []


def test_a_household_that_objects_is_listed_for_no_more(town: Town) -> None:
    """At once, whatever their pact says; its prices are its own again; it may change its mind."""
    agree(town.dao, None, town.now)
    listed = api.list_quickly(wish(town), host=town.dao, now=town.now)
    assert api.object_to_listing(town.counter.amina, town.dao, now=town.now)
    assert not api.object_to_listing(town.counter.amina, town.dao, now=town.now)
    assert api.objections_of(town.counter.amina) == {town.dao}
    assert town.counter.shop not in [shop.id for shop in api.households_of(town.dao, town.show.id, town.now)]
    with pytest.raises(HouseholdObjects):
        api.list_quickly(wish(town), host=town.dao, now=town.now)
    with pytest.raises(PriceIsTheSellers):
        api.change_price(town.show.id, listed.variant, price_minor=100, currency="CNY", host=town.dao, now=town.now)
    assert api.allow_listing(town.counter.amina, town.dao, now=town.now)
    assert api.list_quickly(wish(town), host=town.dao, now=town.now).fresh


@pytest.mark.django_db(transaction=True)
def test_what_the_household_takes_off_sale_leaves_the_table(open_town: Town) -> None:
    """While the show goes on: nobody can buy it, nobody explains it."""
    open_town.start()
    listed = api.list_quickly(wish(open_town, pin=True), host=open_town.dao, now=open_town.now)
    (item,) = api.listed_for(open_town.counter.amina)
    assert (item.variant, item.number) == (listed.variant, 2)
    title = shops.own_product(item.product, ActorId(open_town.counter.amina)).title  # type: ignore[arg-type]
    assert localised(title, "en") == "Goose eggs"
    shops.withdraw_product(item.product, by=ActorId(open_town.counter.amina), now=read_now())  # type: ignore[arg-type]
    hear_all()
    assert api.pinned(open_town.show.id) is None
    assert VariantId(listed.variant) not in shops.for_sale([VariantId(listed.variant)])
