"""Products, variants and prices: what is refused is refused by rule and by constraint."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.shops.api import (
    add_variant,
    correct_stock,
    damage_stock,
    draft_product,
    edit_product,
    for_sale,
    list_product,
    open_shop,
    receive_stock,
    set_price,
    withdraw_product,
)
from millstream.shops.models import Product, Shop, StockMovement, Variant
from millstream.shops.refusals import (
    BadCell,
    BelowClaims,
    ForeignCurrency,
    NotListable,
    PriceNotPositive,
    QuantityNotPositive,
    ReasonMissing,
    SkuTaken,
    SlugTaken,
)
from millstream.shops.types import ProductId, ProductTexts, ShopId, ShopSpec, VariantId, VariantSpec
from tests.shops.counter import NOW, Counter

SPEC = VariantSpec(id=VariantId(new_id()), sku="cup", price_minor=100, currency="CNY")


def facts(kind: str) -> list[tuple[str, str]]:
    """Recorded facts of a kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body->>'price_minor', body->>'before_minor' FROM fact WHERE kind = %s ORDER BY id", [kind]
        )
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"price_minor": 0}, PriceNotPositive),
        ({"currency": "USD"}, ForeignCurrency),
        ({"sku": "bowl"}, SkuTaken),
        ({"sku": " "}, BadCell),
    ],
)
def test_a_variant_that_cannot_be_is_refused(counter: Counter, change, refusal):
    """Zero prices, foreign currencies, taken and empty SKUs."""
    with pytest.raises(refusal):
        add_variant(counter.product, replace(SPEC, **change), by=counter.amina)
    assert Variant.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"price_minor": 0}, "price_is_positive"),
        ({"currency": "USD"}, "price_in_shop_currency"),
        ({"shop_id": None}, "variant_in_shop_of_product"),
    ],
)
def test_the_database_refuses_such_variants_too(counter: Counter, change, promise):
    """A statement that breaks a promise of prices meets the constraint of that name."""
    if "shop_id" in change:
        elsewhere = ShopSpec(id=ShopId(new_id()), actor=counter.femi, slug="femis", name={"en": "Femi"}, currency="CNY")
        change = {"shop_id": open_shop(elsewhere, now=NOW)}
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Variant.objects.filter(id=counter.variant).update(**change)


def test_a_shop_with_prices_keeps_its_currency(counter: Counter):
    """Prices would otherwise change their meaning."""
    with pytest.raises(IntegrityError, match="price_in_shop_currency"), transaction.atomic():
        Shop.objects.filter(id=counter.shop).update(currency="USD")


def test_a_new_price_is_told_once(counter: Counter):
    """The fact carries both prices; the same price again tells nothing; a stranger sets none."""
    assert set_price(counter.variant, price_minor=9_900, currency="CNY", by=counter.amina, now=NOW)
    assert not set_price(counter.variant, price_minor=9_900, currency="CNY", by=counter.amina, now=NOW)
    assert facts("shops.price_changed") == [("9900", "12800")]
    with pytest.raises(NotFound):
        set_price(counter.variant, price_minor=1, currency="CNY", by=counter.femi, now=NOW)
    with pytest.raises(PriceNotPositive):
        set_price(counter.variant, price_minor=0, currency="CNY", by=counter.amina, now=NOW)
    with pytest.raises(ForeignCurrency):
        set_price(counter.variant, price_minor=100, currency="JPY", by=counter.amina, now=NOW)


def test_addresses_are_given_once(counter: Counter):
    """A second product or shop under an address is refused."""
    texts = ProductTexts(title={"en": "Other"})
    with pytest.raises(SlugTaken):
        draft_product(
            ProductId(new_id()), shop_id=counter.shop, slug=counter.slug, texts=texts, by=counter.amina, now=NOW
        )
    slug = Shop.objects.get().slug
    spec = ShopSpec(id=ShopId(new_id()), actor=counter.femi, slug=slug, name={"en": "F"}, currency="CNY")
    with pytest.raises(SlugTaken):
        open_shop(spec, now=NOW)


def test_only_what_has_a_title_and_a_variant_is_listed(counter: Counter):
    """A bare draft is refused; a listed product keeps its title; listing twice tells once."""
    bare = draft_product(
        ProductId(new_id()), shop_id=counter.shop, slug="bare", texts=ProductTexts(title={}), by=counter.amina, now=NOW
    )
    with pytest.raises(NotListable):
        list_product(bare, by=counter.amina, now=NOW)
    edit_product(bare, ProductTexts(title={"en": "Bare"}), by=counter.amina, now=NOW)
    with pytest.raises(NotListable):
        list_product(bare, by=counter.amina, now=NOW)
    add_variant(bare, SPEC, by=counter.amina)
    assert list_product(bare, by=counter.amina, now=NOW)
    assert not list_product(bare, by=counter.amina, now=NOW)
    with pytest.raises(NotListable):
        edit_product(bare, ProductTexts(title={}), by=counter.amina, now=NOW)
    assert len(facts("shops.product_listed")) == 2


def test_strangers_change_no_product(counter: Counter):
    """Femi cannot edit, list, withdraw or extend what is Amina's, nor draft into her shop."""
    texts = ProductTexts(title={"en": "Mine now"})
    for attempt in (
        lambda: edit_product(counter.product, texts, by=counter.femi, now=NOW),
        lambda: list_product(counter.product, by=counter.femi, now=NOW),
        lambda: withdraw_product(counter.product, by=counter.femi, now=NOW),
        lambda: add_variant(counter.product, SPEC, by=counter.femi),
        lambda: draft_product(
            ProductId(new_id()), shop_id=counter.shop, slug="x", texts=texts, by=counter.femi, now=NOW
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert Product.objects.unscoped("test").get().title["en"] == "Celadon tea bowl"


def test_what_is_for_sale_is_told_in_one_statement(counter: Counter, django_assert_num_queries):
    """Everything a till needs; what is withdrawn, closed or unknown is left out; sold out is there with nothing."""
    other = counter.another_variant()
    item = counter.stock(3)
    counter.stock(1, other)
    with django_assert_num_queries(1):
        found = for_sale([counter.variant, other, VariantId(new_id())])
    assert set(found) == {counter.variant, other}
    offer = found[counter.variant]
    assert (offer.stock_item_id, offer.left, offer.price_minor, offer.currency) == (item, 3, 12_800, "CNY")
    assert (offer.seller, offer.station_actor, offer.weight_grams) == (counter.amina, counter.esi, 400)
    assert offer.variant_title == {"en": "Small", "zh-hans": "小"}
    damage_stock(item, quantity=3, reason="fell", source_id=new_id(), now=NOW)
    assert for_sale([counter.variant])[counter.variant].left == 0
    Shop.objects.update(is_open=False)
    assert for_sale([counter.variant]) == {}
    Shop.objects.update(is_open=True)
    withdraw_product(counter.product, by=counter.amina, now=NOW)
    assert for_sale([counter.variant]) == {}


def test_stock_movements_refuse_what_makes_no_sense(counter: Counter):
    """No zero, no loss without a reason, never below what is there; twice the same source is once."""
    item = counter.stock(2)
    with pytest.raises(QuantityNotPositive):
        receive_stock(counter.variant, location=counter.amina, quantity=0, source_id=new_id(), now=NOW)
    with pytest.raises(ReasonMissing):
        damage_stock(item, quantity=1, reason=" ", source_id=new_id(), now=NOW)
    with pytest.raises(ReasonMissing):
        correct_stock(item, counted=1, reason="", source_id=new_id(), now=NOW)
    with pytest.raises(BelowClaims):
        damage_stock(item, quantity=3, reason="fell", source_id=new_id(), now=NOW)
    with pytest.raises(QuantityNotPositive):
        correct_stock(item, counted=-1, reason="odd", source_id=new_id(), now=NOW)
    source = new_id()
    assert correct_stock(item, counted=5, reason="found three", source_id=source, now=NOW) == 3
    assert correct_stock(item, counted=5, reason="found three", source_id=source, now=NOW) == 3
    assert damage_stock(item, quantity=1, reason="fell", source_id=source, now=NOW), "another kind is another movement"
    assert not damage_stock(item, quantity=1, reason="fell", source_id=source, now=NOW)
    assert [move.quantity for move in StockMovement.objects.order_by("id")] == [2, 3, -1]
