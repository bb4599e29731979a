"""Seeding the county: shops, goods with their pictures, stock, and the pacts by which sales are shared."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.kernel.settings import conf
from millstream.kernel.texts import both
from millstream.ledger.api import set_payout_account
from millstream.ledger.types import BankDetails
from millstream.pacts.api import agree_floor_price, agree_pact
from millstream.pacts.types import FloorPriceSpec, PactSpec, Part
from millstream.people.types import ActorId
from millstream.shops.api import (
    add_category,
    add_variant,
    draft_product,
    list_product,
    open_shop,
    receive_stock,
)
from millstream.shops.types import ProductId, ProductTexts, ShopId, ShopSpec, VariantId, VariantSpec
from millstream.site.demo.county import BAMBOO, CERAMICS, CLOTH, FOOD, HOSTS, MAKERS, PARK, PLATFORM, TEA, Good, Maker
from millstream.site.demo.people import actor_id, place_id, station_slug, town_of, village_of
from millstream.site.demo.roles import demo_id

CATEGORIES: Final = (
    (CERAMICS, both("Ceramics", "陶瓷")),
    (TEA, both("Tea", "茶")),
    (BAMBOO, both("Bamboo", "竹器")),
    (FOOD, both("From the field", "山货")),
    (CLOTH, both("Cloth", "布")),
)
FLOOR_PERCENT: Final = 80
PLATFORM_PERMILLE: Final = 50
PARK_PERMILLE: Final = 30
HOST_PERMILLE: Final = 200
STATION_PERMILLE: Final = 20


def product_id(good: Good) -> ProductId:
    """The id of a good's product."""
    return ProductId(demo_id("product", good.kind))


def variant_id(kind: str) -> VariantId:
    """The id of the one variant of a good, by its picture's kind."""
    return VariantId(demo_id("variant", kind))


def seed_shops(now: datetime) -> None:
    """Twelve shops with their goods, each in stock at its maker's."""
    for position, (slug, name) in enumerate(CATEGORIES):
        add_category(demo_id("category", slug), slug=slug, name=name, position=position)
    for maker in MAKERS:
        owner = ActorId(actor_id(maker.slug))
        shop = ShopId(demo_id("shop", maker.slug))
        spec = ShopSpec(
            id=shop,
            actor=owner,
            slug=maker.slug,
            name=maker.name,
            currency=conf().currency,
            story=maker.story,
            place_id=place_id(village_of(maker)),
            station_actor=ActorId(actor_id(station_slug(town_of(maker)))),
        )
        open_shop(spec, now=now)
        for good in maker.goods:
            _seed_good(maker, good, shop, owner, now)


def _seed_good(maker: Maker, good: Good, shop: ShopId, owner: ActorId, now: datetime) -> None:
    texts = ProductTexts(
        title=good.title,
        story=good.story,
        category_id=demo_id("category", good.category),
        weight_grams=good.weight_grams,
        made_in=place_id(village_of(maker)),
    )
    product = product_id(good)
    draft_product(product, shop_id=shop, slug=good.kind.replace("_", "-"), texts=texts, by=owner, now=now)
    variant = VariantSpec(
        id=variant_id(good.kind), sku=good.kind.upper(), price_minor=good.price_minor, currency=conf().currency
    )
    add_variant(product, variant, by=owner)
    source: UUID = demo_id("first stock", good.kind)
    receive_stock(variant.id, location=owner, quantity=good.stock, source_id=source, by=owner, now=now)
    list_product(product, by=owner, now=now)


def seed_pacts(now: datetime) -> None:
    """5 % to the platform, 20 % to whoever hosts, 2 % to the maker's own station, 3 % to the park for its makers."""
    agree_pact(PactSpec(Part.PLATFORM, PLATFORM_PERMILLE, actor_id(PLATFORM[0])), now=now)
    agree_pact(PactSpec(Part.HOST, HOST_PERMILLE, None), now=now)
    for maker in MAKERS:
        seller = actor_id(maker.slug)
        station = actor_id(station_slug(town_of(maker)))
        agree_pact(PactSpec(Part.STATION, STATION_PERMILLE, station, seller=seller), now=now)
        if maker.in_park:
            agree_pact(PactSpec(Part.PARK, PARK_PERMILLE, actor_id(PARK[0]), seller=seller), now=now)
        for good in maker.goods:  # down to here whoever hosts may go with deals and coupons
            floor = good.price_minor * FLOOR_PERCENT // 100
            agree_floor_price(FloorPriceSpec(variant_id(good.kind), seller, None, floor, conf().currency), now=now)


def seed_banks(now: datetime) -> None:
    """Where everybody is paid: invented accounts at an invented bank."""
    names: Mapping[str, str] = {
        **{maker.slug: maker.name["zh-hans"] for maker in MAKERS},
        **{slug: name["zh-hans"] for slug, name, _ in HOSTS},
        PARK[0]: PARK[1]["zh-hans"],
        PLATFORM[0]: PLATFORM[1]["zh-hans"],
        **{station_slug(town): f"{station_slug(town)}" for town in range(1, 7)},
    }
    for number, (slug, holder) in enumerate(names.items()):
        details = BankDetails(
            holder=holder, bank="青溪农商银行", number=f"6210{number:04d}8800{number * 37 % 10000:04d}"
        )
        set_payout_account(actor_id(slug), details, now=now)
