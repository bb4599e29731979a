"""Take what was withdrawn off the tables of shows that are on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.live.actions.pin_product import unpin_product
from millstream.live.models import Pin
from millstream.live.types import ShowState
from millstream.shops import api as shops
from millstream.shops.types import VariantId


@transaction.atomic
def unpin_withdrawn(product: UUID, *, now: datetime) -> None:
    """Unpin the product wherever it is on the table, unless it was listed again meanwhile."""
    on_tables = Pin.objects.filter(
        variant__product_id=product, unpinned_at__isnull=True, show__state=ShowState.LIVE.value
    )
    for show, host, variant in list(on_tables.values_list("show_id", "show__host_id", "variant_id")):
        if VariantId(variant) not in shops.for_sale([VariantId(variant)]):
            unpin_product(show, host=host, now=now)
