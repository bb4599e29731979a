"""What a room's page shows, put together from the doors below."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.room.admission import PASS_SECONDS, RoomPass, guest_name, write_pass
from millstream.live.room.server import viewers_of
from millstream.live.rules import buy_url, pin_data, product_url
from millstream.live.types import PinRecord, RundownRecord, ShowRecord, ShowState, SpokenBy, TalkRole
from millstream.media import api as media
from millstream.media.types import StreamRecord
from millstream.people import api as people
from millstream.people.acting import Acting, acting_as_of
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


def speaker(request: HttpRequest, show: ShowRecord, sellers: set[UUID]) -> SpokenBy:
    """As whom the reader of the page talks in this room."""
    acting = acting_as_of(request)
    role = talk_role(acting, show, sellers)
    name = localised(acting.actor.name) if acting.actor is not None else guest_name(acting.visitor)
    return SpokenBy(visitor=acting.visitor, name=name[:40], role=role)


def talk_role(acting: Acting, show: ShowRecord, sellers: set[UUID]) -> TalkRole:
    """Host before moderator before maker before buyer before guest."""
    if acting.actor is not None and acting.actor.id == show.host:
        return TalkRole.HOST
    if acting.is_operator:
        return TalkRole.MODERATOR
    if acting.actor is not None and acting.actor.id in sellers:
        return TalkRole.MAKER
    return TalkRole.BUYER if acting.actor_id is not None else TalkRole.GUEST


def socket_path(show: ShowRecord, by: SpokenBy) -> str:
    """Where the page's socket goes, with the pass that tells the room server who reads the page."""
    until = int(time.time()) + PASS_SECONDS
    told = write_pass(RoomPass(show.room, by.visitor, by.name, by.role.value, until))
    place = conf()
    apart = place.room_origin.replace("http", "ws", 1) if place.room_origin != place.public_origin else ""
    return f"{apart}/ws/rooms/{show.room}?{urlencode({'pass': told})}"


def player(stream: StreamRecord, show: ShowRecord) -> dict[str, str]:
    """Where the picture of a live show comes from."""
    base = f"{conf().media_origin}/live/{stream.playback}"
    return {
        "src": f"{base}/index.m3u8",
        "state_url": f"{base}/state.json",
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


def rundown_rows(show: ShowRecord, goods: Goods) -> list[dict[str, Any]]:
    """The rundown as the room lists it, without what cannot be sold any more."""
    shown = {pin.variant for pin in goods.shown}
    now = goods.pinned.variant if goods.pinned else None
    rows = []
    for item in goods.items:
        found = goods.known.get(VariantId(item.variant))
        if found is None:
            continue
        state = "now" if item.variant == now else "done" if item.variant in shown else "next"
        rows.append(
            {
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


def room_context(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """Everything that `room.html` needs."""
    goods = goods_of(show)
    by = speaker(request, show, goods.sellers())
    paths = {name: reverse(f"live:{name}", args=[show.slug]) for name in ("show", "trade", "say", "like")}
    return {
        "id": show.room,
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
        "say_url": paths["say"],
        "like_url": paths["like"],
        "may_talk": show.state in (ShowState.PLANNED, ShowState.LIVE),
        "name": by.name,
        "player": player(media.stream(show.stream), show),
        "pin": pin_of(show, goods),
        "talk": api.talk(show.id),
        "rundown": rundown_rows(show, goods),
    }
