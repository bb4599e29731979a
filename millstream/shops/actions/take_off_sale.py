"""Take a product off sale in its maker's stead."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops.actions.withdraw_product import withdraw_product
from millstream.shops.facts import TakenOffSale
from millstream.shops.models import Product
from millstream.shops.types import ProductId


@transaction.atomic
def take_off_sale(product_id: ProductId, *, why: str, now: datetime) -> bool:
    """Hide a product from buyers, as the operator may; its maker is told `why`. Returns whether it was listed before.

    The caller has seen that the operator acts.
    """
    row = Product.objects.unscoped("the operator").select_related("shop").filter(id=product_id).first()
    if row is None:
        raise NotFound(what="product")
    seller = ActorId(row.shop.actor_id)
    if not withdraw_product(product_id, by=seller, now=now):
        return False
    record(TakenOffSale(product=product_id, shop=row.shop_id, seller=seller, why=why.strip()), now=now)
    return True
