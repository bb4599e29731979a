"""The registry: places lie in higher ones, codes are kept by vintage, names are found by their beginnings."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.places.api import (
    add_places,
    children,
    codes_of,
    ids_within,
    path_names,
    paths,
    place,
    place_by_code,
    places,
    recode_place,
    search,
)
from millstream.places.models import Place
from millstream.places.refusals import BadCode, CodeTaken, UnknownPlace, WrongParent
from millstream.places.types import PlaceId, PlaceSpec

COUNTY, TOWN, VILLAGE = (PlaceId(new_id()) for _ in range(3))
DAY = date(2020, 1, 1)
SPECS = [
    PlaceSpec(VILLAGE, "331181101201", 2020, "village", both("Xiatian", "下田村"), TOWN, DAY, None, 119.1, 28.1),
    PlaceSpec(COUNTY, "331181", 2020, "county", both("Longquan", "龙泉市"), None, DAY),
    PlaceSpec(TOWN, "331181101", 2020, "town", both("Baoxi", "宝溪乡"), COUNTY, DAY),
]


@pytest.fixture
def registry(db: None) -> None:
    """A county with a town with a village."""
    add_places(SPECS)


def test_places_are_added_in_any_order_and_read_back(registry: None):
    """The village was told before its county; all of it is there as it was told."""
    told = place(VILLAGE)
    assert (told.code, told.vintage, told.level, told.parent_id) == ("331181101201", 2020, "village", TOWN)
    assert (told.longitude, told.latitude) == (119.1, 28.1)
    assert told.name == {"en": "Xiatian", "zh-hans": "下田村"}
    assert set(places([COUNTY, PlaceId(new_id())])) == {COUNTY}


def test_adding_again_changes_nothing(registry: None):
    """A registry can be loaded twice."""
    assert add_places(SPECS) == [VILLAGE, COUNTY, TOWN]
    assert Place.objects.count() == 3


def test_the_tree_is_walked_up_and_down(registry: None, django_assert_num_queries):
    """Each walk is one statement, however deep."""
    with django_assert_num_queries(1):
        assert [name["en"] for name in path_names(VILLAGE)] == ["Longquan", "Baoxi", "Xiatian"]
    with django_assert_num_queries(1):
        assert set(ids_within(COUNTY)) == {COUNTY, TOWN, VILLAGE}
    with django_assert_num_queries(1):
        assert {key: len(way) for key, way in paths([COUNTY, VILLAGE]).items()} == {COUNTY: 1, VILLAGE: 3}
    assert [child.id for child in children(COUNTY)] == [TOWN]
    assert [child.id for child in children(None)] == [COUNTY]
    assert ids_within(VILLAGE) == [VILLAGE]
    assert path_names(PlaceId(new_id())) == ()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"code": ""}, BadCode),
        ({"code": "33/11"}, BadCode),
        ({"code": "浙"}, BadCode),
        ({"code": "1" * 25}, BadCode),
        ({"code": "331181"}, CodeTaken),
        ({"parent_id": PlaceId(new_id())}, WrongParent),
        ({"parent_id": VILLAGE}, WrongParent),
    ],
)
def test_what_cannot_be_a_place_is_refused_and_nothing_of_its_batch_is_kept(registry: None, change, refusal):
    """Bad and taken codes, unknown parents, a village in a village."""
    good = PlaceSpec(PlaceId(new_id()), "331181102", 2020, "town", both("Zhulong", "住龙镇"), COUNTY, DAY)
    bad = PlaceSpec(PlaceId(new_id()), "331181103", 2020, "village", both("X", "某村"), TOWN, DAY)
    with pytest.raises(refusal):
        add_places([good, replace(bad, **change)])
    assert Place.objects.count() == 3


def test_the_database_keeps_the_tree_too(registry: None):
    """A statement cannot hang a county below its village, nor make a town a village above a village."""
    for which, change in ((COUNTY, {"parent_id": VILLAGE}), (TOWN, {"level": "village"})):
        with pytest.raises(IntegrityError, match="place_parent_is_above"), transaction.atomic():
            Place.objects.filter(id=which).update(**change)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"id": COUNTY, "level": "hamlet"}, "place_level_known"),
        ({"valid_to": DAY}, "place_valid_range"),
        ({"longitude": 200}, "place_on_earth"),
        ({"latitude": None}, "place_on_earth"),
    ],
)
def test_the_database_keeps_the_other_promises(registry: None, change, promise):
    """Levels, ranges and positions."""
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Place.objects.filter(id=change.pop("id", VILLAGE)).update(**change)


def test_offices_renumber_and_places_stay(registry: None):
    """A new code for a new year: found by both, shown with the newest; another place may get the old code later."""
    recode_place(VILLAGE, code="331181101299", vintage=2024)
    recode_place(VILLAGE, code="331181101299", vintage=2024)
    assert place(VILLAGE).code == "331181101299"
    assert codes_of(VILLAGE) == [(2024, "331181101299"), (2020, "331181101201")]
    other = PlaceSpec(PlaceId(new_id()), "331181101201", 2024, "village", both("Shangtian", "上田村"), TOWN, DAY)
    add_places([other])
    assert place_by_code("331181101201").id == other.id
    assert place_by_code("331181101201", 2020).id == VILLAGE
    recode_place(VILLAGE, code="33118110120", vintage=2010)
    assert place(VILLAGE).code == "331181101299", "an older list does not change what is shown"
    with pytest.raises(CodeTaken):
        recode_place(TOWN, code="331181101299", vintage=2024)
    with pytest.raises(CodeTaken):
        recode_place(VILLAGE, code="1", vintage=2024)
    with pytest.raises(UnknownPlace):
        recode_place(PlaceId(new_id()), code="1", vintage=2024)
    with pytest.raises(UnknownPlace):
        place_by_code("999")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("xia", [VILLAGE]),
        ("  XIA ", [VILLAGE]),
        ("宝溪", [TOWN]),
        ("331181", [COUNTY, TOWN, VILLAGE]),
        ("溪", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("", []),
    ],
)
def test_places_are_found_by_the_beginning_of_name_or_code(registry: None, typed: str, found: list[PlaceId]):
    """In both languages, the highest level first; signs of LIKE are only signs."""
    assert [told.id for told in search(typed)] == found


def test_places_that_are_no_more_are_not_found(registry: None):
    """A place that ended is read by id and code, but not offered in the search."""
    Place.objects.filter(id=VILLAGE).update(valid_to=date(2023, 1, 1))
    assert search("xia") == []
    assert place_by_code("331181101201").id == VILLAGE
