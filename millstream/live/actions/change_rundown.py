"""Put products into a rundown, take them out, order them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from millstream.kernel.ids import new_id
from millstream.live.actions.lock_show import lock_show
from millstream.live.models import Pin, RundownItem
from millstream.live.queries import agreement_of
from millstream.live.refusals import AlreadyInRundown, NotForSale, NotInRundown, RundownFull, SellerHasNotAgreed
from millstream.live.rules import in_order
from millstream.live.types import LONGEST_NOTE, MOST_IN_RUNDOWN
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId


@transaction.atomic
def add_to_rundown(show_id: UUID, variant: UUID, *, host: UUID, now: datetime, note: str = "") -> None:
    """Put a product at the end of the rundown; its seller must have agreed that this host sells for it."""
    row = lock_show(show_id, host=host)
    goods = for_sale([VariantId(variant)]).get(VariantId(variant))
    if goods is None:
        raise NotForSale
    if not agreement_of(host, now).covers(goods.seller):
        raise SellerHasNotAgreed
    items = RundownItem.objects.filter(show=row)
    if items.filter(variant_id=variant).exists():
        raise AlreadyInRundown
    if items.count() >= MOST_IN_RUNDOWN:
        raise RundownFull(most=MOST_IN_RUNDOWN)
    last = items.aggregate(last=Max("position"))["last"] or 0
    RundownItem.objects.create(id=new_id(), show=row, variant_id=variant, position=last + 1, note=note[:LONGEST_NOTE])


@transaction.atomic
def take_from_rundown(show_id: UUID, variant: UUID, *, host: UUID) -> None:
    """Take a product out of the rundown; one that was explained already stays, because the replay needs it."""
    row = lock_show(show_id, host=host)
    if Pin.objects.filter(show=row, variant_id=variant).exists():
        return
    taken, _ = RundownItem.objects.filter(show=row, variant_id=variant).delete()
    if not taken:
        raise NotInRundown


@transaction.atomic
def order_rundown(
    show_id: UUID, wanted: Mapping[UUID, int], *, host: UUID, notes: Mapping[UUID, str] | None = None
) -> None:
    """Order the products by the numbers given for them, and write the notes that go with them."""
    row = lock_show(show_id, host=host)
    items = list(RundownItem.objects.filter(show=row).order_by("position"))
    by_variant = {item.variant_id: item for item in items}
    for position, variant in enumerate(in_order([item.variant_id for item in items], wanted), start=1):
        item = by_variant[variant]
        item.position = position
        item.note = (notes or {}).get(variant, item.note)[:LONGEST_NOTE]
    RundownItem.objects.bulk_update(items, ["position", "note"])
