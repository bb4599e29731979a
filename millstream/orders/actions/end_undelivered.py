"""End an order whose parcel will not arrive: it came back to its maker, or it was written off."""

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.orders.actions.ask_refund import ask_refund
from millstream.orders.actions.call_back_goods import call_back_goods
from millstream.orders.actions.open_case import CaseAsk, open_cases
from millstream.orders.models import Order
from millstream.orders.types import CaseKind, EndedWhy, OrderState
from millstream.shops.refusals import TooMuchReturned

log = logging.getLogger(__name__)

_REASONS: Final = {EndedWhy.CAME_BACK: "the parcel came back", EndedWhy.LOST: "the parcel was lost"}


@transaction.atomic
def end_undelivered(order_id: UUID, why: EndedWhy, *, now: datetime) -> bool:
    """Give a buyer everything back, delivery too, because nothing will arrive; False when the order had ended.

    Goods that came back are for sale again, those of an order that was refunded on its way too. Goods that were lost
    are gone, and the maker has neither them nor the money: a case lets the platform settle that with whoever had
    the parcel.
    """
    orders = Order.objects.unscoped("logistics tells what became of the parcel")
    order = orders.filter(id=order_id).select_for_update().first()
    if order is None or order.state != OrderState.PAID:
        if order is not None and order.state == OrderState.REFUNDED and why is EndedWhy.CAME_BACK:
            _shelve(order, now)
        return False
    ask_refund(order_id, amount_minor=None, reason=_REASONS[why], by=None, now=now)
    ended = Order.objects.unscoped("guarded").filter(id=order_id, state=OrderState.REFUNDED)
    assert ended.update(ended_why=why.value) == 1, "an order changed under its lock"
    if why is EndedWhy.LOST:
        detail = {"amount_minor": order.goods_minor, "currency": order.currency}
        open_cases([CaseAsk(CaseKind.PARCEL_LOST, str(order_id), order_id, None, detail)], now=now)
    return True


def _shelve(order: Order, now: datetime) -> None:
    """The money went back before: the goods are all that is left to do."""
    try:
        with transaction.atomic():
            call_back_goods(order, now=now)
    except TooMuchReturned:
        # Called off before lines were returned under their own ids: the goods are on the shelf.
        log.info("the goods of %s were returned before", order.code)
