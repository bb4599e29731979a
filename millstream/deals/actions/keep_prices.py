"""Keep what the shop's prices really were, as facts tell them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.deals.models import ListSpan
from millstream.deals.queries.deals import made_at
from millstream.kernel.refusals import NotFound
from millstream.shops.api import product


@transaction.atomic
def begin_list_prices(product_id: UUID, slug: str, *, at: datetime) -> int:
    """A product is on sale from now on: its variants begin a span at their prices; returns how many."""
    try:
        listed = product(slug)
    except NotFound:  # withdrawn in the meantime: the next fact says so
        return 0
    running = set(
        ListSpan.objects.filter(product_id=product_id, until__isnull=True).values_list("variant_id", flat=True)
    )
    fresh = [
        ListSpan(
            variant_id=variant.id,
            product_id=product_id,
            price_minor=variant.price_minor,
            currency=variant.currency,
            since=at,
        )
        for variant in listed.variants
        if variant.id not in running
    ]
    ListSpan.objects.bulk_create(fresh)
    return len(fresh)


@transaction.atomic
def end_list_prices(product_id: UUID, *, at: datetime) -> int:
    """A product is not on sale any more: its running spans end; returns how many."""
    return ListSpan.objects.filter(product_id=product_id, until__isnull=True, since__lte=at).update(until=at)


@transaction.atomic
def change_list_price(
    variant: UUID, product_id: UUID, *, before_minor: int, price_minor: int, currency: str, at: datetime
) -> None:
    """The shop's price changed: the running span ends at what the price was before it, and the next one begins.

    Without a running span the variant was on sale since it was made, as far as its id says when.
    """
    ended = ListSpan.objects.filter(variant_id=variant, until__isnull=True, since__lte=at).update(
        until=at, price_minor=before_minor
    )
    made = made_at(variant)
    known = ListSpan.objects.filter(variant_id=variant).exists()
    if not ended and not known and made is not None and made < at:
        ListSpan.objects.create(
            variant_id=variant,
            product_id=product_id,
            price_minor=before_minor,
            currency=currency,
            since=made,
            until=at,
        )
    ListSpan.objects.create(
        variant_id=variant, product_id=product_id, price_minor=price_minor, currency=currency, since=at
    )
