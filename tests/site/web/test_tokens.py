"""The colour roles: readable on each other, in light and dark, computed from the style sheet itself."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[3] / "frontend" / "styles"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")
HEX = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
GROUNDS = ("ground", "surface", "sunken")
TEXTS = ("ink", "ink-soft", "ink-faint", "kiln", "celadon", "ochre", "madder", "indigo")
FILLED = (
    ("on-kiln", "kiln-fill"),
    ("on-kiln", "kiln-fill-hover"),
    ("on-celadon", "celadon-fill"),
    ("on-celadon", "celadon-fill-hover"),
    ("ground", "ink"),
    *((role, f"{role}-wash") for role in ("kiln", "celadon", "ochre", "madder", "indigo")),
    *(("ink", f"{role}-wash") for role in ("kiln", "celadon", "ochre", "madder", "indigo")),
)
READABLE = 4.5
VISIBLE = 3.0


def block_after(marker: str) -> dict[str, str]:
    """The colours of the block that starts at a selector."""
    start = TOKENS.index(marker)
    return dict(HEX.findall(TOKENS[start : TOKENS.index("}", start)]))


LIGHT = block_after(":root {\n  color-scheme: light")
DARK = block_after(':root[data-theme="dark"],')
THEMES = {"light": LIGHT, "dark": DARK}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2, from 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_the_one_of_the_standard():
    """Black on white is 21 to 1, and the known grey borderline is where the standard puts it."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_on_every_ground(theme: str):
    """AA for ordinary text, on paper, sheet and sunken ground alike."""
    colours = THEMES[theme]
    weak = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for text in TEXTS
        for ground in GROUNDS
        if contrast(colours[text], colours[ground]) < READABLE
    }
    assert weak == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "fill"), FILLED)
def test_text_on_fills_and_washes_can_be_read(theme: str, text: str, fill: str):
    """AA for the words on buttons, badges and notices."""
    colours = THEMES[theme]
    assert contrast(colours[text], colours[fill]) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_edges_and_focus_can_be_seen(theme: str):
    """The edge of a field, the focus ring and filled shapes stand out 3 to 1 from every ground."""
    colours = THEMES[theme]
    for shape in ("line-strong", "focus"):
        for ground in GROUNDS:
            assert contrast(colours[shape], colours[ground]) >= VISIBLE, (shape, ground)


def test_both_ways_into_the_dark_are_the_same_dark():
    """The device's wish and the reader's choice give the same colours."""
    assert block_after(':root:not([data-theme="light"])') == DARK
    assert set(DARK) == set(LIGHT)


def test_colours_have_names():
    """Style sheets use roles; a bare colour stands only over pictures and video, which have no theme."""
    bare = {
        (path.name, colour)
        for path in STYLES.rglob("*.css")
        if path.name not in ("tokens.css", "room.css")
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8"))
    }
    over_pictures = {"#000", "#0000", "#fff7ef"}
    assert {colour for _, colour in bare} <= over_pictures, bare


def test_targets_are_big_enough_for_thumbs():
    """44 px everywhere, 56 px in the station app."""
    assert "--target: 44px" in TOKENS
    assert "--target: 56px" in (STYLES / "kinds" / "station.css").read_text(encoding="utf-8")


def test_no_page_waits_for_a_font_or_a_foreign_host():
    """System fonts only, and nothing from anywhere else."""
    for path in STYLES.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "@font-face" not in text
        assert "http" not in text
