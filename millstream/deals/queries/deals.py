"""Deals of a show, what the till needs of them, and the prices that a variant really had."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from millstream.deals.models import GOING, Deal, ListSpan
from millstream.deals.queries.consent import least_prices
from millstream.deals.refusals import NoSuchDeal
from millstream.deals.types import (
    HISTORY_FOR,
    DealEnd,
    DealId,
    DealKind,
    DealRecord,
    DealState,
    LeastAsk,
    PriceSpan,
    SpecialPrice,
)
from millstream.shops.api import for_sale, pools
from millstream.shops.types import PoolId, PoolRecord, VariantId

MOST_DEALS: Final = 60
MOST_SPANS: Final = 1_000
TIME_SORTED: Final = 7
SOURCES: Final = {DealKind.WINDOW.value: "deal", DealKind.ROOM.value: "room"}


def deal_record(row: Deal, pool: PoolRecord | None) -> DealRecord:
    """The record of a row, with what is left of its allotment."""
    going = row.state in GOING
    left = None if row.size is None else pool.left if pool and going else 0 if row.pool_id or not going else row.size
    return DealRecord(
        id=DealId(row.id),
        show=row.show_id,
        host=row.host_id,
        seller=row.seller_id,
        variant=row.variant_id,
        kind=DealKind(row.kind),
        state=DealState(row.state),
        price_minor=row.price_minor,
        was_minor=row.was_minor,
        currency=row.currency,
        size=row.size,
        left=left,
        cap=row.cap,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        lowest_30_days=row.lowest_30_days,
        title=row.title,
        image=row.image,
        end=DealEnd(row.ended_why) if row.ended_why else None,
    )


def records_of(rows: Sequence[Deal], now: datetime) -> list[DealRecord]:
    """The records of rows; their allotments in one statement."""
    known = pools([row.pool_id for row in rows if row.pool_id], now=now)
    return [deal_record(row, known.get(PoolId(row.pool_id)) if row.pool_id else None) for row in rows]


def deal_of(deal_id: UUID, *, now: datetime) -> DealRecord:
    """One deal; refuses an unknown id."""
    row = Deal.objects.filter(id=deal_id).first()
    if row is None:
        raise NoSuchDeal
    return records_of([row], now)[0]


def deals_of(show: UUID, *, now: datetime) -> list[DealRecord]:
    """The deals of a show that are planned or open, those that are on first, and the soonest to end."""
    rows = list(Deal.objects.filter(show_id=show, state__in=GOING).order_by("planned_at", "id")[:MOST_DEALS])
    far = datetime.max.replace(tzinfo=UTC)
    going = [deal for deal in records_of(rows, now) if deal.closes_at is None or deal.closes_at > now]
    return sorted(going, key=lambda deal: (not deal.is_on(now), deal.opens_at or far, deal.closes_at or far))


def past_deals_of(show: UUID, *, now: datetime) -> list[DealRecord]:
    """The deals of a show that have ended, the last first."""
    rows = Deal.objects.filter(show_id=show).exclude(state__in=GOING).order_by("-ended_at", "-id")[:MOST_DEALS]
    return records_of(list(rows), now)


def room_prices(show: UUID, *, now: datetime) -> dict[UUID, DealRecord]:
    """The prices in the room that are planned or open, by variant."""
    rows = Deal.objects.filter(show_id=show, kind=DealKind.ROOM.value, state__in=GOING)[:MOST_DEALS]
    return {deal.variant: deal for deal in records_of(list(rows), now)}


def deal_prices(
    pairs: Iterable[tuple[UUID, UUID]], *, now: datetime, coming: bool = False
) -> dict[tuple[UUID, UUID], list[SpecialPrice]]:
    """The deals that are on now by (show, variant), the cheapest first, decided by the clock whatever was swept.

    One statement when there are none, three otherwise, for any number of pairs. A deal below what its maker agrees to
    by now is left out. With `coming` also those whose window is still to begin.
    """
    wanted = set(pairs)
    if not wanted:
        return {}
    rows = Deal.objects.filter(
        Q(closes_at__isnull=True) | Q(closes_at__gt=now),
        state__in=GOING,
        opens_at__isnull=False,
        show_id__in={show for show, _ in wanted},
        variant_id__in={variant for _, variant in wanted},
    )
    if not coming:
        rows = rows.filter(opens_at__lte=now)
    counting = [row for row in rows if (row.show_id, row.variant_id) in wanted]
    if not counting:
        return {}
    asks = [LeastAsk(row.variant_id, row.seller_id, row.host_id, row.was_minor) for row in counting]
    least = {row.id: found.minor for row, found in zip(counting, least_prices(asks, now=now), strict=True)}
    known = pools([row.pool_id for row in counting if row.pool_id], now=now)
    found: dict[tuple[UUID, UUID], list[SpecialPrice]] = {}
    for row in sorted(counting, key=lambda deal: (deal.price_minor, deal.kind)):
        if row.price_minor >= least[row.id]:
            special = _special(row, known.get(PoolId(row.pool_id)) if row.pool_id else None)
            found.setdefault((row.show_id, row.variant_id), []).append(special)
    return found


def _special(row: Deal, pool: PoolRecord | None) -> SpecialPrice:
    assert row.opens_at is not None
    return SpecialPrice(
        id=row.id,
        variant=row.variant_id,
        stock_item=row.stock_item_id if pool else None,
        price_minor=row.price_minor,
        price_source=SOURCES[row.kind],
        pool=row.pool_id,
        cap=row.cap,
        left=pool.left if pool else None,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
    )


def price_history(variant: UUID, *, now: datetime) -> list[PriceSpan]:
    """Every price at which a variant was offered to everybody lately, the oldest first: the shop's and of deals.

    Nothing is told of what is not known: a variant of which no list price was recorded begins when it was made, if
    its id says when, else now. Auctions are no offers to everybody. At most 1,000 of each kind.
    """
    until = now - HISTORY_FOR
    lists = ListSpan.objects.filter(Q(until__isnull=True) | Q(until__gt=until), variant_id=variant)
    spans = [
        PriceSpan("list", row.price_minor, row.since, row.until) for row in lists.order_by("since", "id")[:MOST_SPANS]
    ]
    if not spans:
        spans = _from_the_shop(variant, now)
    deals = Deal.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=until), variant_id=variant, opened_at__isnull=False
    )
    spans += [
        PriceSpan(SOURCES[row.kind], row.price_minor, row.opened_at or now, row.ended_at)
        for row in deals.order_by("opened_at")[:MOST_SPANS]
    ]
    return sorted(spans, key=lambda span: (span.since, span.source))


def _from_the_shop(variant: UUID, now: datetime) -> list[PriceSpan]:
    goods = for_sale([VariantId(variant)]).get(VariantId(variant))
    return [PriceSpan("list", goods.price_minor, made_at(variant) or now, None)] if goods else []


def made_at(row_id: UUID) -> datetime | None:
    """When a row was made, if its id says so (UUIDv7)."""
    if row_id.version != TIME_SORTED:
        return None
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, tz=UTC)
