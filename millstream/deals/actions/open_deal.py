"""Open a deal, now or for later."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from millstream.deals.actions.close_deal import close_deal
from millstream.deals.facts import DealOpened
from millstream.deals.models import GOING, Deal
from millstream.deals.queries.consent import least_prices
from millstream.deals.queries.deals import price_history, records_of
from millstream.deals.refusals import DealRunning, NotInShow
from millstream.deals.rules import pricing
from millstream.deals.types import DealEnd, DealId, DealKind, DealRecord, DealSpec, DealState, Least, LeastAsk
from millstream.kernel.facts import record
from millstream.kernel.ids import new_id
from millstream.shops.api import for_sale, open_pool
from millstream.shops.types import ForSale, PoolId, PoolKind, VariantId


def open_deal(spec: DealSpec, *, now: datetime) -> DealRecord:
    """Carve the allotment and let the deal be on for its window, which may begin later.

    Refuses goods of a maker who agreed to no lower price (`NotAgreed`), a price that is not below the shop's or is
    below the maker's floor price (`BelowFloor` tells it), a window or an allotment that cannot be, more units than are
    free (`shops.SoldOut`), a second deal of a product in a show.
    The caller has checked who may direct the show and that the product is in its rundown.
    """
    try:
        return _open(spec, now)
    except IntegrityError as broken:
        if "one_deal_going_in_a_show" not in str(broken):
            raise
        raise DealRunning from None


@transaction.atomic
def _open(spec: DealSpec, now: datetime) -> DealRecord:
    goods = goods_of(spec.variant)
    least = least_of(goods, spec.host, now)
    pricing.check_price(spec.price_minor, list_minor=goods.price_minor, least=least, currency=goods.shop_currency)
    pricing.check_allotment(spec.size, spec.cap)
    opens_at, closes_at = pricing.window_of(spec.opens_at, spec.lasts, now)
    make_room(spec.show, spec.variant, DealKind.WINDOW, now)
    pool = PoolId(new_id())
    open_pool(pool, stock_item_id=goods.stock_item_id, kind=PoolKind.DEAL, size=spec.size, now=now)
    is_open = opens_at <= now
    row = Deal(
        id=new_id(),
        show_id=spec.show,
        host_id=spec.host,
        **frozen(goods),
        pool_id=pool,
        kind=DealKind.WINDOW.value,
        state=(DealState.OPEN if is_open else DealState.PLANNED).value,
        price_minor=spec.price_minor,
        floor_minor=least.minor,
        size=spec.size,
        cap=spec.cap,
        opens_at=opens_at,
        closes_at=closes_at,
        planned_at=now,
        opened_at=now if is_open else None,
        lowest_30_days=pricing.is_lowest_30_days(spec.price_minor, price_history(spec.variant, now=now), now),
    )
    row.save(force_insert=True)
    if is_open:
        tell_opened(row, now)
    return records_of([row], now)[0]


def goods_of(variant: UUID) -> ForSale:
    """The variant as it sells now; refuses one that is not for sale."""
    goods = for_sale([VariantId(variant)]).get(VariantId(variant))
    if goods is None:
        raise NotInShow
    return goods


def least_of(goods: ForSale, host: UUID, now: datetime) -> Least:
    """The least at which this host may offer these goods now, by their maker's consent."""
    ask = LeastAsk(goods.variant_id, goods.seller, host, goods.price_minor)
    return least_prices([ask], now=now)[0]


def frozen(goods: ForSale) -> dict[str, object]:
    """What is frozen of the goods on a deal."""
    return {
        "shop_id": goods.shop_id,
        "seller_id": goods.seller,
        "variant_id": goods.variant_id,
        "stock_item_id": goods.stock_item_id,
        "currency": goods.shop_currency,
        "was_minor": goods.price_minor,
        "title": dict(goods.title),
        "image": goods.image,
    }


def make_room(show: UUID, variant: UUID, kind: DealKind, now: datetime) -> None:
    """Refuse a second deal of a product in a show; one whose window is over is closed first, swept or not."""
    going = Deal.objects.filter(show_id=show, variant_id=variant, kind=kind.value, state__in=GOING)
    for row in list(going):
        if row.closes_at is None or row.closes_at > now:
            raise DealRunning
        close_deal(DealId(row.id), now=now, why=DealEnd.TIME)


def tell_opened(row: Deal, now: datetime) -> None:
    """Record that a deal is on."""
    record(
        DealOpened(
            deal=row.id,
            show=row.show_id,
            variant=row.variant_id,
            price_minor=row.price_minor,
            currency=row.currency,
        ),
        now=now,
    )
