"""Invented goods, people and journeys for the living style guide; never stored, never shown as a town's own."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from millstream.kernel.texts import both
from millstream.kernel.web.assets import asset_url
from millstream.kernel.web.town_map import MapNode, TownMap, draw_town_map
from millstream.site.web.desk import MONEY, SHOP

POT, TEA, BASKET, SHOW = (f"pictures/{name}.svg" for name in ("pot", "tea", "basket", "show"))
JAR = both("Celadon storage jar, wood-fired", "柴烧青瓷储物罐")
WHITE_TEA = both("White tea, first spring picking", "头春白茶")
FRUIT_BASKET = both("Split-bamboo fruit basket with a plaited rim, large", "篾编收口果篮（大号）")
AMINA = both("Amina's kiln", "阿米娜窑")
DAO = both("Dao Lin", "林道")
UPPER_ROW = both("Upper Row", "上行村")


def products() -> list[dict[str, Any]]:
    """Give goods in every state of price and stock."""
    return [
        _product(JAR, POT, AMINA, minor=26800, was_minor=32800, left=3),
        _product(WHITE_TEA, TEA, both("Lu household", "陆家"), minor=9650, was_minor=None, left=48),
        _product(FRUIT_BASKET, BASKET, both("Bo's weaving room", "阿波篾坊"), minor=128000, was_minor=None, left=0),
        _product(JAR, "", AMINA, minor=5000, was_minor=None, left=12),
    ]


def _product(
    title: dict[str, str], picture: str, maker: dict[str, str], *, minor: int, was_minor: int | None, left: int
) -> dict[str, Any]:
    return {
        "url": "#product",
        "title": title,
        "picture": asset_url(picture) if picture else "",
        "minor": minor,
        "was_minor": was_minor,
        "currency": "CNY",
        "left": left,
        "maker": maker,
        "place": UPPER_ROW,
    }


def shows(now: datetime) -> list[dict[str, Any]]:
    """Give a show in each of its states."""
    title = both("An evening at the wheel: jars and tea bowls", "轮边一夜：罐与茶碗")
    common = {"url": "#show", "title": title, "host": DAO, "picture": asset_url(SHOW)}
    return [
        {**common, "state": "live", "viewers": 1204, "starts_at": now},
        {**common, "state": "planned", "starts_at": now + timedelta(hours=3), "viewers": None},
        {**common, "state": "ended", "starts_at": now - timedelta(days=2), "viewers": None},
    ]


def pin() -> dict[str, Any]:
    """Give a pinned product."""
    return {
        "product": "jar",
        "variant": "jar-large",
        "title": JAR,
        "image": asset_url(POT),
        "price_minor": 26800,
        "currency": "CNY",
        "left": 3,
        "url": "#product",
        "buy_url": "#buy",
    }


def talk() -> list[dict[str, str]]:
    """Give a few lines of chat by everyone who may talk."""
    return [
        {"id": "1", "name": "Guest 4821", "role": "guest", "text": _("How tall is the jar?")},
        {"id": "2", "name": "Dao", "role": "host", "text": _("A hand and a half, and it holds a whole brick of tea.")},
        {"id": "3", "name": "Amina", "role": "maker", "text": _("This one stood near the firebox, so its glaze ran.")},
        {"id": "4", "name": "Bo", "role": "buyer", "text": _("Mine came last week. It is even greener in daylight.")},
    ]


def room() -> dict[str, Any]:
    """Give a room with everything in it; its socket leads nowhere."""
    rundown = [
        {**_rundown_item(WHITE_TEA, TEA, 9650, "done"), "variant": "tea"},
        {**_rundown_item(JAR, POT, 26800, "now"), "variant": "jar-large"},
        {**_rundown_item(FRUIT_BASKET, BASKET, 128000, "next"), "variant": "basket"},
    ]
    return {
        "id": "sample",
        "title": both("An evening at the wheel: jars and tea bowls", "轮边一夜：罐与茶碗"),
        "host": DAO,
        "state": "live",
        "viewers": 1204,
        "likes": 318,
        "last": 0,
        "socket": "",
        "catch_up": "",
        "say_url": "#say",
        "like_url": "#like",
        "may_talk": True,
        "url": "#room",
        "role": "host",
        "keeps": True,
        "follow": {"url": "#follow", "unfollow_url": "#unfollow", "follows": False, "own": False},
        "report_url": "#report",
        "sheet": {
            "blank": {"id": "sample", "name": "", "text": ""},
            "report_url": "#report",
            "delete_url": "#delete",
            "timeout_url": "#silence",
            "ban_url": "#ban",
            "minutes": (1, 5, 10, 60),
            "reasons": [("other", _("Something else"))],
        },
        "player": {"src": "", "audio_src": "#sound", "state_url": "", "poster": asset_url(SHOW), "shape": "landscape"},
        "pin": pin(),
        "talk": talk(),
        "rundown": rundown,
    }


def _rundown_item(title: dict[str, str], picture: str, minor: int, state: str) -> dict[str, Any]:
    return {
        "title": title,
        "image": asset_url(picture),
        "price_minor": minor,
        "currency": "CNY",
        "left": 5,
        "url": "#product",
        "buy_url": "#buy",
        "state": state,
    }


def parcel_steps(now: datetime) -> list[dict[str, Any]]:
    """Give a parcel's way so far and ahead."""
    return [
        {"title": _("Packed"), "state": "done", "at": now - timedelta(hours=5), "who": AMINA, "icon": "box"},
        {
            "title": _("Taken in at the station"),
            "state": "done",
            "at": now - timedelta(hours=3),
            "place": UPPER_ROW,
            "note": _("1.2 kg on the station's scale"),
            "icon": "station",
        },
        {"title": _("On the van to the centre"), "state": "now", "at": now - timedelta(minutes=8), "icon": "van"},
        {"title": _("Handed to the carrier"), "state": "next", "icon": "handover"},
        {"title": _("Delivered"), "state": "next", "icon": "home"},
    ]


def money_rows() -> list[dict[str, Any]]:
    """Give where the money of one sale goes; it adds up to 268.00."""
    return [
        {"label": _("Maker"), "note": _("the rest, to Amina's kiln"), "minor": 18760, "strong": True},
        {"label": _("Host"), "note": _("20 % by the pact with Dao Lin"), "minor": 5360},
        {"label": _("Station"), "note": _("2 % by the pact with Upper Row"), "minor": 536},
        {"label": _("Park"), "note": _("3 % while the workshop is let"), "minor": 804},
        {"label": _("Platform"), "note": _("5 %, which pays the gateway's fee"), "minor": 1340},
    ]


def needs_a_hand(now: datetime) -> list[dict[str, Any]]:
    """Give the rows of a desk's first page."""
    return [
        {
            "title": _("Orders to pack"),
            "note": _("the oldest waits since yesterday"),
            "icon": "box",
            "tone": "warm",
            "count": 4,
            "url": "#pack",
        },
        {
            "title": _("Goods running out"),
            "note": _("celadon jar, fruit basket"),
            "icon": "warning",
            "tone": "caution",
            "count": 2,
            "url": "#stock",
        },
        {
            "title": _("Payout is on its way"),
            "note": "¥1,240.00",
            "icon": "money",
            "tone": "good",
            "at": now - timedelta(hours=2),
            "badge": _("Sent"),
            "badge_tone": "good",
            "url": "#money",
        },
    ]


def desks() -> list[dict[str, Any]]:
    """Give the desks of a maker."""
    return [{"title": desk.title, "url": f"#{desk.icon}", "icon": desk.icon, "current": False} for desk in SHOP + MONEY]


def desk_nav() -> list[dict[str, Any]]:
    """Give the navigation of a shop desk."""
    return [
        {"label": _("Today"), "url": "#today", "icon": "home", "current": True},
        {"label": _("Orders"), "url": "#orders", "icon": "bag", "count": 4},
        {"label": _("Goods"), "url": "#goods", "icon": "pot"},
        {"label": _("Parcels"), "url": "#parcels", "icon": "box"},
        {"label": _("Money"), "url": "#money", "icon": "money"},
    ]


def station_tasks() -> list[dict[str, Any]]:
    """Give the big buttons of a station."""
    waiting = 6
    return [
        {"title": _("Take in a parcel"), "icon": "scan", "url": "#in", "note": _("weigh, check, label")},
        {
            "title": _("Hand over to the van"),
            "icon": "van",
            "url": "#van",
            "count": 2,
            "note": ngettext("%(n)s parcel in bags", "%(n)s parcels in bags", waiting) % {"n": waiting},
        },
        {"title": _("Hand out"), "icon": "handover", "url": "#out", "note": _("by the code the villager brings")},
    ]


def county_map() -> TownMap:
    """Give a small county: a centre, stations, villages and one run."""
    nodes = [
        MapNode("centre", 118.60, 27.36, _("County centre"), "centre"),
        MapNode("park", 118.63, 27.345, _("Old kiln park"), "park"),
        MapNode("s1", 118.52, 27.42, _("Upper Row"), "station", 1, _("4 parcels")),
        MapNode("s2", 118.66, 27.46, _("Stone Bridge"), "station", 2, _("7 parcels")),
        MapNode("s3", 118.74, 27.38, _("Tea Slope"), "station", 3, _("2 parcels")),
        MapNode("s4", 118.68, 27.29, _("Ferry"), "station"),
        MapNode("v1", 118.48, 27.45, _("Fir Hollow"), "village"),
        MapNode("v2", 118.55, 27.47, _("Nine Wells"), "village"),
        MapNode("v3", 118.72, 27.49, _("Long Field"), "village"),
        MapNode("v4", 118.79, 27.41, _("Cloud Gate"), "village"),
        MapNode("v5", 118.77, 27.33, _("White Sand"), "village"),
        MapNode("v6", 118.60, 27.27, _("Mill End"), "village"),
    ]
    roads = [
        ("centre", "s1"), ("centre", "s2"), ("centre", "s3"), ("centre", "s4"), ("s1", "s2"), ("s2", "s3"),
        ("s3", "s4"), ("s1", "v1"), ("s1", "v2"), ("s2", "v3"), ("s3", "v4"), ("s3", "v5"), ("s4", "v6"),
        ("centre", "park"),
    ]  # fmt: skip
    return draw_town_map(
        nodes, roads, ["centre", "s1", "s2", "s3", "centre"], title=_("The county and today's first run")
    )
