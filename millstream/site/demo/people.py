"""Seeding the county: its places, actors, users and roles."""

from datetime import date
from typing import Final
from uuid import UUID

from millstream.kernel.settings import conf
from millstream.kernel.texts import Text, both
from millstream.people.api import join_actor, open_actor, open_user
from millstream.people.types import ActorKind, ActorSpec, Role
from millstream.places.api import add_places
from millstream.places.types import Level, PlaceId, PlaceSpec
from millstream.site.demo.county import (
    CARRIER,
    CENTRE,
    COUNTY,
    DRIVERS,
    HOSTS,
    MAKERS,
    PARK,
    PLATFORM,
    PREFECTURE,
    PROVINCE,
    TOWNS,
    Maker,
    Spot,
)
from millstream.site.demo.roles import ROLES, demo_id

VINTAGE: Final = 2023
SINCE: Final = date(2009, 1, 1)


def place_id(spot: Spot) -> PlaceId:
    """The id of a spot of the county."""
    return PlaceId(demo_id("place", spot.code))


def actor_id(slug: str) -> UUID:
    """The id of an actor of the county by its public address."""
    return conf().platform_actor if slug == PLATFORM[0] else demo_id("actor", slug)


def station_slug(town: int) -> str:
    """The public address of a town's station; towns count from 1."""
    return f"{TOWNS[town - 1].spot.name['en'].lower()}-station"


def village_of(maker: Maker) -> Spot:
    """Where a maker is; `village` is written `town.number`."""
    town, number = maker.village.split(".")
    return TOWNS[int(town) - 1].villages[int(number)]


def town_of(maker: Maker) -> int:
    """The number of the maker's town, from 1."""
    return int(maker.village.split(".")[0])


def seed_places() -> None:
    """The county's branch of the registry: province, prefecture, county, 6 towns, 24 villages."""
    specs = [
        _place(PROVINCE, "province", None),
        _place(PREFECTURE, "prefecture", PROVINCE),
        _place(COUNTY, "county", PREFECTURE),
    ]
    for town in TOWNS:
        specs.append(_place(town.spot, "town", COUNTY))
        specs.extend(_place(village, "village", town.spot) for village in town.villages)
    add_places(specs)


def _place(spot: Spot, level: Level, parent: Spot | None) -> PlaceSpec:
    return PlaceSpec(
        id=place_id(spot),
        code=spot.code,
        vintage=VINTAGE,
        level=level,
        name=spot.name,
        parent_id=place_id(parent) if parent else None,
        valid_from=SINCE,
        longitude=spot.longitude,
        latitude=spot.latitude,
    )


def seed_actors() -> None:
    """The platform, centre, park, stations, makers, hosts, drivers, carrier, and Bo who buys."""
    county = place_id(COUNTY)
    _open(ActorKind.ASSOCIATION, *PLATFORM, place=county)
    _open(ActorKind.CENTRE, *CENTRE, place=county)
    _open(ActorKind.CARRIER, *CARRIER, place=county)
    _open(ActorKind.PARK, PARK[0], PARK[1], place=place_id(TOWNS[0].spot), story=PARK[2])
    for number, town in enumerate(TOWNS, 1):
        name = both(f"{town.spot.name['en']} Station", f"{town.spot.name['zh-hans']}服务站")
        _open(ActorKind.STATION, station_slug(number), name, place=place_id(town.spot))
    for maker in MAKERS:
        kind = ActorKind.HOUSEHOLD if maker.household else ActorKind.SHOP
        _open(kind, maker.slug, maker.name, place=place_id(village_of(maker)), story=maker.story)
    for slug, name, story in HOSTS:
        _open(ActorKind.PERSON, slug, name, place=county, story=story)
    for slug, name in DRIVERS:
        _open(ActorKind.PERSON, slug, name, place=county, public=False)
    _open(ActorKind.PERSON, "bo", both("Bo", "阿波"), place=None, public=False)


def _open(
    kind: ActorKind, slug: str, name: Text, *, place: UUID | None, story: Text | None = None, public: bool = True
) -> None:
    open_actor(
        ActorSpec(
            kind=kind, name=name, slug=slug, place_id=place, story=story, is_public=public, actor_id=actor_id(slug)
        )
    )


def seed_users() -> None:
    """One user for each role of the demonstration, and owners for the other makers and hosts."""
    for role in ROLES:
        _user(role.user_id, role.name, role.email, operator=role.key == "operator")
        if role.role is not None:
            join_actor(role.user_id, actor_id(role.actor_slug), role.role)
    known = {role.actor_slug for role in ROLES}
    for slug in [maker.slug for maker in MAKERS if maker.slug not in known]:
        _user(demo_id("user", slug), slug, f"{slug}@qingxi.example")
        join_actor(demo_id("user", slug), actor_id(slug), Role.OWNER)
    for role in ROLES:
        if role.role in {Role.HOST, Role.DRIVER}:  # persons work for themselves
            join_actor(role.user_id, actor_id(role.actor_slug), Role.OWNER)
    for slug, _, _ in HOSTS[1:]:
        _user(demo_id("user", slug), slug.title(), f"{slug}@qingxi.example")
        join_actor(demo_id("user", slug), actor_id(slug), Role.HOST)
        join_actor(demo_id("user", slug), actor_id(slug), Role.OWNER)
    for number in range(2, len(TOWNS) + 1):
        slug = station_slug(number)
        _user(demo_id("user", slug), slug, f"{slug}@qingxi.example")
        join_actor(demo_id("user", slug), actor_id(slug), Role.KEEPER)
    _user(demo_id("user", "hua"), "Hua", "hua@qingxi.example")
    join_actor(demo_id("user", "hua"), actor_id("hua"), Role.DRIVER)
    join_actor(demo_id("user", "hua"), actor_id("hua"), Role.OWNER)


def _user(user_id: UUID, name: str, email: str, *, operator: bool = False) -> None:
    open_user(email=email, user_id=user_id, name=name, is_operator=operator)
