"""Set a price."""

from datetime import datetime

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.people.types import ActorId
from millstream.shops import rules
from millstream.shops.facts import PriceChanged
from millstream.shops.models import Variant
from millstream.shops.types import VariantId


@transaction.atomic
def set_price(variant_id: VariantId, *, price_minor: int, currency: str, by: ActorId, now: datetime) -> bool:
    """Set what a variant costs from now on; orders placed before keep their price. Returns whether it changed.

    Refuses zero and less, and a currency other than the shop's.
    """
    row = (
        Variant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("shop")
        .filter(id=variant_id, shop__actor_id=by)
        .first()
    )
    if row is None:
        raise NotFound(what="variant")
    rules.check_price(price_minor, currency, row.shop.currency)
    before = row.price_minor
    if before == price_minor:
        return False
    Variant.objects.filter(id=variant_id).update(price_minor=price_minor)
    record(
        PriceChanged(
            variant=variant_id,
            product=row.product_id,
            before_minor=before,
            price_minor=price_minor,
            currency=currency,
        ),
        now=now,
    )
    return True
