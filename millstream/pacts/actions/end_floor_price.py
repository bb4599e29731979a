"""Take a floor price back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.pacts.facts import FloorPriceEnded
from millstream.pacts.models import FloorPrice


@transaction.atomic
def end_floor_price(variant: UUID, *, host: UUID | None, now: datetime) -> bool:
    """End the floor price of a variant with a host (with everybody: None); returns whether there was one.

    What was bought keeps its price; what is planned or on below the shop's price ends when this is heard.
    """
    rows = FloorPrice.objects.unscoped("the action names the side").filter(
        variant=variant, host=host, valid_to__isnull=True
    )
    row = rows.select_for_update().first()
    if row is None:
        return False
    rows.update(valid_to=max(now, row.valid_from))
    record(FloorPriceEnded(variant=variant, seller=row.seller_id, host=host), now=now)
    return True
