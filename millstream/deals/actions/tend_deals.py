"""Tidy what the clock has decided: deals whose windows began or ended, deals that may not go on."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.deals.actions.close_deal import close_deal
from millstream.deals.actions.open_deal import least_of, tell_opened
from millstream.deals.models import GOING, Deal
from millstream.deals.queries.consent import least_prices
from millstream.deals.queries.deals import price_history
from millstream.deals.rules import pricing
from millstream.deals.types import DealEnd, DealId, DealState, LeastAsk
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

MOST_AT_ONCE: Final = 200


def tend_deals(*, now: datetime) -> int:
    """Open planned deals whose time has come and close those whose time is over; returns how many.

    Prices went by the clock all along: this says it to rooms and gives stock back. Again changes nothing.
    """
    over = Deal.objects.filter(state__in=GOING, closes_at__lte=now).order_by("closes_at", "id")
    done = sum(
        close_deal(DealId(deal), now=now, why=DealEnd.TIME)
        for deal in list(over.values_list("id", flat=True)[:MOST_AT_ONCE])
    )
    due = Deal.objects.filter(state=DealState.PLANNED.value, opens_at__lte=now).order_by("opens_at", "id")
    return done + sum(_begin(deal, now) for deal in list(due.values_list("id", flat=True)[:MOST_AT_ONCE]))


@transaction.atomic
def _begin(deal_id: UUID, now: datetime) -> bool:
    row = Deal.objects.filter(id=deal_id, state=DealState.PLANNED.value).first()
    if row is None:
        return False
    goods = for_sale([VariantId(row.variant_id)]).get(VariantId(row.variant_id))
    if goods is None or goods.price_minor <= row.price_minor:
        return close_deal(DealId(row.id), now=now, why=DealEnd.LIST_PRICE)
    least = least_of(goods, row.host_id, now)
    if least.minor > row.price_minor:
        return close_deal(DealId(row.id), now=now, why=DealEnd.FLOOR)
    lowest = pricing.is_lowest_30_days(row.price_minor, price_history(row.variant_id, now=now), now)
    changed = Deal.objects.filter(id=row.id, state=DealState.PLANNED.value).update(
        state=DealState.OPEN.value,
        opened_at=row.opens_at,
        was_minor=goods.price_minor,
        floor_minor=least.minor,
        lowest_30_days=lowest,
    )
    if changed:
        tell_opened(row, now)
    return bool(changed)


@transaction.atomic
def follow_list_price(variant: UUID, *, price_minor: int, now: datetime) -> int:
    """Hold the deals of a variant against its new price in the shop; returns how many were closed.

    A deal that is no better any more ends; the others tell the new price as the one that they beat.
    """
    going = list(Deal.objects.filter(variant_id=variant, state__in=GOING).order_by("id"))
    closed = 0
    for row in going:
        if price_minor <= row.price_minor:
            closed += close_deal(DealId(row.id), now=now, why=DealEnd.LIST_PRICE)
            continue
        changed = Deal.objects.filter(id=row.id, state__in=GOING).update(was_minor=price_minor)
        if changed and row.state == DealState.OPEN.value:
            tell_opened(row, now)
    return closed


@transaction.atomic
def follow_consent(variant: UUID, *, now: datetime) -> int:
    """End the deals of a variant that are below what its maker agrees to by now; returns how many."""
    going = list(Deal.objects.filter(variant_id=variant, state__in=GOING).order_by("id"))
    asks = [LeastAsk(row.variant_id, row.seller_id, row.host_id, row.was_minor) for row in going]
    return sum(
        close_deal(DealId(row.id), now=now, why=DealEnd.FLOOR)
        for row, least in zip(going, least_prices(asks, now=now), strict=True)
        if row.price_minor < least.minor
    )
