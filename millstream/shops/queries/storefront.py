"""What buyers see: shelves, product pages, shops, makers. Listed goods of open shops only."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from millstream.kernel.pages import Page, page_of
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.places.types import PlaceId
from millstream.shops import rules
from millstream.shops.adapters.file_store import picture_url
from millstream.shops.models import Category, Shop
from millstream.shops.queries import records
from millstream.shops.queries.records import CARD_WIDTH, product_of, shop_of_row
from millstream.shops.types import (
    CategoryRecord,
    MakerCard,
    ProductId,
    ProductRecord,
    ShelfAsk,
    ShelfItem,
    ShelfOrder,
    ShopId,
    ShopRecord,
)

MOST_CATEGORIES: Final = 60
MOST_MAKERS: Final = 500
MOST_SHOPS: Final = 200

_ORDERS: Final = {
    ShelfOrder.NEWEST: ("product.listed_at", "timestamptz", "DESC"),
    ShelfOrder.CHEAPEST: ("price.lowest", "bigint", "ASC"),
    ShelfOrder.DEAREST: ("price.lowest", "bigint", "DESC"),
    ShelfOrder.BEST: ("ts_rank(product.found_by, query.words)", "real", "DESC"),
}
_SHELF = """
SELECT product.id, product.slug, product.title, shop.slug, shop.name, shop.place_id, price.lowest, price.highest,
    shop.currency, stock.free, photo.key, photo.widths, ({key})::text
FROM shops_product product
JOIN shops_shop shop ON shop.id = product.shop_id
CROSS JOIN (SELECT %(query)s::tsquery AS words) query
JOIN LATERAL (
    SELECT min(price_minor) AS lowest, max(price_minor) AS highest FROM shops_variant
    WHERE product_id = product.id AND is_offered
) price ON price.lowest IS NOT NULL
CROSS JOIN LATERAL (
    SELECT coalesce(sum(item.on_hand - item.held - item.carved), 0)::int AS free
    FROM shops_variant variant JOIN shops_stockitem item ON item.variant_id = variant.id
    WHERE variant.product_id = product.id AND variant.is_offered
) stock
LEFT JOIN LATERAL (
    SELECT key, widths FROM shops_photo WHERE product_id = product.id ORDER BY position, id LIMIT 1
) photo ON true
WHERE product.state = 'listed' AND shop.is_open
  AND (%(query)s = '' OR product.found_by @@ query.words)
  AND (%(category)s = '' OR product.category_id = (SELECT id FROM shops_category WHERE slug = %(category)s))
  AND (%(shop)s::uuid IS NULL OR shop.id = %(shop)s::uuid)
  AND (NOT %(available)s OR stock.free > 0)
  AND (%(after_id)s::uuid IS NULL OR ({key}, product.id) {beyond} (%(after_key)s::{type}, %(after_id)s::uuid))
ORDER BY {key} {way}, product.id {way}
LIMIT %(limit)s
"""


def shelf(ask: ShelfAsk) -> Page[ShelfItem]:
    """A page of listed goods, in one statement. With words, those in which every word is found, the best first.

    A text without any word, or an unreadable `after`, finds what is asked without it.
    """
    query = rules.found_query(ask.words)
    if ask.words.strip() and not query:
        return Page((), None)
    order = ShelfOrder.BEST if query and ask.order is ShelfOrder.NEWEST else ask.order
    key, kind, way = _ORDERS[order if query or order is not ShelfOrder.BEST else ShelfOrder.NEWEST]
    after_key, after_id = rules.read_after(ask.after, kind)
    statement = _SHELF.format(key=key, way=way, beyond=">" if way == "ASC" else "<", type=kind)
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "query": query,
                "category": ask.category,
                "shop": ask.shop_id,
                "available": ask.only_available,
                "after_key": after_key,
                "after_id": after_id,
                "limit": ask.size + 1,
            },
        )
        rows = cursor.fetchall()
    page = page_of(rows, size=ask.size, key=lambda row: f"{row[12]}_{row[0].hex}")
    return Page(tuple(_item(row) for row in page.items), page.next_after)


def _item(row: Sequence[Any]) -> ShelfItem:
    return ShelfItem(
        product_id=ProductId(row[0]),
        slug=row[1],
        title=json.loads(row[2]),
        shop_slug=row[3],
        shop_name=json.loads(row[4]),
        place_id=None if row[5] is None else PlaceId(row[5]),
        lowest_minor=row[6],
        highest_minor=row[7],
        currency=row[8],
        left=row[9],
        image=picture_url(row[10], json.loads(row[11]), CARD_WIDTH) if row[10] else "",
    )


def product(slug: str) -> ProductRecord:
    """A listed product with its shop, variants on offer and photos, in one statement; refuses any other."""
    found = product_of("product.slug = %s AND product.state = 'listed' AND shop.is_open", [slug], offered_only=True)
    if found is None:
        raise NotFound(what="product")
    return found


def product_and_others(slug: str) -> tuple[ProductRecord, tuple[ShelfItem, ...]]:
    """A listed product and up to four others of its shop, in one statement."""
    found = records.product_and_others("product.slug = %s AND product.state = 'listed' AND shop.is_open", [slug])
    if found is None:
        raise NotFound(what="product")
    return found


def categories() -> list[CategoryRecord]:
    """The shelves, in their order."""
    rows = Category.objects.order_by("position", "slug")[:MOST_CATEGORIES]
    return [CategoryRecord(row.id, row.slug, row.name) for row in rows]


def shop(slug: str) -> ShopRecord:
    """An open shop by its address."""
    row = Shop.objects.filter(slug=slug, is_open=True).first()
    if row is None:
        raise NotFound(what="shop")
    return shop_of_row(row)


def shops(ids: Iterable[UUID]) -> dict[ShopId, ShopRecord]:
    """Shops by id, closed ones too, in one query."""
    return {ShopId(row.id): shop_of_row(row) for row in Shop.objects.filter(id__in=set(ids))}


def shops_of(actor: UUID) -> list[ShopRecord]:
    """The shops of an actor, the oldest first."""
    return [shop_of_row(row) for row in Shop.objects.filter(actor_id=actor).order_by("opened_at", "id")]


def open_shops(actors: Iterable[UUID] | None, *, limit: int = MOST_SHOPS) -> list[ShopRecord]:
    """The open shops of these actors, of everybody for None, by address; at most `limit`, in one query."""
    rows = Shop.objects.filter(is_open=True)
    if actors is not None:
        rows = rows.filter(actor_id__in=set(actors))
    return [shop_of_row(row) for row in rows.order_by("slug")[:limit]]


_MAKERS = """
SELECT shop.id, shop.actor_id, shop.slug, shop.name, shop.story, shop.place_id, shop.station_actor_id, shop.currency,
    shop.is_open, shelf.listed, photo.key, photo.widths
FROM shops_shop shop
CROSS JOIN LATERAL (
    SELECT count(*) AS listed FROM shops_product WHERE shop_id = shop.id AND state = 'listed'
) shelf
LEFT JOIN LATERAL (
    SELECT photo.key, photo.widths FROM shops_photo photo JOIN shops_product product ON product.id = photo.product_id
    WHERE product.shop_id = shop.id AND product.state = 'listed'
    ORDER BY product.listed_at DESC, photo.position, photo.id LIMIT 1
) photo ON true
WHERE shop.is_open AND (%(places)s::uuid[] IS NULL OR shop.place_id = ANY(%(places)s::uuid[]))
ORDER BY shop.slug LIMIT %(limit)s
"""


def makers(place_ids: Sequence[PlaceId] | None = None, *, limit: int = MOST_MAKERS) -> list[MakerCard]:
    """Open shops with how much is on their shelves and a picture, in one statement; only those at places when given."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKERS,
            {"places": None if place_ids is None else list(place_ids), "limit": min(limit, MOST_MAKERS)},
        )
        return [_maker(row) for row in cursor.fetchall()]


def _maker(row: Sequence[Any]) -> MakerCard:
    record = ShopRecord(
        id=ShopId(row[0]),
        actor=ActorId(row[1]),
        slug=row[2],
        name=json.loads(row[3]),
        story=json.loads(row[4]),
        place_id=None if row[5] is None else PlaceId(row[5]),
        station_actor=None if row[6] is None else ActorId(row[6]),
        currency=row[7],
        is_open=row[8],
    )
    image = picture_url(row[10], json.loads(row[11]), CARD_WIDTH) if row[10] else ""
    return MakerCard(record, row[9], image)
