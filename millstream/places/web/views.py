"""Pages of places: find one, and see who makes there."""

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from millstream.kernel.texts import localised
from millstream.kernel.web.town_map import MapNode, TownMap, draw_town_map
from millstream.places import api
from millstream.places.ports import PLUGS, Here
from millstream.places.types import Level, PlaceRecord

LEVEL_NAMES: Final[dict[Level, Promise]] = {
    "province": _("Province"),
    "prefecture": _("Prefecture"),
    "county": _("County"),
    "town": _("Town"),
    "village": _("Village"),
}
FEWEST_ON_MAP: Final = 2
MOST_ON_MAP: Final = 60


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Look for a place by the beginning of its name or code; with no words, the top of the registry."""
    words = request.GET.get("q", "").strip()[:60]
    found = api.search(words) if words else api.children(None)
    told = {"words": words, "places": [(place, LEVEL_NAMES[place.level]) for place in found]}
    return render(request, "places/find.html", told)


@require_safe
def place_page(request: HttpRequest, code: str) -> HttpResponse:
    """A place: where it lies, what lies in it, who makes there."""
    place = api.place_by_code(code, _vintage(request.GET.get("vintage", "")))
    within = api.ids_within(place.id)
    inside = api.children(place.id)
    told = {
        "place": place,
        "level": LEVEL_NAMES[place.level],
        "way": _way(place),
        "inside": [(child, LEVEL_NAMES[child.level]) for child in inside],
        "here": _cards(PLUGS.who_is_here(within)),
        "codes": api.codes_of(place.id),
        "map": _map(place, inside),
    }
    return render(request, "places/place.html", told)


def _vintage(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len("9999") else None


def _way(place: PlaceRecord) -> list[PlaceRecord]:
    """The places above, from the top down."""
    ids = [place_id for place_id, _name in api.paths([place.id])[place.id] if place_id != place.id]
    known = api.places(ids)
    return [known[place_id] for place_id in ids]


def _cards(here: Sequence[Here]) -> list[tuple[Here, PlaceRecord | None]]:
    """Makers with their places."""
    names = api.places({person.place_id for person in here})
    return [(person, names.get(person.place_id)) for person in here]


def _map(place: PlaceRecord, inside: list[PlaceRecord]) -> TownMap | None:
    """A sketch of what lies in a place, when enough of it has a position and it is not too much to read."""
    nodes = [
        MapNode(child.code, child.longitude, child.latitude, localised(child.name))
        for child in inside
        if child.longitude is not None and child.latitude is not None
    ]
    if not FEWEST_ON_MAP <= len(nodes) <= MOST_ON_MAP:
        return None
    return draw_town_map(nodes, title=localised(place.name))
