"""CSV that a bank reads and a spreadsheet does not run."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

type Cell = str | int | Decimal

BOM: Final = "\ufeff"
# What spreadsheets take for a formula at the start of a cell (OWASP, CSV injection), their full-width forms too.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_QUOTED: Final = frozenset('",\r\n')
LINE_END: Final = "\r\n"


def safe_cell(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run, white space before it looked through."""
    return f"'{text}" if text.lstrip(" \u3000\xa0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def csv_row(cells: Sequence[Cell]) -> str:
    """One line of RFC 4180. Numbers are ours and go as they are; texts are made safe first."""
    return ",".join(str(cell) if isinstance(cell, int | Decimal) else _quote(safe_cell(cell)) for cell in cells)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool) -> str:
    """A whole file: header, rows, CRLF line ends, on request the byte order mark that Excel wants."""
    lines = [csv_row(header), *(csv_row(row) for row in rows)]
    return (BOM if bom else "") + LINE_END.join(lines) + LINE_END


def _quote(cell: str) -> str:
    if not _QUOTED.isdisjoint(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
