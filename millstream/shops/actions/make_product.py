"""Make a product with its first variant and its first goods."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.people.types import ActorId
from millstream.shops import rules
from millstream.shops.actions.add_variant import add_variant
from millstream.shops.actions.draft_product import draft_product
from millstream.shops.actions.receive_stock import receive_stock
from millstream.shops.models import StockMovement, Variant
from millstream.shops.types import ProductId, ProductTexts, ShopId, VariantSpec


@transaction.atomic
def make_product(
    product_id: ProductId,
    *,
    shop_id: ShopId,
    texts: ProductTexts,
    variant: VariantSpec,
    on_hand: int,
    source_id: UUID,
    by: ActorId,
    now: datetime,
) -> ProductId:
    """Draft a product, give it a variant, put `on_hand` of it on the shelf: all or nothing.

    Sent again with the same `source_id` after goods were received, it gives the product that was made then.
    """
    before = StockMovement.objects.filter(source_id=source_id).values_list("stock_item__variant_id", flat=True).first()
    if before is not None:
        return ProductId(Variant.objects.values_list("product_id", flat=True).get(id=before, shop__actor_id=by))
    slug = rules.slug_for(texts.title, product_id)
    draft_product(product_id, shop_id=shop_id, slug=slug, texts=texts, by=by, now=now)
    add_variant(product_id, variant, by=by)
    if on_hand:
        receive_stock(variant.id, location=by, quantity=on_hand, source_id=source_id, by=by, now=now)
    return product_id
