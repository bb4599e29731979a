"""Let buyers see a product."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.facts import ProductListed
from millstream.shops.models import Product, Variant
from millstream.shops.refusals import NotListable
from millstream.shops.types import ProductId, ProductState


@transaction.atomic
def list_product(product_id: ProductId, *, by: ActorId, now: datetime) -> bool:
    """Show a product to buyers; refuses one without a title or a variant. Returns whether it was not listed before."""
    mine = Product.objects.visible_to(by).filter(id=product_id)
    row = mine.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound(what="product")
    if row.state == ProductState.LISTED:
        return False
    if not any(row.title.values()):
        raise NotListable(missing="title")
    if not Variant.objects.filter(product_id=product_id, is_offered=True).exists():
        raise NotListable(missing="variant")
    mine.update(state=ProductState.LISTED.value, listed_at=now)
    record(ProductListed(product=product_id, shop=row.shop_id, slug=row.slug), now=now)
    return True
