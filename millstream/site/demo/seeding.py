"""Seeding the invented county, in steps that can be taken up again after a stop at any point."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.media.api import ingest_for, issue_key
from millstream.people.api import actors, issue_access_key, show_picture, user
from millstream.people.types import ActorId
from millstream.shops.api import add_photo, for_sale, keep_picture, picture_url
from millstream.shops.types import PhotoId
from millstream.site.demo import goods, people, pictures, roads, shows
from millstream.site.demo.county import CENTRE, HOSTS, MAKERS, PARK, TOWNS
from millstream.site.demo.people import actor_id, station_slug
from millstream.site.demo.roles import BY_KEY, ROLES

POSTER_WIDTH: Final = 1280
FILE_MODE: Final = 0o600

type Say = Callable[[str], None]


def seed(now: datetime, say: Say) -> None:
    """Make the county if it is not there, finish what an earlier seeding left, and write `var/demo.json`."""
    if user(BY_KEY["operator"].user_id) is None:
        say("making the county of Qingxi: places, makers, goods, pacts, roads")
        with transaction.atomic():
            make_county(now)
    _draw_goods(say)
    _draw_places(say)
    urls = _draw_posters(say)
    shows.keep_the_town_live(now, urls)
    write_demo_file(now)


def make_county(now: datetime) -> None:
    """Places, people, goods, pacts, banks and roads, without pictures; in the caller's transaction."""
    people.seed_places()
    people.seed_actors()
    people.seed_users()
    goods.seed_shops(now)
    goods.seed_pacts(now)
    goods.seed_banks(now)
    roads.seed_roads()
    roads.seed_sites()


def _drawn(draw: Callable[..., bytes], wanted: list[tuple[Any, ...]]) -> list[bytes]:
    """Pictures drawn in processes of their own, since each takes a good part of a second."""
    if not wanted:
        return []
    with ProcessPoolExecutor(min(len(wanted), os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        return list(pool.map(draw, *zip(*wanted, strict=True)))


def _draw_goods(say: Say) -> None:
    everything = [(maker, good) for maker in MAKERS for good in maker.goods]
    there = for_sale([goods.variant_id(good.kind) for _, good in everything])
    missing = [(maker, good) for maker, good in everything if not there[goods.variant_id(good.kind)].image]
    if missing:
        say(f"drawing {len(missing)} goods")
    drawn = _drawn(pictures.picture_of_thing, [(good.kind, everything.index((maker, good))) for maker, good in missing])
    for (maker, good), content in zip(missing, drawn, strict=True):
        add_photo(
            goods.product_id(good),
            content,
            photo_id=PhotoId(new_id()),
            name=f"{good.kind}.jpg",
            alt=good.title,
            by=ActorId(actor_id(maker.slug)),
        )


def _draw_places(say: Say) -> None:
    slugs = [maker.slug for maker in MAKERS]
    slugs += [PARK[0], CENTRE[0], *(station_slug(number) for number in range(1, len(TOWNS) + 1))]
    known = actors(actor_id(slug) for slug in slugs)
    missing = [slug for slug in slugs if not known[ActorId(actor_id(slug))].picture]
    if missing:
        say(f"drawing {len(missing)} valleys")
    drawn = _drawn(pictures.picture_of_valley, [(slugs.index(slug) + 3,) for slug in missing])
    for slug, content in zip(missing, drawn, strict=True):
        kept = keep_picture(content, picture_id=new_id(), name=f"{slug}.jpg")
        show_picture(actor_id(slug), picture_url(kept.key, kept.widths, POSTER_WIDTH // 2))


def _draw_posters(say: Say) -> dict[str, str]:
    """The posters' addresses by show, drawn once and remembered beside the other demo files."""
    remembered = conf().var / "demo-posters.json"
    if remembered.exists():
        known: dict[str, str] = json.loads(remembered.read_text())
        return known
    wanted = shows.posters()
    say(f"drawing {len(wanted)} posters")
    urls = {}
    for key, content in zip(wanted, _drawn(pictures.poster, list(wanted.values())), strict=True):
        kept = keep_picture(content, picture_id=new_id(), name=f"{key}.jpg")
        urls[key] = picture_url(kept.key, kept.widths, POSTER_WIDTH)
    _write(remembered, urls)
    return urls


def write_demo_file(now: datetime) -> None:
    """Write `var/demo.json`: addresses, stream keys, a sign-in and an access key for each role; 0600."""
    path = conf().var / "demo.json"
    before: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    keys: dict[str, str] = before.get("stream_keys") or {
        slug: issue_key(actor_id(slug), now=now) for slug, _, _ in HOSTS
    }
    access: dict[str, str] = before.get("access_keys") or _access_keys()
    origin = conf().public_origin
    show = shows.live_show()
    told = {
        "url": origin,
        "urls": {
            "home": f"{origin}/",
            "show": f"{origin}/shows/{show}/" if show else None,
            "styleguide": f"{origin}/styleguide/",
            "api": f"{origin}/api/v1/docs",
            "health": f"{origin}/healthz",
        },
        "video": conf().media_origin,
        "rtmp": conf().rtmp_origin,
        "stream_keys": keys,
        "publish": {slug: f"{ingest_for(actor_id(slug)).rtmp}/{key}" for slug, key in keys.items()},
        "gateway": conf().sim_origin,
        "sign_in": {
            role.key: {"name": role.name, "email": role.email, "actor": role.actor_slug, "start": role.start}
            for role in ROLES
        },
        "sign_in_how": "POST role=<key> to /demo/enter/, or type the e-mail at /accounts/login/: the code stands on the console",
        "access_keys": access,
    }
    _write(path, told)


def _access_keys() -> dict[str, str]:
    keys = {}
    for role in ROLES:
        clear = f"ms_{secrets.token_urlsafe(24)}"
        keys[role.key] = issue_access_key(role.user_id, actor_id(role.actor_slug), name="demo.json", clear=clear)
    return keys


def _write(path: Path, told: Mapping[str, Any]) -> None:
    """Whole or not at all, for the owner's eyes."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=FILE_MODE)
    draft.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    draft.replace(path)
