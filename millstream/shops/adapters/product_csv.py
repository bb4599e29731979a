"""Product lists as CSV files: what a spreadsheet writes is read, what is written a spreadsheet reads."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from millstream.shops.refusals import ColumnMissing, ListTooLong, NotAList
from millstream.shops.types import ImportRow

COLUMNS: Final = (
    "product",
    "sku",
    "title_en",
    "title_zh",
    "story_en",
    "story_zh",
    "category",
    "weight_grams",
    "variant_en",
    "variant_zh",
    "price",
    "currency",
    "on_hand",
    "state",
)
REQUIRED: Final = ("sku",)
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 2_000
LONGEST_CELL: Final = 8_000
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t")


def read_rows(content: bytes) -> list[ImportRow]:
    """Read the lines of a file in UTF-8 or GB 18030, with commas, semicolons or tabs; refuses what is no such list.

    Unknown columns are kept out of the way, missing ones are simply not changed; empty lines are skipped.
    """
    if len(content) > MOST_BYTES:
        raise ListTooLong(limit=f"{MOST_BYTES // 2**20} MB")
    text = _decoded(content)
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restkey="_more", restval="")
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise ColumnMissing(column=missing[0])
    reader.fieldnames = names
    rows: list[ImportRow] = []
    try:
        for told in reader:
            cells = {name: _meant(told.get(name) or "") for name in COLUMNS if name in told}
            if any(cells.values()):
                rows.append(ImportRow(reader.line_num, cells))
            if len(rows) > MOST_ROWS:
                raise ListTooLong(limit=MOST_ROWS)
    except csv.Error as error:
        raise NotAList from error
    return rows


def _decoded(content: bytes) -> str:
    """Spreadsheets of this country write GB 18030 when nobody tells them otherwise."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotAList


def write_rows(rows: Iterable[Sequence[str]], *, columns: Sequence[str] = COLUMNS) -> bytes:
    """A CSV file in UTF-8 with the mark by which spreadsheets know it; cells never begin a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _plain(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell[:1] in FORMULA_SIGNS and not _is_number(cell) else cell


def _meant(cell: str) -> str:
    """A cell without the sign that kept it from being a formula."""
    told = cell.strip()[:LONGEST_CELL]
    return told[1:] if told[:1] == "'" and told[1:2] in FORMULA_SIGNS else told


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
