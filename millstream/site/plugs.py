"""Where lower contexts get the answers that only upper ones have."""

from millstream.live.adapters.room_offers import RoomOffers
from millstream.live.adapters.show_streams import ShowStreams
from millstream.logistics.adapters.sandbox import SandboxCarrier
from millstream.logistics.ports import plug_carrier
from millstream.media.ports import plug_streams
from millstream.orders.ports import plug_offers


def plug_all() -> None:
    """Plug every port; called once when Django is ready."""
    plug_offers(RoomOffers())
    plug_streams(ShowStreams())
    plug_carrier(SandboxCarrier())
