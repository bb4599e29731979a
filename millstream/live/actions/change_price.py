"""Change a price from the studio, where it is the host's to change."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.money import format_minor
from millstream.live.actions.lock_show import lock_show
from millstream.live.models import RundownItem
from millstream.live.models.studio import QuickListing
from millstream.live.queries.studio import objects
from millstream.live.refusals import NotForSale, NotInRundown
from millstream.live.refusals.studio import PriceBelowFloor, PriceIsTheSellers
from millstream.live.rules import is_price_the_hosts
from millstream.pacts.api import floor_prices
from millstream.people.types import ActorId
from millstream.shops import api as shops
from millstream.shops.types import VariantId


@transaction.atomic
def change_price(show_id: UUID, variant: UUID, *, price_minor: int, currency: str, host: UUID, now: datetime) -> bool:
    """Set what a product of the rundown costs from now on; returns whether it changed.

    A host changes the price of own goods, and corrects a quick listing of this show while nothing of it is paid for
    and its household does not mind.
    Any other list price belongs to its seller: refused, a deal is the way. Never under an agreed floor price.
    """
    row = lock_show(show_id, host=host)
    item = RundownItem.objects.filter(show=row, variant_id=variant).first()
    if item is None:
        raise NotInRundown
    goods = shops.for_sale([VariantId(variant)]).get(VariantId(variant))
    if goods is None:
        raise NotForSale
    quick = QuickListing.objects.filter(show=row, variant_id=variant).exists() and not objects(goods.seller, host)
    if not is_price_the_hosts(goods.seller, host, quick=quick, sold=item.sold):
        raise PriceIsTheSellers
    floor = floor_prices([variant], host=host, now=now).get(variant)
    if floor is not None and price_minor < floor.price_minor:
        raise PriceBelowFloor(floor=format_minor(floor.price_minor, floor.currency))
    return shops.set_price(
        VariantId(variant), price_minor=price_minor, currency=currency, by=ActorId(goods.seller), now=now
    )
