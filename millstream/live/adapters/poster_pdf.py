"""The poster as an A4 page to print and hang up; its letters are embedded."""

import io
from typing import Any, Final

import segno
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from millstream.kernel.web.paper_font import drawable
from millstream.live.adapters.poster_content import (
    CELADON,
    INK,
    KILN,
    PAPER,
    SOFT,
    WHITE,
    Colour,
    PosterContent,
    font_path,
    lines_of,
    picture,
)

WIDTH, HEIGHT = A4
EDGE: Final = 16 * mm
PICTURE_HEIGHT: Final = 138 * mm
AWNING: Final = 9 * mm
STRIPES: Final = 14
GOODS_SIDE: Final = 25 * mm
MOST_GOODS: Final = 6
QR_SIDE: Final = 48 * mm
QR_QUIET: Final = 3
DOTS_PER_POINT: Final = 200 / 72


def draw_poster(content: PosterContent) -> bytes:
    """The page as PDF."""
    with drawable(content.letters(), font_path()) as font:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4, pageCompression=1, invariant=1)
        canvas.setTitle(content.title)
        page = _Page(canvas, font)
        page.head(content)
        page.words(content)
        page.foot(content)
        canvas.showPage()
        canvas.save()
    return out.getvalue()


class _Page:
    """One page being drawn; positions in points from the foot."""

    def __init__(self, canvas: Any, font: str) -> None:
        self.canvas, self.font = canvas, font

    def _fill(self, colour: Colour) -> None:
        self.canvas.setFillColor(Color(*(part / 255 for part in colour)))
        self.canvas.setStrokeColor(Color(*(part / 255 for part in colour)))

    def _text(self, x: float, y: float, text: str, size: float, colour: Colour, *, bold: bool = False) -> None:
        """One line on its foot; bold is the same letter with an outline, for the font has one weight."""
        self._fill(colour)
        written = self.canvas.beginText(x, y)
        written.setFont(self.font, size)
        written.setTextRenderMode(2 if bold else 0)
        self.canvas.setLineWidth(size * 0.03)
        written.textOut(text)
        written.setTextRenderMode(0)
        self.canvas.drawText(written)

    def _wide(self, size: float) -> Any:
        return lambda text: stringWidth(text, self.font, size)

    def _picture(self, url: str, x: float, y: float, width: float, height: float) -> bool:
        drawn = picture(url, int(width * DOTS_PER_POINT), int(height * DOTS_PER_POINT))
        if drawn is None:
            return False
        # JPEG inside: a page of some hundred kilobytes, not of some megabytes.
        packed = io.BytesIO()
        drawn.save(packed, "JPEG", quality=86)
        packed.seek(0)
        self.canvas.drawImage(ImageReader(packed), x, y, width, height)
        return True

    def head(self, content: PosterContent) -> None:
        """Paper ground, picture, awning, eyebrow."""
        self._fill(PAPER)
        self.canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
        foot = HEIGHT - PICTURE_HEIGHT
        if not self._picture(content.picture, 0, foot, WIDTH, PICTURE_HEIGHT):
            self._fill(CELADON)
            self.canvas.rect(0, foot, WIDTH, PICTURE_HEIGHT, stroke=0, fill=1)
        stripe = WIDTH / STRIPES
        for number in range(STRIPES):
            self._fill(KILN if number % 2 == 0 else PAPER)
            left = number * stripe
            self.canvas.rect(left, HEIGHT - AWNING - 0.5, stripe, AWNING + 0.5, stroke=0, fill=1)
            self.canvas.wedge(
                left, HEIGHT - AWNING - stripe / 2, left + stripe, HEIGHT - AWNING + stripe / 2, 180, 180, 0, 1
            )
        width = stringWidth(content.eyebrow, self.font, 17)
        self._fill(KILN)
        self.canvas.roundRect(EDGE, foot - 6 * mm, width + 12 * mm, 12 * mm, 6 * mm, stroke=0, fill=1)
        self._text(EDGE + 6 * mm, foot - 2 * mm, content.eyebrow, 17, WHITE, bold=True)

    def words(self, content: PosterContent) -> None:
        """Title, time, host, story."""
        size, lines = 46, [""]
        for size in (46, 38, 31):
            lines = lines_of(content.title, WIDTH - 2 * EDGE, self._wide(size), 2)
            if not lines[-1].endswith("…"):
                break
        y = HEIGHT - PICTURE_HEIGHT - 14 * mm - size
        for line in lines:
            self._text(EDGE, y, line, size, INK, bold=True)
            y -= size * 1.2
        y -= 4 * mm
        self._text(EDGE, y, content.clock, 40, KILN, bold=True)
        beside = EDGE + stringWidth(content.clock, self.font, 40) + 7 * mm
        self._text(beside, y + 6 * mm, content.when, 18, INK, bold=True)
        self._text(beside, y - 0.5 * mm, content.where, 12, SOFT)
        y -= 13 * mm
        self._text(EDGE, y, content.host, 19, INK)
        for line in lines_of(content.story, WIDTH - 2 * EDGE, self._wide(13), 2) if content.story else ():
            y -= 7.5 * mm
            self._text(EDGE, y, line, 13, SOFT)

    def foot(self, content: PosterContent) -> None:
        """Goods in a row, the code, and what to do with it."""
        left = WIDTH - EDGE - QR_SIDE
        self._fill(WHITE)
        self.canvas.roundRect(left, EDGE, QR_SIDE, QR_SIDE, 3 * mm, stroke=0, fill=1)
        self._qr(content.link, left, EDGE)
        x, y, room = EDGE, EDGE + QR_SIDE - GOODS_SIDE, left - 6 * mm
        for url in content.goods[:MOST_GOODS]:
            if x + GOODS_SIDE > room:
                break
            if self._picture(url, x, y, GOODS_SIDE, GOODS_SIDE):
                x += GOODS_SIDE + 3.5 * mm
        y -= 9 * mm
        for line in lines_of(content.scan, room - EDGE, self._wide(16), 2):
            self._text(EDGE, y, line, 16, INK, bold=True)
            y -= 7 * mm
        for line in lines_of(content.shown_link, room - EDGE, self._wide(10), 1):
            self._text(EDGE, EDGE, line, 10, SOFT)

    def _qr(self, link: str, left: float, bottom: float) -> None:
        matrix = segno.make_qr(link, error="m").matrix
        module = QR_SIDE / (len(matrix) + 2 * QR_QUIET)
        self._fill(INK)
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x = left + (column + QR_QUIET) * module
                    y = bottom + QR_SIDE - (row + 1 + QR_QUIET) * module
                    self.canvas.rect(x, y, module * 1.01, module * 1.01, stroke=0, fill=1)
