"""Open a shop."""

from datetime import datetime

from django.db import IntegrityError, transaction

from millstream.shops.models import Shop
from millstream.shops.refusals import SlugTaken
from millstream.shops.types import ShopId, ShopSpec


@transaction.atomic
def open_shop(spec: ShopSpec, *, now: datetime) -> ShopId:
    """Open a shop for an actor; its currency stays for good. Refuses an address that is taken."""
    try:
        with transaction.atomic():
            Shop.objects.create(
                id=spec.id,
                actor_id=spec.actor,
                slug=spec.slug,
                name=dict(spec.name),
                story=dict(spec.story),
                place_id=spec.place_id,
                station_actor_id=spec.station_actor,
                currency=spec.currency,
                opened_at=now,
            )
    except IntegrityError as error:
        if Shop.objects.filter(slug=spec.slug).exists():
            raise SlugTaken(slug=spec.slug) from error
        raise
    return spec.id
