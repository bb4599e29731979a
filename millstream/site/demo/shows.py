"""The shows of the demonstration: one that is live now, the next ones, and what was on before."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from millstream.deals.api import open_deal
from millstream.deals.types import DealSpec
from millstream.gifts.api import announce_gift
from millstream.gifts.types import SEED_BYTES, GiftId, GiftKind, GiftSpec
from millstream.kernel.ids import new_id
from millstream.kernel.money import format_minor
from millstream.kernel.settings import conf
from millstream.kernel.texts import Text, both
from millstream.live.api import (
    add_to_rundown,
    end_show,
    live_now,
    pin_product,
    plan_show,
    start_show,
    upcoming,
)
from millstream.live.types import ShowId, ShowPlan
from millstream.shops.api import for_sale
from millstream.site.demo.goods import variant_id
from millstream.site.demo.people import actor_id

LIVE_FOR: Final = timedelta(hours=6)
DEAL_OPENS_IN: Final = timedelta(minutes=5)
DEAL_UNITS: Final = 12
DEAL_CAP: Final = 2
COUPONS: Final = 40
COUPON_MINOR: Final = 500


@dataclass(frozen=True, slots=True)
class ShowIdea:
    """A show of the county: host, what it is about, what it sells, and which drawn scene stands in for the camera."""

    key: str
    host: str
    title: Text
    story: Text
    poster: tuple[str, int]
    kinds: Sequence[str]
    seed: int


LIVE: Final = ShowIdea(
    "kiln",
    "dao",
    both("Opening the kiln", "开窑啦"),
    both(
        "Dao at Amina's wheel: what came out of the fire this morning, bowl by bowl.",
        "道哥在阿米娜的转盘旁：今早出窑的东西，一只一只看。",
    ),
    ("celadon_vase", 5),
    ("celadon_set", "celadon_vase", "tenmoku_bowl", "shino_bowl", "ash_cup", "ash_jar", "cobalt_bowl", "lamp"),
    1,
)
NEXT: Final = (
    ShowIdea(
        "tea",
        "lan",
        both("The evening pan", "今晚炒茶"),
        both("Tea fried in front of the camera, and what to drink it from.", "对着镜头炒茶，顺便说说用什么喝。"),
        ("green_tea", 9),
        ("green_tea", "black_tea", "white_tea", "celadon_set", "tray"),
        2,
    ),
    ShowIdea(
        "valley",
        "mei",
        both("Twenty households, one phone", "一部手机二十户"),
        both("Honey, oil, chillies and wine from five villages.", "五个村的蜜、油、辣椒和酒。"),
        ("honey", 12),
        ("honey", "chestnut_honey", "camellia_oil", "chilli", "pickle_jar", "rice_wine", "mushrooms"),
        3,
    ),
    ShowIdea(
        "blue",
        "dao",
        both("Eleven times in the vat", "下缸十一次"),
        both("Indigo from the leaf to the cloth.", "从蓝叶到蓝布。"),
        ("indigo", 14),
        ("indigo", "madder", "basket", "lamp"),
        4,
    ),
)
STARTS_IN: Final = (timedelta(hours=3), timedelta(hours=26), timedelta(hours=50))


def posters() -> dict[str, tuple[str, int]]:
    """What to draw for each show: its key with kind and seed."""
    return {idea.key: idea.poster for idea in (LIVE, *NEXT)}


def keep_the_town_live(now: datetime, poster_urls: dict[str, str]) -> None:
    """See that a show is live and others are coming; a live show older than six hours ends and leaves its replay."""
    for show in live_now():
        if show.started_at and now - show.started_at > LIVE_FOR:
            end_show(show.id, host=show.host, now=now)
    if not live_now():
        _begin(LIVE, now, poster_urls)
    coming = {show.title["en"] for show in upcoming(now)}
    for idea, later in zip(NEXT, STARTS_IN, strict=True):
        if idea.title["en"] not in coming:
            _plan(idea, now + later, now, poster_urls)


def _plan(idea: ShowIdea, starts_at: datetime, now: datetime, poster_urls: dict[str, str]) -> tuple[ShowId, UUID]:
    host = actor_id(idea.host)
    plan = ShowPlan(
        host=host,
        title=idea.title,
        story=idea.story,
        starts_at=starts_at,
        poster=poster_urls.get(idea.key, ""),
        scene_seed=idea.seed,
    )
    show = plan_show(plan, now=now)
    for kind in idea.kinds:
        add_to_rundown(show.id, variant_id(kind), host=host, now=now)
    return show.id, host


def _begin(idea: ShowIdea, now: datetime, poster_urls: dict[str, str]) -> None:
    show_id, host = _plan(idea, now, now, poster_urls)
    start_show(show_id, host=host, now=now)
    pin_product(show_id, variant_id(idea.kinds[0]), host=host, now=now)
    _deal(show_id, host, idea.kinds[2], now)
    _give(show_id, host, now)


def _deal(show_id: UUID, host: UUID, kind: str, now: datetime) -> None:
    """A tenth off a dozen, two for each, from in five minutes on."""
    goods = for_sale([variant_id(kind)]).get(variant_id(kind))
    if goods is None or goods.left < DEAL_UNITS:
        return
    spec = DealSpec(
        show=show_id,
        host=host,
        variant=variant_id(kind),
        price_minor=goods.price_minor * 9 // 10,
        size=DEAL_UNITS,
        lasts=LIVE_FOR - DEAL_OPENS_IN,
        cap=DEAL_CAP,
        opens_at=now + DEAL_OPENS_IN,
    )
    open_deal(spec, now=now)


def _give(show_id: UUID, host: UUID, now: datetime) -> None:
    """Forty coupons for those who come early."""
    spec = GiftSpec(
        show=show_id,
        host=host,
        kind=GiftKind.COUPON,
        title=f"{format_minor(COUPON_MINOR, conf().currency)} × {COUPONS}",
        currency=conf().currency,
        budget_minor=COUPONS * COUPON_MINOR,
        pieces=COUPONS,
        opens_at=now,
        closes_at=now + LIVE_FOR,
        usable_until=now + LIVE_FOR + timedelta(days=7),
    )
    announce_gift(GiftId(new_id()), spec, seed=secrets.token_bytes(SEED_BYTES), now=now)


def live_show() -> str | None:
    """The address of the show that is live now."""
    return next((show.slug for show in live_now()), None)
