"""A household says whether a host may list in its name."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.live.facts import ListingAllowed
from millstream.live.models import ListingObjection


@transaction.atomic
def object_to_listing(seller: UUID, host: UUID, *, now: datetime) -> bool:
    """From now on this host lists nothing for the household; what is listed stays. Returns whether that is new."""
    _, made = ListingObjection.objects.get_or_create(
        seller_id=seller, host_id=host, defaults={"id": new_id(), "since": now}
    )
    if made:
        record(ListingAllowed(seller=seller, host=host, allowed=False), now=now)
    return made


@transaction.atomic
def allow_listing(seller: UUID, host: UUID, *, now: datetime) -> bool:
    """The host may list for the household again, as far as their pact goes; returns whether that is new."""
    gone, _ = ListingObjection.objects.filter(seller_id=seller, host_id=host).delete()
    if gone:
        record(ListingAllowed(seller=seller, host=host, allowed=True), now=now)
    return bool(gone)
