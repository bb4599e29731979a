"""Where lower contexts get the answers that only upper ones have."""

from millstream.live.adapters.room_offers import RoomOffers
from millstream.live.adapters.show_streams import ShowStreams
from millstream.logistics.adapters.sandbox import SandboxCarrier
from millstream.logistics.ports import plug_carrier
from millstream.media.ports import plug_streams
from millstream.orders.ports import plug_offers
from millstream.places.ports import plug_who_is_here
from millstream.shops.adapters.makers_here import makers_here
from millstream.shops.ports import plug_desk_rows, plug_product_extras
from millstream.site.shop_plugs import desk_rows, product_extras


def plug_all() -> None:
    """Plug every port; called once when Django is ready."""
    plug_offers(RoomOffers())
    plug_streams(ShowStreams())
    plug_carrier(SandboxCarrier())
    plug_who_is_here(makers_here)
    plug_product_extras(product_extras)
    plug_desk_rows(desk_rows)
