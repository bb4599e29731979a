"""What can be bought now, and what is left."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection

from millstream.people.types import ActorId
from millstream.shops.adapters.file_store import picture_url
from millstream.shops.types import ForSale, ProductId, ShopId, StockItemId, VariantId

IMAGE_WIDTH: Final = 320

# Of several locations the one with the most free units sells.
_FOR_SALE = """
SELECT DISTINCT ON (variant.id)
    variant.id, product.id, product.slug, product.title, variant.title, variant.price_minor, variant.currency,
    item.id, item.on_hand - item.held - item.carved, shop.id, shop.actor_id, shop.station_actor_id, shop.currency,
    product.weight_grams, photo.key, photo.widths
FROM shops_variant variant
JOIN shops_product product ON product.id = variant.product_id
JOIN shops_shop shop ON shop.id = variant.shop_id
JOIN shops_stockitem item ON item.variant_id = variant.id
LEFT JOIN LATERAL (
    SELECT key, widths FROM shops_photo WHERE product_id = product.id ORDER BY position, id LIMIT 1
) photo ON true
WHERE variant.id = ANY(%s::uuid[]) AND variant.is_offered AND product.state = 'listed' AND shop.is_open
ORDER BY variant.id, item.on_hand - item.held - item.carved DESC, item.id
"""


def for_sale(variant_ids: Iterable[VariantId]) -> dict[VariantId, ForSale]:
    """Everything a till needs to sell these variants now, in one statement; what is not for sale is left out.

    A variant that is sold out is there, with nothing left. Reads only: the hold decides.
    """
    wanted = list(set(variant_ids))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FOR_SALE, [wanted])
        return {VariantId(row[0]): _offer(row) for row in cursor.fetchall()}


def _offer(row: Sequence[Any]) -> ForSale:
    return ForSale(
        variant_id=VariantId(row[0]),
        product_id=ProductId(row[1]),
        product_slug=row[2],
        title=json.loads(row[3]),
        variant_title=json.loads(row[4]),
        price_minor=row[5],
        currency=row[6],
        stock_item_id=StockItemId(row[7]),
        left=row[8],
        shop_id=ShopId(row[9]),
        seller=ActorId(row[10]),
        station_actor=None if row[11] is None else ActorId(row[11]),
        shop_currency=row[12],
        weight_grams=row[13],
        image=picture_url(row[14], json.loads(row[15]), IMAGE_WIDTH) if row[14] else "",
    )
