"""Start another attempt to pay an order whose last one was declined."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import NotFound
from millstream.orders.models import Order, Payment
from millstream.orders.refusals import HoldExpired, NotPayable
from millstream.orders.till.order_rows import insert_payment
from millstream.orders.types import OrderState, PaymentId, PaymentState


@transaction.atomic
def payment_to_make(order_id: UUID, *, now: datetime) -> PaymentId:
    """Return the open payment of a placed order, or start a new one after a decline.

    Refuses an order that is not waiting for money, or whose hold has run out.
    """
    order = Order.objects.unscoped("the caller showed a signed link").filter(id=order_id).select_for_update().first()
    if order is None:
        raise NotFound(what="order")
    if order.state == OrderState.EXPIRED or (order.state == OrderState.PLACED and order.expires_at <= now):
        raise HoldExpired
    if order.state != OrderState.PLACED:
        raise NotPayable(state=order.state)
    last = Payment.objects.filter(order_id=order_id).order_by("-id").first()
    if last is not None and last.state == PaymentState.OPEN:
        return PaymentId(last.id)
    payment_id = PaymentId(new_id())
    insert_payment(payment_id, order_id, now=now)
    return payment_id
