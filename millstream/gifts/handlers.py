"""What gifts hear from below: orders that came to nothing give their coupons back."""

from typing import Any

from millstream.gifts.actions.use_coupons import free_coupons
from millstream.kernel.facts import Heard, Hint, hears
from millstream.orders.facts import OrderCancelled, OrderExpired, OrderRefunded


@hears(OrderExpired, OrderCancelled, OrderRefunded, name="gifts.free_coupons")
def give_coupons_back(heard: Heard[Any]) -> list[Hint]:
    """An order ended unpaid, was called off, or its whole money went back: its coupon can be used again."""
    fact: OrderExpired | OrderCancelled | OrderRefunded = heard.fact
    if not isinstance(fact, OrderRefunded) or fact.whole:
        free_coupons([fact.order])
    return []
