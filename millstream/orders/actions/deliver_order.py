"""Write that an order has arrived; its return window starts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.orders import facts, rules
from millstream.orders.models import Order
from millstream.orders.refusals import DemoOnly, NotDeliverable, NotDelivered
from millstream.orders.types import OrderState


@transaction.atomic
def deliver_order(order_id: UUID, *, delivered_at: datetime, now: datetime, pressed_by: UUID | None = None) -> bool:
    """Start the return window of a paid order; False when it was delivered before. Refuses any other state."""
    order = Order.objects.unscoped("delivery is told by logistics").filter(id=order_id).select_for_update().first()
    if order is None:
        raise NotFound(what="order")
    if order.state in (OrderState.DELIVERED, OrderState.RELEASED, OrderState.REFUNDED):
        return False
    if order.state != OrderState.PAID:
        raise NotDeliverable(state=order.state)
    releasable_at = rules.releasable_from(delivered_at, order.return_window_seconds)
    moved = Order.objects.unscoped("guarded").filter(id=order_id, state=OrderState.PAID)
    changed = moved.update(state=OrderState.DELIVERED, delivered_at=delivered_at, releasable_at=releasable_at)
    assert changed == 1, "an order changed under its lock"
    told = facts.OrderDelivered(
        order=order_id,
        seller=order.seller_id,
        delivered_at=delivered_at,
        releasable_at=releasable_at,
        pressed_by=pressed_by,
    )
    record(told, now=now)
    return True


@transaction.atomic
def end_return_window(order_id: UUID, *, pressed_by: UUID, now: datetime) -> None:
    """Let the money of a delivered order go at the next sweep. In a demo only."""
    if not conf().demo:
        raise DemoOnly
    order = Order.objects.unscoped("the operator of a demo").filter(id=order_id).select_for_update().first()
    if order is None:
        raise NotFound(what="order")
    delivered = Order.objects.unscoped("guarded").filter(id=order_id, state=OrderState.DELIVERED)
    if delivered.update(releasable_at=now) == 0:
        raise NotDelivered(state=order.state)
    record(facts.ReturnWindowEnded(order=order_id, pressed_by=pressed_by), now=now)


def deliver_now(order_id: UUID, *, pressed_by: UUID, now: datetime) -> None:
    """Write that an order has arrived without waiting for its parcel. In a demo only."""
    if not conf().demo:
        raise DemoOnly
    deliver_order(order_id, delivered_at=now, now=now, pressed_by=pressed_by)
