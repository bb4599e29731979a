"""What every page needs: tags, formats, assets and sketch maps."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from millstream.kernel.web import assets, formats
from millstream.kernel.web.town_map import MapNode, PlacedNode, draw_town_map

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def written(text: str, language: str = "en", **context: object) -> str:
    """What a template with the tags writes in a language."""
    with translation.override(language):
        return Template("{% load millstream %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("minor", "currency", "language", "expected"),
    [
        (26800, "CNY", "en", "¥268.00"),
        (26800, "CNY", "zh-hans", "¥268.00"),
        (123456789, "CNY", "zh-hans", "¥1,234,567.89"),
        (500, "JPY", "en", "¥500"),
        (-1999, "EUR", "en", "-€19.99"),
    ],
)
def test_money_is_written_in_the_readers_language(minor: int, currency: str, language: str, expected: str):
    """Integer minor units become what people write, with the currency's own number of decimals."""
    assert written("{{ minor|money:currency }}", language, minor=minor, currency=currency) == expected


def test_nothing_is_not_nought():
    """A figure that is not known is left out, a nought is shown."""
    assert written("{{ minor|money:'CNY' }}", minor=None) == ""
    assert written("{{ minor|money:'CNY' }}", minor=0) == "¥0.00"


def test_a_price_marks_its_sign_and_its_cents():
    """Whole amounts show no cents; others show them smaller."""
    assert written("{{ m|marked_money:'CNY' }}", m=26800).endswith('268<span class="price-cents"></span>')
    assert written("{{ m|marked_money:'CNY' }}", m=9650).endswith('96<span class="price-cents">.50</span>')


@given(minor=st.integers(min_value=0, max_value=10**12), currency=st.sampled_from(["CNY", "JPY", "KWD", "EUR"]))
def test_the_pieces_of_a_price_are_the_whole_price(minor: int, currency: str):
    """Put together again the pieces read like the whole, except for cents of nought."""
    sign, units, cents = formats.split_money(minor, currency)
    whole = formats.format_money(minor, currency)
    assert whole.startswith(sign + units)
    assert sign + units + cents == whole or (cents == "" and set(whole[len(sign + units) :]) <= set(".0"))


def test_numbers_and_weights_follow_the_language():
    """Grouping, units and their names are the reader's."""
    assert written("{{ n|number }}", n=1234567) == "1,234,567"
    assert written("{{ p|percent }}", p=25) == "2.5 %"
    assert written("{{ p|percent }}", p=200) == "20 %"
    assert written("{{ g|weight }}", g=850) == "850 g"
    assert written("{{ g|weight }}", g=1250) == "1.25 kg"
    assert written("{{ g|weight }}", "zh-hans", g=1250) == "1.25 kg"


def test_near_moments_are_relative_and_far_ones_are_dates():
    """Three minutes ago is said so; last month is a date; both carry the full moment."""
    near = written("{% when at now %}", at=NOW - timedelta(minutes=3), now=NOW)
    assert ">3 minutes ago</time>" in near
    assert 'datetime="2026-11-21T11:57:00+00:00"' in near
    assert ">3分钟前</time>" in written("{% when at now %}", "zh-hans", at=NOW - timedelta(minutes=3), now=NOW)
    assert "2026" in written("{% when at now %}", at=NOW - timedelta(days=40), now=NOW).split(">")[1]
    assert written("{{ at|when }}", at=None) == ""


def test_texts_are_picked_by_language():
    """The reader's language, else English; a plain text stays as it is."""
    both = {"en": "Jar", "zh-hans": "罐"}
    assert written("{{ t|localised }}", "zh-hans", t=both) == "罐"
    assert written("{{ t|localised }}", "en", t={"en": "<b>"}) == "&lt;b&gt;"
    assert written("{{ t|localised }}", "zh-hans", t={"en": "Jar"}) == "Jar"


def test_an_icon_is_decoration_unless_it_has_a_name():
    """Icons are silent beside words and speak alone; a wrong name is our own mistake."""
    assert 'aria-hidden="true"' in written("{% icon 'box' %}")
    assert 'role="img" aria-label="A &amp; B"' in written("{% icon 'box' label=name %}", name="A & B")
    with pytest.raises(TemplateSyntaxError, match="no icon named"):
        written("{% icon 'unicorn' %}")


@pytest.mark.parametrize(("cookie", "shown"), [("dark", True), ("light", True), ('x" onload="', False), ("", False)])
def test_only_known_themes_reach_the_page(cookie: str, shown: bool):
    """The cookie is the reader's to forge, so it is compared, not copied."""
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert (written("{% theme_attribute %}", request=request) != "") is shown


MANIFEST: dict[str, dict[str, Any]] = {
    "src/room.ts": {
        "file": "assets/room-1.js",
        "name": "room",
        "isEntry": True,
        "imports": ["_main.js"],
        "css": ["b.css"],
    },
    "_main.js": {"file": "assets/main-1.js", "name": "main", "imports": ["_deep.js"], "css": ["a.css"]},
    "_deep.js": {"file": "assets/deep-1.js", "imports": ["_main.js"]},
}


def test_an_entry_brings_the_styles_of_what_it_imports_first():
    """General styles come before particular ones, each file once, also when imports run in a circle."""
    files = assets.entry_files(MANIFEST, "room")
    assert files.styles == ("a.css", "b.css")
    assert files.modules == ("assets/room-1.js",)
    assert sorted(files.preloads) == ["assets/deep-1.js", "assets/main-1.js"]


def test_an_entry_that_does_not_exist_is_said_plainly():
    """A wrong name says which one and where the names are."""
    with pytest.raises(assets.AssetsNotBuilt, match="no entry named 'kitchen'"):
        assets.entry_files(MANIFEST, "kitchen")


def test_a_front_end_that_was_not_built_is_said_plainly(settings, tmp_path):
    """One sentence with the command, instead of a page without styles."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [str(tmp_path)]
    with pytest.raises(assets.AssetsNotBuilt, match="is not built"):
        assets.read_manifest()
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "manifest.json").write_text(json.dumps(MANIFEST))
    assert assets.read_manifest() == MANIFEST


@pytest.mark.parametrize(("autorefresh", "seen"), [(False, MANIFEST), (True, {})])
def test_a_running_process_keeps_to_its_build(settings, tmp_path, autorefresh: bool, seen: dict[str, Any]):
    """The static files were listed at the start, so a later manifest would name files that are not served yet."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [str(tmp_path)]
    settings.WHITENOISE_AUTOREFRESH = autorefresh
    path = tmp_path / "build" / "manifest.json"
    path.parent.mkdir()
    path.write_text(json.dumps(MANIFEST))
    assert assets.read_manifest() == MANIFEST
    path.write_text("{}")
    os.utime(path, ns=(1, 1))
    assert assets.read_manifest() == seen


@pytest.mark.parametrize("entry", ["main", "desk", "station", "room", "styleguide"])
def test_the_built_entries_are_linked(entry: str):
    """Each kind of page finds its style sheets and its module in the last build."""
    text = written("{% vite_assets entry %}", entry=entry)
    assert 'rel="stylesheet"' in text
    assert text.count('<script type="module"') == 1


PLACES = st.lists(
    st.builds(
        MapNode,
        key=st.uuids().map(str),
        x=st.floats(118, 119),
        y=st.floats(27, 28),
        label=st.sampled_from(["Upper Row", "上行村", "Stone Bridge by the old mill", "渡"]),
        kind=st.sampled_from(["centre", "station", "village"]),
    ),
    max_size=24,
    unique_by=lambda node: node.key,
)


def label_box(spot: PlacedNode) -> tuple[float, float, float, float] | None:
    if spot.label_x is None or spot.label_y is None:
        return None
    wide = sum(13.5 if ord(sign) >= 0x2E80 else 7.0 for sign in spot.node.label)
    left = {"start": spot.label_x, "end": spot.label_x - wide, "middle": spot.label_x - wide / 2}[spot.anchor]
    return left, spot.label_y - 13, left + wide, spot.label_y + 3


@given(places=PLACES)
def test_a_sketch_map_keeps_places_inside_and_labels_apart(places: list[MapNode]):
    """Whatever the county: nothing is drawn outside, and no label covers another."""
    drawing = draw_town_map(places, title="A county", width=600, height=400)
    assert len(drawing.nodes) == len(places)
    boxes = [box for spot in drawing.nodes if (box := label_box(spot))]
    for spot in drawing.nodes:
        assert 0 < spot.x < 600
        assert 0 < spot.y < 400
    for index, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= 600
        for other in boxes[index + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart or max(abs(a - b) for a, b in zip(one, other, strict=True)) < 0.2


def test_north_is_up_and_east_is_right():
    """Longitude and latitude land where a map reader looks for them."""
    drawing = draw_town_map([MapNode("a", 118.0, 27.0, "A"), MapNode("b", 118.5, 27.5, "B")], title="Two")
    spots = {spot.node.key: spot for spot in drawing.nodes}
    assert spots["b"].x > spots["a"].x
    assert spots["b"].y < spots["a"].y


def test_a_route_is_drawn_leg_by_leg():
    """A tour of three stops and home again has four legs."""
    places = [MapNode(key, 118 + n / 10, 27 + n % 2 / 10, key) for n, key in enumerate("abcd")]
    drawing = draw_town_map(places, [("a", "b")], ["a", "b", "c", "d", "a"], title="Run")
    assert len(drawing.legs) == 4
    assert len(drawing.roads) == 1
