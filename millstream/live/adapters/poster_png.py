"""The poster as a picture for phones' stories: 1080 by 1920."""

import io
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

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

WIDTH: Final = 1080
HEIGHT: Final = 1920
EDGE: Final = 72
PICTURE_HEIGHT: Final = 960
AWNING: Final = 56
STRIPES: Final = 12
GOODS_SIDE: Final = 150
MOST_GOODS: Final = 4
QR_SIDE: Final = 300
QR_QUIET: Final = 3


def draw_story(content: PosterContent) -> bytes:
    """The picture as PNG."""
    story = _Story()
    story.head(content)
    top = story.words(content)
    story.goods(content, top)
    story.foot(content)
    out = io.BytesIO()
    story.image.save(out, "PNG", optimize=True)
    return out.getvalue()


class _Story:
    """One story being drawn from the top edge down."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        self.pen = ImageDraw.Draw(self.image)
        self.path = str(font_path())
        self.fonts: dict[int, ImageFont.FreeTypeFont] = {}

    def font(self, size: int) -> ImageFont.FreeTypeFont:
        if size not in self.fonts:
            self.fonts[size] = ImageFont.truetype(self.path, size)
        return self.fonts[size]

    def text(self, at: tuple[float, float], text: str, size: int, colour: Colour, *, bold: int = 0) -> None:
        """One line, its top at `at`; bold is the same letter with an outline, for the font has one weight."""
        self.pen.text(at, text, font=self.font(size), fill=colour, stroke_width=bold, stroke_fill=colour)

    def head(self, content: PosterContent) -> None:
        """The picture under the market's awning."""
        drawn = picture(content.picture, WIDTH, PICTURE_HEIGHT)
        if drawn is None:
            self.pen.rectangle((0, 0, WIDTH, PICTURE_HEIGHT), fill=CELADON)
        else:
            self.image.paste(drawn, (0, 0))
        stripe = WIDTH / STRIPES
        for number in range(STRIPES):
            left, right = number * stripe, (number + 1) * stripe
            colour = KILN if number % 2 == 0 else PAPER
            self.pen.rectangle((left, 0, right, AWNING), fill=colour)
            self.pen.pieslice((left, AWNING - stripe / 2, right, AWNING + stripe / 2), 0, 180, fill=colour)
        size = 40
        width = self.font(size).getlength(content.eyebrow)
        top = PICTURE_HEIGHT - 44
        self.pen.rounded_rectangle((EDGE, top, EDGE + width + 64, top + 88), 44, fill=KILN)
        self.text((EDGE + 32, top + 16), content.eyebrow, size, WHITE, bold=1)

    def words(self, content: PosterContent) -> float:
        """Title, time and host; returns where they end."""
        top = PICTURE_HEIGHT + 84.0
        size, lines = 92, [""]
        for size in (92, 76, 62):
            lines = lines_of(content.title, WIDTH - 2 * EDGE, self.font(size).getlength, 2)
            if not lines[-1].endswith("…"):
                break
        for line in lines:
            self.text((EDGE, top), line, size, INK, bold=2)
            top += size * 1.22
        top += 18
        self.text((EDGE, top), content.clock, 84, KILN, bold=2)
        beside = EDGE + self.font(84).getlength(content.clock) + 36
        self.text((beside, top + 10), content.when, 40, INK, bold=1)
        self.text((beside, top + 62), content.where, 30, SOFT)
        top += 132
        self.text((EDGE, top), content.host, 42, INK)
        return top + 66

    def goods(self, content: PosterContent, top: float) -> None:
        """What is shown, in a row beside the code."""
        room = HEIGHT - EDGE - QR_SIDE - 24
        if top + GOODS_SIDE > room and len(content.goods) > 0:
            top = room - GOODS_SIDE
        left = EDGE
        for url in content.goods[:MOST_GOODS]:
            drawn = picture(url, GOODS_SIDE, GOODS_SIDE)
            if drawn is None:
                continue
            mask = Image.new("L", drawn.size, 0)
            ImageDraw.Draw(mask).rounded_rectangle((0, 0, GOODS_SIDE - 1, GOODS_SIDE - 1), 18, fill=255)
            self.image.paste(drawn, (left, int(top)), mask)
            left += GOODS_SIDE + 24

    def foot(self, content: PosterContent) -> None:
        """The code, and what to do with it."""
        top, left = HEIGHT - EDGE - QR_SIDE, WIDTH - EDGE - QR_SIDE
        self.pen.rounded_rectangle((left, top, left + QR_SIDE, top + QR_SIDE), 20, fill=WHITE)
        matrix = segno.make_qr(content.link, error="m").matrix
        module = QR_SIDE // (len(matrix) + 2 * QR_QUIET)
        start = (QR_SIDE - module * len(matrix)) // 2
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, y = left + start + column * module, top + start + row * module
                    self.pen.rectangle((x, y, x + module - 1, y + module - 1), fill=INK)
        room = left - 2 * EDGE + 20
        lines = lines_of(content.scan, room, self.font(46).getlength, 3)
        y = HEIGHT - EDGE - 62 - 62 * len(lines)
        for line in lines:
            self.text((EDGE, y), line, 46, INK, bold=1)
            y += 62
        for line in lines_of(content.shown_link, room, self.font(28).getlength, 1):
            self.text((EDGE, HEIGHT - EDGE - 44), line, 28, SOFT)
