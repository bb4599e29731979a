"""What stands on a poster, and its pictures, cut to shape."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from millstream.kernel.web.paper_font import font_file
from millstream.live.refusals.plans import PosterFontMissing

# The roles of the market's paper and kiln, as ink on paper; a printed thing has no dark side.
PAPER: Final = (250, 246, 238)
INK: Final = (38, 32, 27)
SOFT: Final = (105, 95, 84)
KILN: Final = (178, 58, 36)
CELADON: Final = (186, 206, 192)
WHITE: Final = (255, 255, 255)

type Colour = tuple[int, int, int]
type WidthOf = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class PosterContent:
    """The texts of a poster in the reader's language, and where its pictures are in the file store."""

    eyebrow: str
    title: str
    when: str
    clock: str
    where: str
    host: str
    story: str
    scan: str
    link: str
    shown_link: str
    picture: str
    goods: Sequence[str]

    def letters(self) -> str:
        """All text that is drawn."""
        texts = (self.eyebrow, self.title, self.when, self.clock, self.where, self.host, self.story, self.scan)
        return "".join((*texts, self.shown_link, "…"))


def font_path() -> Path:
    """The font's file; refuses when its package is missing."""
    path = font_file()
    if path is None:
        raise PosterFontMissing
    return path


def picture(url: str, width: int, height: int) -> Image.Image | None:
    """A picture of the file store, cut to a shape around its middle; None when there is none."""
    if not url.startswith(settings.MEDIA_URL):
        return None
    try:
        with default_storage.open(url.removeprefix(settings.MEDIA_URL)) as file:
            drawn = Image.open(io.BytesIO(file.read())).convert("RGB")
    except (OSError, UnidentifiedImageError):
        return None
    return ImageOps.fit(drawn, (width, height), Image.Resampling.LANCZOS)


def lines_of(text: str, room: float, width_of: WidthOf, most: int) -> list[str]:
    """A text in lines that fit: between any two wide letters, Latin words whole; cut with a mark when too long."""
    lines, line = [], ""
    for piece in _pieces(" ".join(text.split())):
        if line and width_of(line + piece) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_of(last + "…") > room:
        last = last[:-1]
    return [*lines[: most - 1], last + "…"]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for letter in text:
        joins = letter.isascii() and not letter.isspace()
        before = pieces[-1][-1:] if pieces else ""
        if joins and before.isascii() and before and not before.isspace():
            pieces[-1] += letter
        elif letter in "，。！？、；：）》”’" and pieces:
            pieces[-1] += letter  # a line never begins with what closes
        else:
            pieces.append(letter)
    return pieces
