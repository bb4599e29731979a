"""Pages of places."""

from datetime import date

import pytest
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.kernel.texts import both
from millstream.places.api import add_places
from millstream.places.ports import PLUGS, Here, plug_who_is_here
from millstream.places.types import PlaceId, PlaceSpec

COUNTY, VILLAGE, OTHER = (PlaceId(new_id()) for _ in range(3))
DAY = date(2020, 1, 1)


@pytest.fixture
def registry(db: None) -> None:
    """A county with two villages."""
    add_places(
        [
            PlaceSpec(COUNTY, "331181", 2020, "county", both("Longquan", "龙泉市"), None, DAY),
            PlaceSpec(VILLAGE, "331181201", 2020, "village", both("Xiatian", "下田村"), COUNTY, DAY, None, 119.1, 28.1),
            PlaceSpec(OTHER, "331181202", 2020, "village", both("Shangtian", "上田村"), COUNTY, DAY, None, 119.2, 28.2),
        ]
    )


def test_a_place_says_who_makes_there_and_in_what_lies_in_it(registry: None, client: Client):
    """The county shows the maker of its village, with the village's name."""
    before = PLUGS.who_is_here
    asked = []

    def here(place_ids):
        asked.append(set(place_ids))
        return [Here(both("Amina's kiln", "阿米娜的窑"), "/shops/amina/", VILLAGE)]

    plug_who_is_here(here)
    try:
        text = client.get("/places/331181/").content.decode()
    finally:
        plug_who_is_here(before)
    assert asked == [{COUNTY, VILLAGE, OTHER}]
    assert "Amina&#x27;s kiln" in text
    assert 'href="/shops/amina/"' in text
    assert 'href="/places/331181201/"' in text
    assert "<svg" in text


def test_a_place_speaks_chinese(registry: None, client: Client):
    """Names, level and headings in the reader's language."""
    text = client.get("/places/331181201/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "下田村" in text
    assert "龙泉市" in text
    assert "谁在这里制作" in text


def test_an_unknown_place_is_refused_clearly(registry: None, client: Client):
    """404 with a way on, for any code and for a vintage that it did not have."""
    page = client.get("/places/999/")
    assert page.status_code == 404
    assert "We do not know this place" in page.content.decode()
    assert client.get("/places/331181/", {"vintage": "1999"}).status_code == 404
    assert client.get("/places/331181/", {"vintage": "soon"}).status_code == 200


def test_places_are_found_by_name(registry: None, client: Client):
    """The search page lists what begins so; without words the top of the registry."""
    assert "Shangtian" in client.get("/places/", {"q": "shang"}).content.decode()
    assert "Shangtian" not in client.get("/places/").content.decode()
    assert "Longquan" in client.get("/places/").content.decode()
    assert "No place begins like that" in client.get("/places/", {"q": "zzz"}).content.decode()
