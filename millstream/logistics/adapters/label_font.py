"""The font of labels, and what is said when its package is missing."""

from contextlib import AbstractContextManager
from pathlib import Path

from millstream.kernel.web import paper_font
from millstream.logistics.refusals import FontMissing

FONT_PACKAGE = paper_font.FONT_PACKAGE


def drawable(text: str) -> AbstractContextManager[str]:
    """The name of a font with the letters of ``text``, good inside the block; refuses when its package is missing."""
    return paper_font.drawable(text, font_path())


def font_path() -> Path:
    """Where the font is; refuses when its package is not installed."""
    path = paper_font.font_file(FONT_PACKAGE)
    if path is None:
        raise FontMissing
    return path
