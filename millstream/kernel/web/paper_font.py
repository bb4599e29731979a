"""The font of printed things: just the letters that one of them needs, cut out of Noto Sans SC for PDF.

The font comes as CFF outlines in a package (SIL Open Font License); the PDF library embeds quadratic outlines only. A
label or a poster has about a hundred different letters, so cutting and turning takes a tenth of a second and adds some
kilobytes.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Final

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, newTable  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as PdfFont

# It tells every letter that it keeps.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FONT_PACKAGE: Final = "pylopdf_fonts_zh_cn"
FONT_FILE: Final = "NotoSansSC-Regular.otf"
_NUMBERS: Final = count(1)
ASCII: Final = frozenset(chr(code) for code in range(32, 127))
MOST_ERROR_UNITS: Final = 1.0
DROPPED: Final = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx")
ZEROED: Final = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentDepth",
)


@contextmanager
def drawable(text: str, path: Path) -> Iterator[str]:
    """The name of a font that has the letters of ``text``, cut from the one at ``path``; good inside the block.

    The PDF library's own registering is not used: it keeps every font for ever, and gives the first font back for
    every later one with the same face, whose letters are other ones. Each one has a name of its own, so two threads
    may print at once.
    """
    name = f"Paper{next(_NUMBERS)}"
    # The library takes all of ASCII for granted, and mixes letters up where one is missing.
    letters = "".join(sorted(set(text) | ASCII))
    fonts: dict[str, PdfFont] = pdfmetrics._fonts  # noqa: SLF001
    fonts[name] = PdfFont(name, io.BytesIO(cut_font(letters, path)))
    try:
        yield name
    finally:
        del fonts[name]


def font_file(package: str = FONT_PACKAGE) -> Path | None:
    """Where the font is; None when its package is not installed."""
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / FONT_FILE
    return path if path.is_file() else None


def cut_font(letters: str, path: Path) -> bytes:
    """A TrueType font with these letters alone."""
    options = subset.Options()
    options.layout_features, options.hinting, options.notdef_outline = [], False, True
    options.drop_tables += list(DROPPED)
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    with TTFont(path, lazy=True) as font:
        cutter.subset(font)
        _turn_outlines(font)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def _turn_outlines(font: Any) -> None:
    """Replace cubic by quadratic outlines."""
    drawn, glyphs, order = font.getGlyphSet(), {}, font.getGlyphOrder()
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, max_err=MOST_ERROR_UNITS, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    del font["CFF "]
    sizes = font["maxp"]
    sizes.tableVersion, sizes.maxZones = 0x00010000, 1
    for field in ZEROED:
        setattr(sizes, field, 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"
