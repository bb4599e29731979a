"""How rows become records: one statement brings a product with all that belongs to it."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from millstream.people.types import ActorId
from millstream.places.types import PlaceId
from millstream.shops.adapters.file_store import picture_url
from millstream.shops.models import Shop
from millstream.shops.types import (
    CategoryRecord,
    PhotoId,
    PhotoRecord,
    Picture,
    ProductId,
    ProductRecord,
    ProductState,
    ShelfItem,
    ShopId,
    ShopRecord,
    VariantId,
    VariantRecord,
)

CARD_WIDTH: Final = 640

_PRODUCT = """
SELECT product.id, product.slug, product.title, product.story, product.state, product.weight_grams,
    product.made_in_id, category.id, category.slug, category.name,
    shop.id, shop.actor_id, shop.slug, shop.name, shop.story, shop.place_id, shop.station_actor_id, shop.currency,
    shop.is_open,
    (SELECT coalesce(json_agg(json_build_object(
        'id', variant.id, 'sku', variant.sku, 'title', variant.title, 'price', variant.price_minor,
        'currency', variant.currency, 'offered', variant.is_offered,
        'left', (SELECT coalesce(sum(on_hand - held - carved), 0) FROM shops_stockitem WHERE variant_id = variant.id)
     ) ORDER BY variant.position, variant.sku), '[]') FROM shops_variant variant
     WHERE variant.product_id = product.id AND (variant.is_offered OR NOT %s))::text,
    (SELECT coalesce(json_agg(json_build_object(
        'id', photo.id, 'key', photo.key, 'width', photo.width, 'height', photo.height, 'widths', photo.widths,
        'alt', photo.alt
     ) ORDER BY photo.position, photo.id), '[]') FROM shops_photo photo WHERE photo.product_id = product.id)::text,
    {others}
FROM shops_product product
JOIN shops_shop shop ON shop.id = product.shop_id
LEFT JOIN shops_category category ON category.id = product.category_id
WHERE {which}
"""

_OTHERS = """(SELECT coalesce(json_agg(told ORDER BY told.listed_at DESC, told.id), '[]') FROM (
    SELECT other.id, other.slug, other.title, other.listed_at, price.lowest, price.highest, stock.free,
        photo.key, photo.widths
    FROM shops_product other
    JOIN LATERAL (
        SELECT min(price_minor) AS lowest, max(price_minor) AS highest FROM shops_variant
        WHERE product_id = other.id AND is_offered
    ) price ON price.lowest IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(item.on_hand - item.held - item.carved), 0)::int AS free
        FROM shops_variant variant JOIN shops_stockitem item ON item.variant_id = variant.id
        WHERE variant.product_id = other.id AND variant.is_offered
    ) stock
    LEFT JOIN LATERAL (
        SELECT key, widths FROM shops_photo WHERE product_id = other.id ORDER BY position, id LIMIT 1
    ) photo ON true
    WHERE other.shop_id = product.shop_id AND other.state = 'listed' AND other.id <> product.id
    ORDER BY other.listed_at DESC, other.id LIMIT 4
) told)::text"""


def product_of(which: str, values: Sequence[str | UUID], *, offered_only: bool) -> ProductRecord | None:
    """One product by a condition that is a constant of the caller; None when there is none."""
    row = _row(which, values, offered_only=offered_only, others="NULL")
    return None if row is None else _product(row)


def product_and_others(which: str, values: Sequence[str | UUID]) -> tuple[ProductRecord, tuple[ShelfItem, ...]] | None:
    """One product on offer with up to four others of its shop, all in one statement."""
    row = _row(which, values, offered_only=True, others=_OTHERS)
    if row is None:
        return None
    product = _product(row)
    return product, tuple(_other(told, product.shop) for told in json.loads(row[21]))


def _row(which: str, values: Sequence[str | UUID], *, offered_only: bool, others: str) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCT.format(which=which, others=others), [offered_only, *values])
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def _other(told: dict[str, Any], shop: ShopRecord) -> ShelfItem:
    return ShelfItem(
        product_id=ProductId(UUID(told["id"])),
        slug=told["slug"],
        title=told["title"],
        shop_slug=shop.slug,
        shop_name=shop.name,
        place_id=shop.place_id,
        lowest_minor=told["lowest"],
        highest_minor=told["highest"],
        currency=shop.currency,
        left=told["free"],
        image=picture_url(told["key"], told["widths"], CARD_WIDTH) if told["key"] else "",
    )


def _product(row: Sequence[Any]) -> ProductRecord:
    category = None if row[7] is None else CategoryRecord(row[7], row[8], json.loads(row[9]))
    return ProductRecord(
        id=ProductId(row[0]),
        slug=row[1],
        title=json.loads(row[2]),
        story=json.loads(row[3]),
        state=ProductState(row[4]),
        weight_grams=row[5],
        made_in=None if row[6] is None else PlaceId(row[6]),
        category=category,
        shop=ShopRecord(
            id=ShopId(row[10]),
            actor=ActorId(row[11]),
            slug=row[12],
            name=json.loads(row[13]),
            story=json.loads(row[14]),
            place_id=None if row[15] is None else PlaceId(row[15]),
            station_actor=None if row[16] is None else ActorId(row[16]),
            currency=row[17],
            is_open=row[18],
        ),
        variants=tuple(_variant(told) for told in json.loads(row[19])),
        photos=tuple(_photo(told) for told in json.loads(row[20])),
    )


def _variant(told: dict[str, Any]) -> VariantRecord:
    return VariantRecord(
        id=VariantId(UUID(told["id"])),
        sku=told["sku"],
        title=told["title"],
        price_minor=told["price"],
        currency=told["currency"],
        left=told["left"],
        is_offered=told["offered"],
    )


def _photo(told: dict[str, Any]) -> PhotoRecord:
    picture = Picture(told["key"], told["width"], told["height"], tuple(told["widths"]))
    return PhotoRecord(PhotoId(UUID(told["id"])), picture, told["alt"])


def shop_of_row(row: Shop) -> ShopRecord:
    """The record of a shop's row."""
    return ShopRecord(
        id=ShopId(row.id),
        actor=ActorId(row.actor_id),
        slug=row.slug,
        name=row.name,
        story=row.story,
        place_id=None if row.place_id is None else PlaceId(row.place_id),
        station_actor=None if row.station_actor_id is None else ActorId(row.station_actor_id),
        currency=row.currency,
        is_open=row.is_open,
    )
