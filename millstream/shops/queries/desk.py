"""What a shop's own people see of it."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection

from millstream.kernel.pages import Page, page_of
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops import rules
from millstream.shops.adapters.file_store import picture_url
from millstream.shops.models import Product, Shop, StockItem
from millstream.shops.queries.records import product_of, shop_of_row
from millstream.shops.types import (
    DeskAsk,
    DeskProduct,
    DeskStock,
    MovementKind,
    MovementRecord,
    NeedsHand,
    ProductId,
    ProductRecord,
    ProductState,
    ShopId,
    ShopRecord,
    StockItemId,
    StockLine,
    VariantId,
)

LOW_STOCK: Final = 5
THUMB_WIDTH: Final = 320
MOST_LINES: Final = 2_000
MOVEMENTS_PAGE: Final = 100

_PRODUCTS = """
SELECT product.id, product.slug, product.title, product.state, sums.variants, photos.number, sums.lowest, sums.highest,
    shop.currency, sums.on_hand, sums.held, sums.free, photo.key, photo.widths, product.made_at::text
FROM shops_product product
JOIN shops_shop shop ON shop.id = product.shop_id
CROSS JOIN (SELECT %(query)s::tsquery AS words) query
CROSS JOIN LATERAL (
    SELECT count(DISTINCT variant.id)::int AS variants, coalesce(min(price_minor), 0) AS lowest,
        coalesce(max(price_minor), 0) AS highest, coalesce(sum(item.on_hand), 0)::int AS on_hand,
        coalesce(sum(item.held), 0)::int AS held, coalesce(sum(item.on_hand - item.held - item.carved), 0)::int AS free
    FROM shops_variant variant LEFT JOIN shops_stockitem item ON item.variant_id = variant.id
    WHERE variant.product_id = product.id AND variant.is_offered
) sums
CROSS JOIN LATERAL (SELECT count(*)::int AS number FROM shops_photo WHERE product_id = product.id) photos
LEFT JOIN LATERAL (
    SELECT key, widths FROM shops_photo WHERE product_id = product.id ORDER BY position, id LIMIT 1
) photo ON true
WHERE shop.id = %(shop)s
  AND (%(state)s = '' OR product.state = %(state)s)
  AND (%(query)s = '' OR product.found_by @@ query.words)
  AND (%(most)s::int IS NULL OR sums.free <= %(most)s::int)
  AND (%(least)s::int IS NULL OR sums.free >= %(least)s::int)
  AND (%(after_id)s::uuid IS NULL
       OR (product.made_at, product.id) < (%(after_key)s::timestamptz, %(after_id)s::uuid))
ORDER BY product.made_at DESC, product.id DESC
LIMIT %(limit)s
"""


def own_shop(shop_id: ShopId, by: ActorId) -> ShopRecord:
    """A shop of the acting actor; refuses any other."""
    row = Shop.objects.filter(id=shop_id, actor_id=by).first()
    if row is None:
        raise NotFound(what="shop")
    return shop_of_row(row)


def goods_on_sale(actors: Collection[ActorId]) -> int:
    """How many products of these actors buyers see."""
    shown = Product.objects.unscoped("of the actors that are named")
    return shown.filter(shop__actor_id__in=actors, state=ProductState.LISTED.value).count()


def own_products(shop_id: ShopId, ask: DeskAsk) -> Page[DeskProduct]:
    """A page of all products of a shop, the newest first. The caller has the shop from `own_shop`."""
    most = {DeskStock.ALL: None, DeskStock.LOW: LOW_STOCK, DeskStock.OUT: 0}[ask.stock]
    least = 1 if ask.stock is DeskStock.LOW else None
    after_key, after_id = rules.read_after(ask.after, "timestamptz")
    with connection.cursor() as cursor:
        cursor.execute(
            _PRODUCTS,
            {
                "query": rules.found_query(ask.words),
                "shop": shop_id,
                "state": ask.state,
                "most": most,
                "least": least,
                "after_key": after_key,
                "after_id": after_id,
                "limit": ask.size + 1,
            },
        )
        rows = cursor.fetchall()
    page = page_of(rows, size=ask.size, key=lambda row: f"{row[14]}_{row[0].hex}")
    return Page(tuple(_desk_product(row) for row in page.items), page.next_after)


def _desk_product(row: Sequence[Any]) -> DeskProduct:
    return DeskProduct(
        product_id=ProductId(row[0]),
        slug=row[1],
        title=json.loads(row[2]),
        state=ProductState(row[3]),
        variants=row[4],
        photos=row[5],
        lowest_minor=row[6],
        highest_minor=row[7],
        currency=row[8],
        on_hand=row[9],
        held=row[10],
        left=row[11],
        image=picture_url(row[12], json.loads(row[13]), THUMB_WIDTH) if row[12] else "",
    )


def own_product(product_id: ProductId, by: ActorId) -> ProductRecord:
    """A product of the acting actor in any state, with the variants that are no longer on offer."""
    found = product_of("product.id = %s AND shop.actor_id = %s", [product_id, by], offered_only=False)
    if found is None:
        raise NotFound(what="product")
    return found


_LINES = """
SELECT variant.id, product.id, product.slug, product.title, variant.title, variant.sku, variant.price_minor,
    variant.currency, item.id, coalesce(item.on_hand, 0), coalesce(item.held, 0), coalesce(item.carved, 0)
FROM shops_variant variant
JOIN shops_product product ON product.id = variant.product_id
JOIN shops_shop shop ON shop.id = variant.shop_id
LEFT JOIN shops_stockitem item ON item.variant_id = variant.id AND item.location_id = shop.actor_id
WHERE shop.id = %s AND variant.is_offered AND product.state <> 'withdrawn'
  AND (%s::uuid IS NULL OR variant.id = %s::uuid)
ORDER BY coalesce(item.on_hand - item.held - item.carved, 0), product.slug, variant.position
LIMIT %s
"""


def stock_lines(shop_id: ShopId, variant_id: VariantId | None = None) -> list[StockLine]:
    """The variants on offer of a shop with what there is of them, what is shortest first. At most 2,000."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [shop_id, variant_id, variant_id, MOST_LINES])
        return [_line(row) for row in cursor.fetchall()]


def _line(row: Sequence[Any]) -> StockLine:
    return StockLine(
        variant_id=VariantId(row[0]),
        product_id=ProductId(row[1]),
        product_slug=row[2],
        title=json.loads(row[3]),
        variant_title=json.loads(row[4]),
        sku=row[5],
        price_minor=row[6],
        currency=row[7],
        stock_item_id=None if row[8] is None else StockItemId(row[8]),
        on_hand=row[9],
        held=row[10],
        carved=row[11],
    )


_MOVEMENTS = """
SELECT id, kind, quantity, after, at, reason FROM (
    SELECT id, kind, quantity, sum(quantity) OVER (ORDER BY id)::int AS after, at, reason
    FROM shops_stockmovement WHERE stock_item_id = %s
) folded
WHERE %s::bigint IS NULL OR id < %s::bigint
ORDER BY id DESC LIMIT %s
"""


def movements(item_id: StockItemId, *, by: ActorId, before: int | None = None) -> Page[MovementRecord]:
    """The movements of a stock item, the newest first, each with what was on hand after it; refuses a stranger."""
    if not StockItem.objects.filter(id=item_id, variant__shop__actor_id=by).exists():
        raise NotFound(what="stock item")
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [item_id, before, before, MOVEMENTS_PAGE + 1])
        rows = cursor.fetchall()
    page = page_of(rows, size=MOVEMENTS_PAGE, key=lambda row: str(row[0]))
    return Page(tuple(MovementRecord(r[0], MovementKind(r[1]), *r[2:]) for r in page.items), page.next_after)


_NEEDS = """
SELECT count(*) FILTER (WHERE state = 'listed'), count(*) FILTER (WHERE state = 'draft'),
    count(*) FILTER (WHERE state = 'listed' AND NOT pictured),
    count(*) FILTER (WHERE state = 'listed' AND free BETWEEN 1 AND %s),
    count(*) FILTER (WHERE state = 'listed' AND free <= 0),
    coalesce(sum(on_hand), 0)::int, coalesce(sum(held), 0)::int
FROM (
    SELECT product.state, EXISTS (SELECT 1 FROM shops_photo WHERE product_id = product.id) AS pictured,
        sums.on_hand, sums.held, sums.free
    FROM shops_product product CROSS JOIN LATERAL (
        SELECT coalesce(sum(on_hand), 0) AS on_hand, coalesce(sum(held), 0) AS held,
            coalesce(sum(on_hand - held - carved), 0) AS free
        FROM shops_variant variant JOIN shops_stockitem item ON item.variant_id = variant.id
        WHERE variant.product_id = product.id AND variant.is_offered
    ) sums
    WHERE product.shop_id = %s
) told
"""


def needs_hand(shop_id: ShopId) -> NeedsHand:
    """What in a shop needs a hand, counted in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, [LOW_STOCK, shop_id])
        row = cursor.fetchone()
    assert row is not None
    return NeedsHand(*row)
