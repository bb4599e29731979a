"""Take a product from the shelves."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.facts import ProductWithdrawn
from millstream.shops.models import Product
from millstream.shops.types import ProductId, ProductState


@transaction.atomic
def withdraw_product(product_id: ProductId, *, by: ActorId, now: datetime) -> bool:
    """Hide a product from buyers; orders and holds on it go on. Returns whether it was listed before."""
    mine = Product.objects.visible_to(by).filter(id=product_id)
    row = mine.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound(what="product")
    if not mine.filter(state=ProductState.LISTED.value).update(state=ProductState.WITHDRAWN.value):
        return False
    record(ProductWithdrawn(product=product_id, shop=row.shop_id), now=now)
    return True
