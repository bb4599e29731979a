"""Listing while the show runs: photo, price, quantity, and it can be bought."""

from dataclasses import replace
from typing import Any

import pytest

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.texts import both
from millstream.live import api
from millstream.live.models import QuickListing
from millstream.live.refusals import NotInRundown, NotYourShow, SellerHasNotAgreed
from millstream.live.refusals.studio import PriceBelowFloor, PriceIsTheSellers, QuickKeyMissing
from millstream.live.types.studio import QuickWish
from millstream.pacts.api import agree_floor_price
from millstream.pacts.types import FloorPriceSpec
from millstream.shops import api as shops
from millstream.shops.models import Photo, Product, StockMovement, Variant
from millstream.shops.refusals import (
    ForeignCurrency,
    NotAPhoto,
    NothingUploaded,
    PriceNotPositive,
    QuantityNotPositive,
)
from millstream.shops.types import ShopId, ShopSpec, VariantId
from tests.live.town import Town, make_host
from tests.shops.pictures import drawn


def wish(town: Town, **changes: Any) -> QuickWish:
    found = QuickWish(
        key=new_id().hex,
        show=town.show.id,
        shop=town.counter.shop,
        title={},
        price_minor=6_800,
        currency="CNY",
        quantity=3,
        photo=drawn(),
    )
    return replace(found, **changes)


def test_a_quick_listing_can_be_bought_at_once(town: Town) -> None:
    """Listed, stocked, with its photo, numbered in the rundown, on the table, and its maker's."""
    town.start()
    listed = api.list_quickly(wish(town, pin=True), host=town.dao, now=town.now)
    assert (listed.number, listed.fresh) == (2, True)
    goods = shops.for_sale([VariantId(listed.variant)])[VariantId(listed.variant)]
    assert (goods.left, goods.price_minor, goods.seller) == (3, 6_800, town.counter.amina)
    assert goods.title == both("No. 2", "2号")
    assert goods.image.startswith("/files/photos/")
    assert [item.variant for item in api.rundown(town.show.id)] == [town.counter.variant, listed.variant]
    pinned = api.pinned(town.show.id)
    assert pinned is not None
    assert pinned.variant == listed.variant


def test_a_title_is_kept_and_nothing_is_pinned_unasked(town: Town) -> None:
    """The host may name it; the table stays as it is."""
    town.start()
    named = wish(town, title={"en": "  Goose eggs  "})
    listed = api.list_quickly(named, host=town.dao, now=town.now)
    assert shops.for_sale([VariantId(listed.variant)])[VariantId(listed.variant)].title == {"en": "Goose eggs"}
    assert api.pinned(town.show.id) is None


def test_a_planned_show_takes_listings_but_no_pins(town: Town) -> None:
    """Before the doors open there is no table."""
    listed = api.list_quickly(wish(town, pin=True), host=town.dao, now=town.now)
    assert listed.number == 2
    assert api.pinned(town.show.id) is None


def test_the_same_key_is_listed_once(town: Town) -> None:
    """A lost answer and a second press give the same product."""
    once = wish(town)
    first = api.list_quickly(once, host=town.dao, now=town.now)
    second = api.list_quickly(once, host=town.dao, now=town.now)
    assert (second.variant, second.number, second.fresh) == (first.variant, first.number, False)
    assert len(api.rundown(town.show.id)) == 2
    assert QuickListing.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"photo": b"<svg onload=alert(1)>"}, NotAPhoto),
        ({"photo": b""}, NothingUploaded),
        ({"price_minor": 0}, PriceNotPositive),
        ({"price_minor": -5}, PriceNotPositive),
        ({"currency": "JPY"}, ForeignCurrency),
        ({"quantity": 0}, QuantityNotPositive),
        ({"quantity": 2_000_000}, QuantityNotPositive),
        ({"shop": new_id()}, NotFound),
        ({"key": "short"}, QuickKeyMissing),
    ],
)
def test_what_cannot_be_sold_is_refused_and_leaves_nothing(
    town: Town, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    """No product, no stock, no photo, no line in the rundown."""
    before = (Variant.objects.count(), StockMovement.objects.count(), Photo.objects.count())
    with pytest.raises(refusal):
        api.list_quickly(wish(town, **changes), host=town.dao, now=town.now)
    assert (Variant.objects.count(), StockMovement.objects.count(), Photo.objects.count()) == before
    assert len(api.rundown(town.show.id)) == 1


def test_only_for_households_that_agreed_and_only_in_an_own_show(town: Town) -> None:
    """A pact lets the host list for a household; without one its shop is closed to the host."""
    femi = make_host("Femi", "费米")
    shop = ShopId(new_id())
    shops.open_shop(
        ShopSpec(id=shop, actor=femi, slug=f"femi-{shop.hex[-8:]}", name=both("Femi", "费米"), currency="CNY"),
        now=town.now,
    )
    with pytest.raises(SellerHasNotAgreed):
        api.list_quickly(wish(town, shop=shop), host=town.dao, now=town.now)
    with pytest.raises(NotYourShow):
        api.list_quickly(wish(town, shop=shop), host=femi, now=town.now)
    assert Product.objects.unscoped("counting").filter(shop_id=shop).count() == 0


def test_households_come_with_the_last_one_first(town: Town) -> None:
    """Whoever sold a moment ago is likely to sell again."""
    assert [shop.id for shop in api.households_of(town.dao, town.show.id, town.now)] == [town.counter.shop]
    api.list_quickly(wish(town), host=town.dao, now=town.now)
    assert next(iter(api.households_of(town.dao, town.show.id, town.now))).id == town.counter.shop


def test_a_host_corrects_the_price_of_a_quick_listing_until_it_sells(town: Town) -> None:
    """A slip of the thumb is mended; another's list price is not the host's."""
    listed = api.list_quickly(wish(town), host=town.dao, now=town.now)

    def change(variant: Any, price: int) -> bool:
        return api.change_price(town.show.id, variant, price_minor=price, currency="CNY", host=town.dao, now=town.now)

    assert change(listed.variant, 8_600)
    assert shops.for_sale([VariantId(listed.variant)])[VariantId(listed.variant)].price_minor == 8_600
    with pytest.raises(PriceIsTheSellers):
        change(town.counter.variant, 100)
    with pytest.raises(NotInRundown):
        change(new_id(), 100)
    agree_floor_price(
        FloorPriceSpec(variant=listed.variant, seller=town.counter.amina, host=None, price_minor=8_000, currency="CNY"),
        now=town.now,
    )
    with pytest.raises(PriceBelowFloor):
        change(listed.variant, 7_999)


def test_go_live_now_plans_one_show_however_often_it_is_pressed(town: Town) -> None:
    """A show planned a moment ago, or one that is on, is the one that is meant."""
    femi = make_host("Femi", "费米")
    first = api.plan_now(femi, both("Femi live", "费米直播"), now=town.now)
    assert api.plan_now(femi, both("Femi live", "费米直播"), now=town.now).id == first.id
    api.start_show(first.id, host=femi, now=town.now)
    assert api.plan_now(femi, both("Femi live", "费米直播"), now=town.now).id == first.id
