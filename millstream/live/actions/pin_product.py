"""Put a product on the table."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.live.actions.lock_show import lock_show
from millstream.live.facts import ProductPinned, ProductUnpinned
from millstream.live.models import Pin, RundownItem
from millstream.live.refusals import NotInRundown, ShowNotLive
from millstream.live.types import ShowState


@transaction.atomic
def pin_product(show_id: UUID, variant: UUID, *, host: UUID, now: datetime) -> None:
    """Explain this product from now on, instead of the one before; pinning it again changes nothing."""
    row = lock_show(show_id, host=host)
    if row.state != ShowState.LIVE.value:
        raise ShowNotLive
    if not RundownItem.objects.filter(show=row, variant_id=variant).exists():
        raise NotInRundown
    before = Pin.objects.filter(show=row, unpinned_at__isnull=True).first()
    if before is not None and before.variant_id == variant:
        return
    if before is not None:
        Pin.objects.filter(id=before.id).update(unpinned_at=now)
    Pin.objects.create(id=new_id(), show=row, variant_id=variant, pinned_at=now)
    record(ProductPinned(show=row.id, variant=variant), now=now)


@transaction.atomic
def unpin_product(show_id: UUID, *, host: UUID, now: datetime) -> None:
    """Take the product off the table; nothing there changes nothing."""
    row = lock_show(show_id, host=host)
    before = Pin.objects.filter(show=row, unpinned_at__isnull=True).first()
    if before is None:
        return
    Pin.objects.filter(id=before.id).update(unpinned_at=now)
    record(ProductUnpinned(show=row.id, variant=before.variant_id), now=now)
