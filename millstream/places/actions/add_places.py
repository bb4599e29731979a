"""Add places to the registry."""

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction

from millstream.places import rules
from millstream.places.models import Place, PlaceCode
from millstream.places.refusals import BadCode, CodeTaken, WrongParent
from millstream.places.types import Level, PlaceId, PlaceSpec

LARGEST_BATCH: Final = 5_000  # a nation has 700,000 villages: importers call in chunks


@transaction.atomic
def add_places(specs: Sequence[PlaceSpec]) -> list[PlaceId]:
    """Add places, in any order, all or none; refuses a bad or taken code and a parent that is not above.

    Returns the ids in the order asked. A place that is there already under the same id is left as it is.
    """
    assert len(specs) <= LARGEST_BATCH
    rows = Place.objects.filter(id__in=_mentioned(specs)).values_list("id", "level")
    known = {PlaceId(place_id): rules.as_level(level) for place_id, level in rows}
    fresh = rules.parents_first((spec.level, spec) for spec in specs if spec.id not in known)
    levels: dict[PlaceId, Level] = {**known, **{spec.id: spec.level for spec in fresh}}
    for spec in fresh:
        _check(spec, levels)
    Place.objects.bulk_create(_row(spec) for spec in fresh)
    codes = [PlaceCode(place_id=spec.id, vintage=spec.vintage, code=spec.code) for spec in fresh]
    _claim_codes(codes)
    return [spec.id for spec in specs]


def _mentioned(specs: Sequence[PlaceSpec]) -> set[PlaceId]:
    return {spec.id for spec in specs} | {spec.parent_id for spec in specs if spec.parent_id}


def _check(spec: PlaceSpec, levels: dict[PlaceId, Level]) -> None:
    if not rules.is_code(spec.code):
        raise BadCode(place_code=spec.code)
    if spec.parent_id is not None:
        parent = levels.get(spec.parent_id)
        if parent is None or not rules.lies_above(parent, spec.level):
            raise WrongParent(place_code=spec.code)


def _row(spec: PlaceSpec) -> Place:
    return Place(
        id=spec.id,
        code=spec.code,
        vintage=spec.vintage,
        level=spec.level,
        name=dict(spec.name),
        parent_id=spec.parent_id,
        valid_from=spec.valid_from,
        valid_to=spec.valid_to,
        longitude=spec.longitude,
        latitude=spec.latitude,
    )


def _claim_codes(codes: Sequence[PlaceCode]) -> None:
    try:
        with transaction.atomic():
            PlaceCode.objects.bulk_create(codes)
    except IntegrityError as error:
        taken = set(PlaceCode.objects.values_list("vintage", "code").filter(code__in=[row.code for row in codes]))
        seen: set[tuple[int, str]] = set()
        for row in codes:
            if (row.vintage, row.code) in taken | seen:
                raise CodeTaken(place_code=row.code, vintage=row.vintage) from error
            seen.add((row.vintage, row.code))
        raise
