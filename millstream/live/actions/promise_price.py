"""Promise prices in the room before a show; what a promise is and when it counts is a matter of `deals`."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.deals import api as deals
from millstream.deals.types import RoomPriceSpec
from millstream.kernel.refusals import Refusal
from millstream.live.actions.lock_show import lock_show
from millstream.live.models import RundownItem
from millstream.live.refusals import NotInRundown
from millstream.live.types import ShowState

log = logging.getLogger(__name__)

type Promised = tuple[int, int | None]


@transaction.atomic
def promise_price(show_id: UUID, variant: UUID, promised: Promised | None, *, host: UUID, now: datetime) -> None:
    """Promise a price in the room, and for how many units (None: for all there are); None takes the promise back.

    Refused below the maker's floor price, when it is not below the shop's price, and for more than there is.
    """
    row = lock_show(show_id, host=host)
    if not RundownItem.objects.filter(show=row, variant_id=variant).exists():
        raise NotInRundown
    if promised is None:
        deals.drop_room_price(row.id, variant, now=now)
        return
    price_minor, size = promised
    deals.plan_room_price(RoomPriceSpec(row.id, row.host_id, variant, price_minor, size), now=now)
    if row.state == ShowState.LIVE.value:
        deals.open_room_prices(row.id, now=now)


def promises_of(show_id: UUID, now: datetime) -> Mapping[UUID, Promised]:
    """The prices in the room that are promised or open, by variant."""
    return {variant: (deal.price_minor, deal.size) for variant, deal in deals.room_prices(show_id, now=now).items()}


def copy_promises(source: UUID, target: UUID, variants: Sequence[UUID], *, host: UUID, now: datetime) -> None:
    """Promise in one show what another one promised for these goods; what is refused today is left out."""
    promised = promises_of(source, now)
    for variant in variants:
        if variant not in promised:
            continue
        price_minor, size = promised[variant]
        try:
            with transaction.atomic():
                deals.plan_room_price(RoomPriceSpec(target, host, variant, price_minor, size), now=now)
        except Refusal as refusal:
            log.info("promise of %s for %s is left out: %s", target, variant, refusal.code)
