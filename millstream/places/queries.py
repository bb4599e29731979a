"""Reads of the registry."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import connection

from millstream.kernel.texts import Text
from millstream.places import rules
from millstream.places.models import Place, PlaceCode
from millstream.places.refusals import UnknownPlace
from millstream.places.types import PlaceId, PlaceRecord

MOST_FOUND: Final = 40
MOST_CHILDREN: Final = 1_000
MOST_BELOW: Final = 20_000

_PATHS = """
WITH RECURSIVE up(start, id, parent_id, name, step) AS (
    SELECT id, id, parent_id, name, 0 FROM places_place WHERE id = ANY(%s)
    UNION ALL
    SELECT up.start, p.id, p.parent_id, p.name, up.step + 1
    FROM up JOIN places_place p ON p.id = up.parent_id
)
SELECT start, id, name FROM up ORDER BY start, step DESC
"""

_BELOW = """
WITH RECURSIVE down(id) AS (
    SELECT id FROM places_place WHERE id = %s
    UNION ALL
    SELECT p.id FROM down JOIN places_place p ON p.parent_id = down.id
)
SELECT id FROM down LIMIT %s
"""

_SEARCH = """
SELECT * FROM places_place
WHERE valid_to IS NULL
  AND (lower(name ->> 'en') LIKE %s OR name ->> 'zh-hans' LIKE %s OR lower(code) LIKE %s)
ORDER BY array_position(ARRAY['province','prefecture','county','town','village'], level::text), code
LIMIT %s
"""


def _record(row: Place) -> PlaceRecord:
    return PlaceRecord(
        id=PlaceId(row.id),
        code=row.code,
        vintage=row.vintage,
        level=rules.as_level(row.level),
        name=row.name,
        parent_id=None if row.parent_id is None else PlaceId(row.parent_id),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        longitude=row.longitude,
        latitude=row.latitude,
    )


def place(place_id: PlaceId) -> PlaceRecord:
    """One place by id; refuses an unknown one."""
    row = Place.objects.filter(id=place_id).first()
    if row is None:
        raise UnknownPlace(place_id=place_id)
    return _record(row)


def places(place_ids: Iterable[PlaceId]) -> dict[PlaceId, PlaceRecord]:
    """Many places by id; unknown ones are left out."""
    return {PlaceId(row.id): _record(row) for row in Place.objects.filter(id__in=set(place_ids))}


def place_by_code(code: str, vintage: int | None = None) -> PlaceRecord:
    """The place with a code in one vintage, by default in the newest one in which anything had that code."""
    found = PlaceCode.objects.filter(code=code).order_by("-vintage").select_related("place")
    if vintage is not None:
        found = found.filter(vintage=vintage)
    row = found.first()
    if row is None:
        raise UnknownPlace(place_code=code)
    return _record(row.place)


def codes_of(place_id: PlaceId) -> list[tuple[int, str]]:
    """Every code a place has had, as (vintage, code), newest first."""
    return list(
        PlaceCode.objects.filter(place_id=place_id).order_by("-vintage").values_list("vintage", "code")[:MOST_FOUND]
    )


def children(place_id: PlaceId | None) -> list[PlaceRecord]:
    """The places directly in one, by code; those of the top for None. At most 1,000."""
    return [_record(row) for row in Place.objects.filter(parent_id=place_id).order_by("code")[:MOST_CHILDREN]]


def ids_within(place_id: PlaceId) -> list[PlaceId]:
    """The ids of a place and of everything in it, at any depth. At most 20,000."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [place_id, MOST_BELOW])
        return [PlaceId(row[0]) for row in cursor.fetchall()]


def paths(place_ids: Iterable[PlaceId]) -> dict[PlaceId, tuple[tuple[PlaceId, Text], ...]]:
    """For each place the way from the top to itself, as (id, name), in one statement."""
    ways: dict[PlaceId, list[tuple[PlaceId, Text]]] = {}
    rows = Place.objects.raw(_PATHS, [list(set(place_ids))])
    for row in rows:
        start: PlaceId = row.start  # type: ignore[attr-defined] # a column of the raw statement
        ways.setdefault(start, []).append((PlaceId(row.id), row.name))
    return {start: tuple(way) for start, way in ways.items()}


def path_names(place_id: PlaceId) -> tuple[Text, ...]:
    """The names from the top down to the place itself; empty for an unknown place."""
    return tuple(name for _id, name in paths([place_id]).get(place_id, ()))


def search(text: str, *, limit: int = MOST_FOUND) -> Sequence[PlaceRecord]:
    """Places that now exist whose name in either language, or whose code, starts with the text; highest level first."""
    prefix = rules.search_prefix(text)
    if not prefix:
        return []
    pattern = prefix + "%"
    rows = Place.objects.raw(_SEARCH, [pattern, pattern, pattern, min(limit, MOST_FOUND)])
    return [_record(row) for row in rows]
