"""What orders hear from below."""

from millstream.kernel.facts import Heard, Hint, hears
from millstream.logistics.facts import ParcelDelivered
from millstream.orders.actions.deliver_order import deliver_order


@hears(ParcelDelivered, name="orders.parcel_delivered")
def on_parcel_delivered(heard: Heard[ParcelDelivered]) -> list[Hint]:
    """A parcel arrived: its order is delivered and its return window starts, once."""
    deliver_order(heard.fact.order, delivered_at=heard.fact.at, now=heard.now)
    return []
