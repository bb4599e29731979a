"""What orders hear from below."""

from millstream.kernel.facts import Heard, Hint, hears
from millstream.logistics.facts import ParcelCalledBack, ParcelDelivered, ParcelLost
from millstream.orders.actions.deliver_order import deliver_order
from millstream.orders.actions.end_undelivered import end_undelivered
from millstream.orders.types import EndedWhy


@hears(ParcelDelivered, name="orders.parcel_delivered")
def on_parcel_delivered(heard: Heard[ParcelDelivered]) -> list[Hint]:
    """A parcel arrived: its order is delivered and its return window starts, once."""
    deliver_order(heard.fact.order, delivered_at=heard.fact.at, now=heard.now)
    return []


@hears(ParcelCalledBack, name="orders.parcel_came_back")
def on_parcel_came_back(heard: Heard[ParcelCalledBack]) -> list[Hint]:
    """A parcel is with its maker again: unless the order was called off, which gave everything back, it does now."""
    end_undelivered(heard.fact.order, EndedWhy.CAME_BACK, now=heard.now)
    return []


@hears(ParcelLost, name="orders.parcel_lost")
def on_parcel_lost(heard: Heard[ParcelLost]) -> list[Hint]:
    """Nobody has the parcel any more: the buyer gets everything back, and the platform a case."""
    end_undelivered(heard.fact.order, EndedWhy.LOST, now=heard.now)
    return []
