"""Call an order off before it is handed over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import record
from millstream.kernel.refusals import NotFound
from millstream.logistics.api import cancel_parcel
from millstream.orders.actions.ask_refund import ask_refund
from millstream.orders.facts import OrderCancelled
from millstream.orders.models import Line, Order
from millstream.orders.refusals import NotCancellable
from millstream.orders.types import OrderState
from millstream.shops.api import release_holds
from millstream.shops.types import HoldId


@transaction.atomic
def cancel_order(order_id: UUID, *, reason: str, by: UUID, now: datetime) -> None:
    """Call an order off: free its stock, or give its money back and call its parcel back.

    Refuses an order that has ended, was delivered, or whose parcel is already on its way.
    """
    orders = Order.objects.unscoped("who may cancel is decided by the caller")
    order = orders.filter(id=order_id).select_for_update().first()
    if order is None:
        raise NotFound(what="order")
    if order.state == OrderState.PLACED:
        _cancel_unpaid(order, reason, now)
    elif order.state == OrderState.PAID:
        _cancel_paid(order, reason, by, now)
    else:
        raise NotCancellable(state=order.state)
    record(OrderCancelled(order=order_id, seller=order.seller_id, by=by, reason=reason[:200]), now=now)


def _cancel_unpaid(order: Order, reason: str, now: datetime) -> None:
    placed = Order.objects.unscoped("guarded").filter(id=order.id, state=OrderState.PLACED)
    changed = placed.update(state=OrderState.CANCELLED, ended_at=now, ended_why=reason[:200])
    assert changed == 1, "an order changed under its lock"
    release_holds(_holds(order), reason="order cancelled", now=now)


def _cancel_paid(order: Order, reason: str, by: UUID, now: datetime) -> None:
    if not cancel_parcel(order.id, now=now):
        raise NotCancellable(state=order.state)
    ask_refund(order.id, amount_minor=None, reason=reason, by=by, now=now)
    refunded = Order.objects.unscoped("guarded").filter(id=order.id, state=OrderState.REFUNDED)
    assert refunded.update(ended_why=reason[:200]) == 1


def _holds(order: Order) -> list[HoldId]:
    return [HoldId(hold) for hold in Line.objects.filter(order_id=order.id).values_list("hold_id", flat=True)]
