"""Add a sellable form to a product."""

from django.db import IntegrityError, transaction

from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops import rules
from millstream.shops.models import Product, Variant
from millstream.shops.refusals import BadCell, SkuTaken
from millstream.shops.types import ProductId, VariantId, VariantSpec


@transaction.atomic
def add_variant(product_id: ProductId, spec: VariantSpec, *, by: ActorId) -> VariantId:
    """Add a variant; refuses a price of zero, another currency than the shop's, an odd or a taken SKU."""
    product = Product.objects.visible_to(by).filter(id=product_id).select_related("shop").first()
    if product is None:
        raise NotFound(what="product")
    if not rules.is_sku(spec.sku):
        raise BadCell(field="sku", why=f"“{spec.sku[:40]}”")
    rules.check_price(spec.price_minor, spec.currency, product.shop.currency)
    try:
        with transaction.atomic():
            Variant.objects.create(
                id=spec.id,
                product_id=product_id,
                shop_id=product.shop_id,
                sku=spec.sku,
                title=dict(spec.title),
                price_minor=spec.price_minor,
                currency=spec.currency,
                position=Variant.objects.filter(product_id=product_id).count(),
            )
    except IntegrityError as error:
        if Variant.objects.filter(shop_id=product.shop_id, sku=spec.sku).exists():
            raise SkuTaken(sku=spec.sku) from error
        raise
    return spec.id
