"""What a room's page shows, put together from the doors below."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from millstream.deals.api import deal_prices, price_of_one, won_lots
from millstream.kernel.settings import conf
from millstream.live import api
from millstream.live.room.admission import write_pass
from millstream.live.room.server import viewers_of
from millstream.live.rules import buy_url, pin_data, product_url
from millstream.live.types import PinRecord, RundownRecord, ShowRecord, SpokenBy, TalkRole
from millstream.live.web.joining import joining
from millstream.live.web.passes import room_pass, speaker_of
from millstream.live.web.talk_lines import Place, chat_lines
from millstream.media import api as media
from millstream.media.types import StreamRecord
from millstream.people import api as people
from millstream.shops.api import for_sale
from millstream.shops.types import ForSale, VariantId

PORTRAIT: Final = "portrait"
LANDSCAPE: Final = "landscape"


@dataclass(frozen=True, slots=True)
class Goods:
    """A rundown with what shops say about its products now; withdrawn ones have no `ForSale`."""

    items: Sequence[RundownRecord]
    known: dict[VariantId, ForSale]
    shown: Sequence[PinRecord]

    @property
    def pinned(self) -> PinRecord | None:
        """What is being explained."""
        return next((pin for pin in reversed(self.shown) if pin.unpinned_at is None), None)

    def sellers(self) -> set[UUID]:
        """Whose goods are in the rundown."""
        return {goods.seller for goods in self.known.values()}


def goods_of(show: ShowRecord) -> Goods:
    """The rundown of a show as it can be sold now."""
    items = api.rundown(show.id)
    known = for_sale([VariantId(item.variant) for item in items])
    return Goods(items, known, api.pins(show.id))


def socket_path(show: ShowRecord, by: SpokenBy) -> str:
    """Where the page's socket goes, with the pass that tells the room server who reads the page."""
    told = write_pass(room_pass(show, by))
    place = conf()
    apart = place.room_origin.replace("http", "ws", 1) if place.room_origin != place.public_origin else ""
    return f"{apart}/ws/rooms/{show.room}?{urlencode({'pass': told})}"


def player(stream: StreamRecord, show: ShowRecord) -> dict[str, str]:
    """Where the picture of a live show comes from."""
    place = media.playback_of(stream)
    return {
        "src": place.src,
        "plain_src": place.plain,
        "audio_src": place.audio or "",
        "stills_src": place.thumb or "",
        "state_url": place.state_url,
        "poster": show.poster,
        "shape": shape_of(stream),
    }


def shape_of(stream: StreamRecord) -> str:
    """Whether the picture stands or lies."""
    return PORTRAIT if stream.height > stream.width else LANDSCAPE


def pin_of(show: ShowRecord, goods: Goods) -> dict[str, Any] | None:
    """The pinned product as the pin card shows it."""
    pinned = goods.pinned
    found = goods.known.get(VariantId(pinned.variant)) if pinned else None
    return pin_data(found, show.id) if found else None


def is_known(by: SpokenBy) -> bool:
    """Whether the reader has left a contact: nobody else buys with one press, or bids."""
    return by.actor is not None or by.role is TalkRole.BUYER


def dressed_pin(show: ShowRecord, goods: Goods, by: SpokenBy, now: datetime) -> dict[str, Any] | None:
    """The pinned product as this reader would pay for one of it, and all prices that its card has to know of.

    `deal` is the price that counts now (None: the shop's), `deals_json` what the script needs as the clock goes on.
    """
    pinned = goods.pinned
    found = goods.known.get(VariantId(pinned.variant)) if pinned else None
    if found is None:
        return None
    place = (show.id, found.variant_id)
    deals = deal_prices([place], now=now, coming=True).get(place, [])
    ask = (found.variant_id, by.visitor, by.actor)
    lots = won_lots([ask] if is_known(by) else [], now=now)
    price = price_of_one(found.price_minor, deals, lots.get(ask), now)
    pin = pin_data(found, show.id, deals)
    left = max(found.left, (price.left or 0) if price else 0)
    return pin | {"stock": found.left, "left": left, "deal": price, "deals_json": json.dumps(pin["deals"])}


def rundown_rows(show: ShowRecord, goods: Goods) -> list[dict[str, Any]]:
    """The rundown as the room lists it, without what cannot be sold any more."""
    shown = {pin.variant for pin in goods.shown}
    now = goods.pinned.variant if goods.pinned else None
    rows = []
    for number, item in enumerate(goods.items, start=1):
        found = goods.known.get(VariantId(item.variant))
        if found is None:
            continue
        state = "now" if item.variant == now else "done" if item.variant in shown else "next"
        rows.append(
            {
                "position": number,
                "variant": item.variant,
                "title": found.title,
                "variant_title": found.variant_title,
                "image": found.image,
                "price_minor": found.price_minor,
                "currency": found.currency,
                "left": found.left,
                "url": product_url(found),
                "buy_url": buy_url(item.variant, show.id),
                "note": item.note,
                "sold": item.sold,
                "state": state,
            }
        )
    return rows


def places(show: ShowRecord, goods: Goods) -> list[Place]:
    """The products as the talk names them: `#1` is the first of the rundown, sold out or not."""
    found = [(number, goods.known.get(VariantId(item.variant))) for number, item in enumerate(goods.items, start=1)]
    return [
        Place(number, known.variant_id, known.title, buy_url(known.variant_id, show.id))
        for number, known in found
        if known is not None
    ]


def room_context(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """Everything that `room.html` needs."""
    goods = goods_of(show)
    by = speaker_of(request, show, goods.sellers())
    names = ("show", "trade", "say", "like", "talk", "over")
    paths = {name: reverse(f"live:{name}", args=[show.slug]) for name in names}
    return {
        "id": show.room,
        "show": show.id,
        "url": paths["show"],
        "title": show.title,
        "story": show.story,
        "host": people.actor(show.host).name,
        "state": show.state.value,
        "viewers": viewers_of(show.room),
        "likes": show.likes,
        "last": show.last_trade,
        "socket": socket_path(show, by),
        "catch_up": paths["trade"],
        "talk_url": paths["talk"],
        "over_url": paths["over"],
        "say_url": paths["say"],
        "like_url": paths["like"],
        "name": by.name,
        "role": by.role.value,
        "player": player(media.stream(show.stream), show),
        "pin": dressed_pin(show, goods, by, request.now()),  # type: ignore[attr-defined]
        "quick_buy": is_known(by),
        "talk": chat_lines(api.talk(show.id), places(show, goods), paths["show"]),
        "rundown": rundown_rows(show, goods),
        **joining(request, show, by),
    }
