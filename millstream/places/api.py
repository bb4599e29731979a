"""The door of places."""

from millstream.places.actions.add_places import add_places
from millstream.places.actions.recode_place import recode_place
from millstream.places.queries import (
    children,
    codes_of,
    ids_within,
    path_names,
    paths,
    place,
    place_by_code,
    places,
    search,
)

__all__ = [
    "add_places",
    "children",
    "codes_of",
    "ids_within",
    "path_names",
    "paths",
    "place",
    "place_by_code",
    "places",
    "recode_place",
    "search",
]
