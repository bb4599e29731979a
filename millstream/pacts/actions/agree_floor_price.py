"""Agree on a floor price."""

from datetime import datetime

from django.db import connection, transaction

from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.pacts.facts import FloorPriceAgreed
from millstream.pacts.models import FloorPrice
from millstream.pacts.types import FloorPriceId, FloorPriceSpec


@transaction.atomic
def agree_floor_price(spec: FloorPriceSpec, *, now: datetime) -> FloorPriceId:
    """Let a variant be offered at no less than a price, by a host or by anybody, in the place of the one before."""
    assert spec.price_minor > 0, "a floor price is above zero"
    with connection.cursor() as cursor:  # one change at a time for a variant
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('pacts.floor:' || %s, 0))", [str(spec.variant)])
    same = FloorPrice.objects.unscoped("the action names both sides").filter(
        variant=spec.variant, host=spec.host, valid_to__isnull=True
    )
    same.update(valid_to=now)
    row = FloorPrice(
        id=new_id(),
        variant=spec.variant,
        seller_id=spec.seller,
        host_id=spec.host,
        price_minor=spec.price_minor,
        currency=spec.currency,
        valid_from=now,
    )
    row.save(force_insert=True)
    told = FloorPriceAgreed(
        variant=spec.variant, seller=spec.seller, host=spec.host, price_minor=spec.price_minor, currency=spec.currency
    )
    record(told, now=now)
    return FloorPriceId(row.id)
