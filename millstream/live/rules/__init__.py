"""Pure decisions about shows, rundowns and talk."""

from millstream.live.rules.devices import device_kind
from millstream.live.rules.shows import (
    GOP_WANTED_MS,
    LATE_BY,
    LONGEST_SLUG,
    agreement,
    buy_url,
    doors_open_at,
    in_order,
    is_gop_too_long,
    is_price_the_hosts,
    is_too_late,
    pin_data,
    price_data,
    product_url,
    show_url,
    slug_from,
    takes_picture,
    wire_time,
)

__all__ = [
    "GOP_WANTED_MS",
    "LATE_BY",
    "LONGEST_SLUG",
    "agreement",
    "buy_url",
    "device_kind",
    "doors_open_at",
    "in_order",
    "is_gop_too_long",
    "is_price_the_hosts",
    "is_too_late",
    "pin_data",
    "price_data",
    "product_url",
    "show_url",
    "slug_from",
    "takes_picture",
    "wire_time",
]
