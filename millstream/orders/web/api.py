"""The REST door of orders: buying (as Django answers it; a web process answers guests before), and one's own orders."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Header, Query, Router, Schema, Status

from millstream.kernel.refusals import NotAllowed
from millstream.kernel.web.asking import asking_network
from millstream.orders import api
from millstream.orders.links import order_path
from millstream.orders.types import OrderRecord
from millstream.orders.web.lean import buy, limit_buys
from millstream.people.access import ANYBODY
from millstream.people.acting import Acting, acting_as_of

router = Router(tags=["orders"])

MOST_ORDERS = 200


class BuyIn(Schema):
    """A purchase. Contact and address may be left out by a visitor who bought before."""

    variant: UUID
    quantity: int = 1
    show: UUID | None = None
    contact: str = ""
    name: str = ""
    address: str = ""
    phone: str = ""
    price_minor: int | None = None
    coupon: str = ""


class BuyOut(Schema):
    """The order that stands, and where it is paid. The same key and body give the same answer."""

    order: UUID
    code: str
    state: str
    goods_minor: int
    delivery_minor: int
    total_minor: int
    currency: str
    expires_at: datetime
    order_url: str
    pay_url: str


class LineOut(Schema):
    """One variant of an order."""

    variant: UUID
    title: dict[str, str]
    quantity: int
    price_minor: int
    discount_minor: int
    goods_minor: int


class OrderOut(Schema):
    """An order as its buyer and its seller see it."""

    order: UUID
    code: str
    state: str
    side: str
    goods_minor: int
    delivery_minor: int
    total_minor: int
    refunded_minor: int
    currency: str
    placed_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None
    releasable_at: datetime | None
    released_at: datetime | None
    lines: list[LineOut]
    order_url: str


class OrdersOut(Schema):
    """A page of orders, newest first; `next_after` asks for the next one."""

    orders: list[OrderOut]
    next_after: str | None


class Asked(Schema):
    """Which page."""

    after: UUID | None = None
    limit: int = 50


@router.post(
    "/buy",
    response={200: BuyOut, 201: BuyOut},
    auth=ANYBODY,
    summary="Buy: hold the goods and open the payment",
    openapi_extra={"security": [{}, {"ByKey": []}]},
)
async def buy_goods(
    request: HttpRequest, wanted: BuyIn, idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = ""
) -> Status[dict[str, Any]]:
    """Place one order through the till. 201 when it was placed now, 200 when the same request placed it before.

    With a key the acting actor buys, without one a guest.
    """
    acting = await sync_to_async(acting_as_of)(request)
    visitor = acting.visitor
    limit_buys(visitor, asking_network(request))
    buyer = acting.actor.id if acting.actor else None
    told: dict[str, Any] = wanted.dict()
    status, answer = await buy(
        told, key=idempotency_key, visitor=visitor, language=get_language() or "en", buyer_id=buyer
    )
    return Status(status, answer)


@router.get("/orders", response=OrdersOut, summary="What you bought and sold")
def orders(request: HttpRequest, asked: Annotated[Asked, Query()]) -> dict[str, Any]:
    """The orders of the acting actor, newest first."""
    actor = _actor(request)
    page = api.orders_of(actor, after=asked.after, size=min(max(asked.limit, 1), MOST_ORDERS))
    return {"orders": [_told(record, actor) for record in page.items], "next_after": page.next_after}


@router.get("/orders/{code}", response=OrderOut, summary="One order of yours")
def order(request: HttpRequest, code: str) -> dict[str, Any]:
    """An order that the acting actor buys or sells."""
    actor = _actor(request)
    return _told(api.order_of_actor(code, actor), actor)


def _actor(request: HttpRequest) -> UUID:
    acting: Acting = acting_as_of(request)
    if acting.actor_id is None:
        raise NotAllowed(path=request.path)
    return acting.actor_id


def _told(record: OrderRecord, actor: UUID) -> dict[str, Any]:
    return {
        "order": record.id,
        "code": record.code,
        "state": record.state.value,
        "side": "bought" if record.buyer == actor else "sold",
        "goods_minor": record.goods_minor,
        "delivery_minor": record.delivery_minor,
        "total_minor": record.total_minor,
        "refunded_minor": record.refunded_minor,
        "currency": record.currency,
        "placed_at": record.placed_at,
        "paid_at": record.paid_at,
        "delivered_at": record.delivered_at,
        "releasable_at": record.releasable_at,
        "released_at": record.released_at,
        "lines": [
            {
                "variant": line.variant_id,
                "title": dict(line.title),
                "quantity": line.quantity,
                "price_minor": line.price_minor,
                "discount_minor": line.discount_minor,
                "goods_minor": line.goods_minor,
            }
            for line in record.lines
        ],
        "order_url": order_path(record.id, record.code) if record.buyer == actor else f"/desk/orders/{record.code}/",
    }
