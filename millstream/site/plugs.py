"""Where lower contexts get the answers that only upper ones have."""

from millstream.deals.ports import plug_shows
from millstream.gifts.ports import plug_shows as plug_gift_shows
from millstream.live.adapters.counters import plug_counters
from millstream.live.adapters.coupon_offers import CouponOffers
from millstream.live.adapters.deal_shows import DealShows
from millstream.live.adapters.gift_shows import GiftShows
from millstream.live.adapters.room_offers import RoomOffers
from millstream.live.adapters.show_streams import ShowStreams
from millstream.live.api import note_opening, promised_clips
from millstream.live.ports import plug_seller_ways
from millstream.logistics.adapters.sandbox import SandboxCarrier
from millstream.logistics.ports import plug_carrier
from millstream.media.ports import plug_clip_users, plug_streams
from millstream.orders.ports import plug_offers, plug_order_extras, plug_sheet_watcher
from millstream.people.ports import plug_browsers, plug_forget_person, plug_under_way
from millstream.places.ports import plug_who_is_here
from millstream.shops.adapters.makers_here import makers_here
from millstream.shops.ports import plug_desk_links, plug_desk_rows, plug_product_extras
from millstream.site.forgetting import bought_in, forget_person, under_way
from millstream.site.order_plugs import order_extras
from millstream.site.shop_plugs import desk_links, desk_rows, product_extras, seller_ways


def plug_all() -> None:
    """Plug every port; called once when Django is ready."""
    plug_offers(CouponOffers(RoomOffers()))
    plug_shows(DealShows())
    plug_gift_shows(GiftShows())
    plug_counters()
    plug_streams(ShowStreams())
    plug_carrier(SandboxCarrier())
    plug_who_is_here(makers_here)
    plug_forget_person(forget_person)
    plug_under_way(under_way)
    plug_browsers(bought_in)
    plug_product_extras(product_extras)
    plug_desk_rows(desk_rows)
    plug_desk_links(desk_links)
    plug_seller_ways(seller_ways)
    plug_clip_users(promised_clips)
    plug_order_extras(order_extras)
    plug_sheet_watcher(note_opening)
