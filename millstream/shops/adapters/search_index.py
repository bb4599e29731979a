"""The search index of products: a column of PostgreSQL, written when texts change."""

from collections.abc import Iterable

from millstream.shops import rules
from millstream.shops.models import Product
from millstream.shops.types import ProductId


def write_found_by(product_ids: Iterable[ProductId]) -> None:
    """Write by which words these products are found: title, then category, shop and story, in every language."""
    products = Product.objects.unscoped("the index covers all products; the search asks for listed ones only")
    for row in products.filter(id__in=set(product_ids)).select_related("shop", "category"):
        others = [*row.shop.name.values(), *row.story.values()]
        if row.category is not None:
            others = [*row.category.name.values(), *others]
        products.filter(id=row.id).update(found_by=rules.found_by(list(row.title.values()), others))
