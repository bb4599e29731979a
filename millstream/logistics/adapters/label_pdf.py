"""The label of a parcel: 100 by 150 mm, black on white, for any printer: bars, QR, route, where to and where from."""

from __future__ import annotations

import io
from typing import Any, Final

import segno
from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from millstream.logistics.adapters.label_content import LabelContent
from millstream.logistics.adapters.label_font import drawable
from millstream.logistics.rules.codes import for_people

WIDTH: Final = 100 * mm
HEIGHT: Final = 150 * mm
EDGE: Final = 5 * mm
QR_SIDE: Final = 27 * mm
QR_QUIET_MODULES: Final = 2
MOST_TO_LINES: Final = 4
MOST_CONTENT_LINES: Final = 3
BOLD_STROKE: Final = 0.35


def draw_label(content: LabelContent) -> bytes:
    """The label as a PDF of one page with the few letters it needs embedded."""
    words = _words()
    with drawable("".join([*words.values(), *_texts(content), for_people(content.code)])) as font:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
        canvas.setTitle(for_people(content.code))
        _Label(canvas, font, words).draw(content)
        canvas.showPage()
        canvas.save()
    return out.getvalue()


def _words() -> dict[str, str]:
    return {"to": _("Sent to"), "from": _("Sent by"), "order": _("Order"), "inside": _("Inside"), "more": "…"}


def _texts(content: LabelContent) -> list[str]:
    return [
        content.route_code,
        content.centre_code,
        content.sort_code,
        content.to_name,
        content.to_phone,
        content.to_lines,
        content.from_name,
        content.station_name,
        *content.contents,
        content.weight,
        content.order_code,
        content.day,
        "·×→",
    ]


class _Label:
    """One label being drawn, from the top edge down; all positions in points."""

    def __init__(self, canvas: Any, font: str, words: dict[str, str]) -> None:
        self.canvas, self.font, self.words = canvas, font, words

    def draw(self, content: LabelContent) -> None:
        """Four zones: route, bars, where to, the rest with the QR."""
        self._route(content)
        self._rule(HEIGHT - 31 * mm)
        self._bars(content.code)
        self._rule(HEIGHT - 62 * mm)
        self._to(content)
        self._rule(HEIGHT - 106 * mm)
        self._rest(content)

    def _route(self, content: LabelContent) -> None:
        top = HEIGHT - EDGE
        self._text(EDGE, top - 16 * mm, content.route_code, 46, bold=True)
        way = f"→ {content.centre_code}"
        self._text_right(WIDTH - EDGE, top - 8 * mm, way, 20, bold=True)
        self._text_right(WIDTH - EDGE, top - 16 * mm, content.sort_code, 18, bold=True)
        self._text(EDGE, top - 24.5 * mm, self._fit(content.station_name, 11, WIDTH - 2 * EDGE), 11)

    def _bars(self, code: str) -> None:
        bars = Code128(code, barHeight=17 * mm, barWidth=0.42 * mm, humanReadable=False, quiet=True, lquiet=4 * mm)
        bars.drawOn(self.canvas, (WIDTH - bars.width) / 2, HEIGHT - 51 * mm)
        shown = for_people(code)
        width = stringWidth(shown, self.font, 17)
        self._text((WIDTH - width) / 2, HEIGHT - 59 * mm, shown, 17, bold=True)

    def _to(self, content: LabelContent) -> None:
        top = HEIGHT - 62 * mm
        self._text(EDGE, top - 6 * mm, self.words["to"], 9)
        self._text(EDGE, top - 14 * mm, self._fit(content.to_name, 18, 56 * mm), 18, bold=True)
        self._text_right(WIDTH - EDGE, top - 14 * mm, content.to_phone, 14)
        lines = self._wrap(content.to_lines, 14, WIDTH - 2 * EDGE, MOST_TO_LINES)
        for index, line in enumerate(lines):
            self._text(EDGE, top - (21.5 + 6.5 * index) * mm, line, 14)

    def _rest(self, content: LabelContent) -> None:
        top, room = HEIGHT - 106 * mm, WIDTH - 3 * EDGE - QR_SIDE
        self._qr(content.link, WIDTH - EDGE - QR_SIDE, top - 3 * mm - QR_SIDE)
        sender = f"{self.words['from']} {content.from_name}"
        self._text(EDGE, top - 7 * mm, self._fit(sender, 11, room), 11)
        self._text(EDGE, top - 13 * mm, f"{self.words['order']} {content.order_code} · {content.weight}", 9)
        shown = content.contents[:MOST_CONTENT_LINES]
        for index, line in enumerate(shown):
            self._text(EDGE, top - (19 + 5 * index) * mm, self._fit(line, 9, room), 9)
        if len(content.contents) > MOST_CONTENT_LINES:
            self._text(EDGE, top - (19 + 5 * MOST_CONTENT_LINES) * mm, self.words["more"], 9)
        self._text(EDGE, EDGE, content.day, 8)

    def _qr(self, link: str, left: float, bottom: float) -> None:
        matrix = segno.make_qr(link, error="m").matrix
        module = QR_SIDE / (len(matrix) + 2 * QR_QUIET_MODULES)
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    x = left + (column + QR_QUIET_MODULES) * module
                    y = bottom + QR_SIDE - (row + 1 + QR_QUIET_MODULES) * module
                    # A hair wider than a module, so that no white seams show between dark neighbours.
                    self.canvas.rect(x, y, module * 1.01, module * 1.01, stroke=0, fill=1)

    def _rule(self, y: float) -> None:
        self.canvas.setLineWidth(0.8)
        self.canvas.line(EDGE, y, WIDTH - EDGE, y)

    def _text(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        """Write one line; bold is the same letter with its outline drawn, for there is one weight in the package."""
        written = self.canvas.beginText(x, y)
        written.setFont(self.font, size)
        written.setTextRenderMode(2 if bold else 0)
        self.canvas.setLineWidth(BOLD_STROKE * size / 12)
        written.textOut(text)
        written.setTextRenderMode(0)
        self.canvas.drawText(written)

    def _text_right(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        self._text(x - stringWidth(text, self.font, size), y, text, size, bold=bold)

    def _fit(self, text: str, size: float, room: float) -> str:
        """Cut a line that is too long, and show that it was cut."""
        if stringWidth(text, self.font, size) <= room:
            return text
        while text and stringWidth(text + self.words["more"], self.font, size) > room:
            text = text[:-1]
        return text + self.words["more"]

    def _wrap(self, text: str, size: float, room: float, most: int) -> list[str]:
        """Break between any two wide letters, as Chinese is set; a Latin word goes to the next line whole."""
        lines: list[str] = []
        for given in text.splitlines():
            line = ""
            for piece in _pieces(given):
                if line and stringWidth(line + piece, self.font, size) > room:
                    lines.append(line.rstrip())
                    line = piece.lstrip()
                else:
                    line += piece
            lines.append(line)
        if len(lines) > most:
            lines = [*lines[: most - 1], self._fit("".join(lines[most - 1 :]), size, room)]
        return lines


def _pieces(text: str) -> list[str]:
    """Latin words and single wide letters."""
    pieces: list[str] = []
    for letter in text:
        is_latin = letter.isascii() and not letter.isspace()
        if is_latin and pieces and pieces[-1][-1:].isascii() and not pieces[-1][-1:].isspace():
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
