"""A settlement slip on paper: 80 mm wide, as long as it must be, black on white, for a till's printer or any other."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from millstream.kernel.templatetags.millstream import money
from millstream.kernel.texts import localised
from millstream.live.types import ShowRecord
from millstream.live.types.after import SlipRecord
from millstream.logistics.api import drawable

WIDTH: Final = 80 * mm
EDGE: Final = 4 * mm
SMALL: Final = 8.5
NORMAL: Final = 10
LARGE: Final = 14
LEADING: Final = 1.45
MOST_LINES: Final = 400

type Row = tuple[str, str, float]
"""Left text, right text, size; both empty is a rule."""

RULE: Final[Row] = ("", "", 0)


def draw_slip(show: ShowRecord, slips: Sequence[SlipRecord], *, name: str, host: str, day: str) -> bytes:
    """The slips of one household, one below the other, with the few letters they need embedded."""
    rows: list[Row] = [(_("Settlement slip"), "", LARGE), (name, "", NORMAL), (localised(show.title), "", SMALL)]
    rows.append((f"{host} · {day}", "", SMALL))
    for slip in slips:
        rows += _slip_rows(slip)
    letters = "".join(left + right for left, right, _size in rows) + "…"
    with drawable(letters) as font:
        out = io.BytesIO()
        height = 2 * EDGE + sum(_height(row) for row in rows)
        canvas = Canvas(out, pagesize=(WIDTH, height), pageCompression=1, invariant=1)
        canvas.setTitle(f"{localised(show.title)} · {name}")
        _draw(canvas, font, rows, height - EDGE)
        canvas.showPage()
        canvas.save()
    return out.getvalue()


def _slip_rows(slip: SlipRecord) -> list[Row]:
    rows: list[Row] = [RULE]
    for line in slip.lines[:MOST_LINES]:
        rows.append((localised(line.title), money(line.goods_minor, slip.currency), NORMAL))
        rows.append((f"{line.quantity} × {money(line.price_minor, slip.currency)} · {line.order_code}", "", SMALL))
        rows.append((_("Your part"), money(line.share_minor, slip.currency), SMALL))
        if line.given_back_minor:
            rows.append((_("Given back"), money(-line.given_back_minor, slip.currency), SMALL))
    if len(slip.lines) > MOST_LINES:
        rows.append(("…", "", NORMAL))
    rows += [
        RULE,
        (_("Sold for"), money(slip.goods_minor, slip.currency), NORMAL),
        (_("Your part"), money(slip.share_minor, slip.currency), NORMAL),
        (_("Given back"), money(-slip.given_back_minor, slip.currency), NORMAL),
        (_("You get"), money(slip.due_minor, slip.currency), LARGE),
        (_("Due already"), money(slip.due_now_minor, slip.currency), NORMAL),
    ]
    return rows


def _height(row: Row) -> float:
    return row[2] * LEADING if row != RULE else 3 * mm


def _draw(canvas: Any, font: str, rows: Sequence[Row], top: float) -> None:
    y = top
    for row in rows:
        left, right, size = row
        y -= _height(row)
        if row == RULE:
            canvas.setLineWidth(0.6)
            canvas.line(EDGE, y + 1.5 * mm, WIDTH - EDGE, y + 1.5 * mm)
            continue
        room = WIDTH - 2 * EDGE - (stringWidth(right, font, size) + 2 * mm if right else 0)
        canvas.setFont(font, size)
        canvas.drawString(EDGE, y + size * 0.25, _fit(left, font, size, room))
        canvas.drawRightString(WIDTH - EDGE, y + size * 0.25, right)


def _fit(text: str, font: str, size: float, room: float) -> str:
    """Cut a line that is too long, and show that it was cut."""
    if stringWidth(text, font, size) <= room:
        return text
    while text and stringWidth(text + "…", font, size) > room:
        text = text[:-1]
    return text + "…"
