"""Prices in the room: agreed beforehand, on from the show's beginning to its end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.deals.actions.close_deal import close_deal
from millstream.deals.actions.open_deal import frozen, goods_of, least_of, tell_opened
from millstream.deals.models import GOING, Deal
from millstream.deals.queries.deals import price_history
from millstream.deals.refusals import BelowFloor, DealRunning, NotAgreed
from millstream.deals.rules import pricing
from millstream.deals.types import DealEnd, DealId, DealKind, DealState, RoomPriceSpec
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.shops.api import close_pool, open_pool
from millstream.shops.refusals import SoldOut
from millstream.shops.types import PoolId, PoolKind, StockItemId


@transaction.atomic
def plan_room_price(spec: RoomPriceSpec, *, now: datetime) -> DealId:
    """Promise a price in the room, in the place of one planned before; refuses to change one that is on.

    The allotment, if there is one, is carved when the show begins: as much of it as is free by then.
    """
    goods = goods_of(spec.variant)
    least = least_of(goods, spec.host, now)
    pricing.check_price(spec.price_minor, list_minor=goods.price_minor, least=least, currency=goods.shop_currency)
    pricing.check_allotment(spec.size, spec.cap)
    before = _room_price(spec.show, spec.variant)
    if before is not None:
        if before.state == DealState.OPEN.value:
            raise DealRunning
        close_deal(DealId(before.id), now=now)
    row = Deal(
        id=new_id(),
        show_id=spec.show,
        host_id=spec.host,
        **frozen(goods),
        kind=DealKind.ROOM.value,
        state=DealState.PLANNED.value,
        price_minor=spec.price_minor,
        floor_minor=least.minor,
        size=spec.size,
        cap=spec.cap,
        planned_at=now,
    )
    row.save(force_insert=True)
    return DealId(row.id)


def drop_room_price(show: UUID, variant: UUID, *, now: datetime) -> bool:
    """Take a price in the room back, planned or on; returns whether there was one."""
    row = _room_price(show, variant)
    return row is not None and close_deal(DealId(row.id), now=now)


def open_room_prices(show: UUID, *, now: datetime) -> int:
    """Let the planned prices of a show that has begun be on; returns how many. Again changes nothing.

    A price that is not below the shop's any more, is below what the maker agrees to by now, or finds nothing free is
    cancelled.
    """
    planned = Deal.objects.filter(show_id=show, kind=DealKind.ROOM.value, state=DealState.PLANNED.value)
    return sum(_open(deal, now) for deal in list(planned.order_by("id").values_list("id", flat=True)))


@transaction.atomic
def _open(deal_id: UUID, now: datetime) -> bool:
    row = Deal.objects.filter(id=deal_id, state=DealState.PLANNED.value).first()
    if row is None:
        return False
    try:
        goods = goods_of(row.variant_id)
        least = least_of(goods, row.host_id, now)
        pricing.check_price(row.price_minor, list_minor=goods.price_minor, least=least, currency=row.currency)
        pool, size = _carve(row, goods.left, now)
    except SoldOut:
        close_deal(DealId(row.id), now=now, why=DealEnd.NO_STOCK)
        return False
    except Refusal as refusal:
        why = DealEnd.FLOOR if isinstance(refusal, BelowFloor | NotAgreed) else DealEnd.LIST_PRICE
        close_deal(DealId(row.id), now=now, why=why)
        return False
    lowest = pricing.is_lowest_30_days(row.price_minor, price_history(row.variant_id, now=now), now)
    changed = Deal.objects.filter(id=row.id, state=DealState.PLANNED.value).update(
        state=DealState.OPEN.value,
        opens_at=now,
        opened_at=now,
        pool_id=pool,
        size=size,
        was_minor=goods.price_minor,
        floor_minor=least.minor,
        lowest_30_days=lowest,
    )
    if not changed:  # its host took it back meanwhile
        if pool is not None:
            close_pool(pool, now=now)
        return False
    tell_opened(row, now)
    return True


def _carve(row: Deal, free: int, now: datetime) -> tuple[PoolId | None, int | None]:
    """The allotment as far as it is free; none for a price for everything."""
    if row.size is None:
        return None, None
    pool, size = PoolId(new_id()), min(row.size, free)
    if size < 1:
        raise SoldOut(left=0)
    open_pool(pool, stock_item_id=StockItemId(row.stock_item_id), kind=PoolKind.DEAL, size=size, now=now)
    return pool, size


def _room_price(show: UUID, variant: UUID) -> Deal | None:
    return Deal.objects.filter(show_id=show, variant_id=variant, kind=DealKind.ROOM.value, state__in=GOING).first()
