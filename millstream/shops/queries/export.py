"""A shop's products as lines of a list, as the import reads them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import connection

from millstream.kernel.money import to_major
from millstream.shops.types import ShopId

MOST_LINES: Final = 20_000

_EXPORT = """
SELECT product.slug, variant.sku, product.title, product.story, coalesce(category.slug, ''), product.weight_grams,
    variant.title, variant.price_minor, variant.currency, coalesce(item.on_hand, 0), product.state
FROM shops_variant variant
JOIN shops_product product ON product.id = variant.product_id
JOIN shops_shop shop ON shop.id = variant.shop_id
LEFT JOIN shops_category category ON category.id = product.category_id
LEFT JOIN shops_stockitem item ON item.variant_id = variant.id AND item.location_id = shop.actor_id
WHERE shop.id = %s AND variant.is_offered
ORDER BY product.slug, variant.position, variant.sku LIMIT %s
"""


def export_lines(shop_id: ShopId) -> Iterator[list[str]]:
    """One line per variant on offer, in the columns of the import; prices in major units. At most 20,000."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPORT, [shop_id, MOST_LINES])
        for row in cursor.fetchall():
            yield _line(row)


def _line(row: Sequence[Any]) -> list[str]:
    slug, sku, title, story, category, weight, variant, price_minor, currency, on_hand, state = row
    titles, stories, forms = json.loads(title), json.loads(story), json.loads(variant)
    return [
        slug,
        sku,
        titles.get("en", ""),
        titles.get("zh-hans", ""),
        stories.get("en", ""),
        stories.get("zh-hans", ""),
        category,
        str(weight),
        forms.get("en", ""),
        forms.get("zh-hans", ""),
        str(to_major(price_minor, currency)),
        currency,
        str(on_hand),
        state,
    ]
