"""Compile translations with Babel: `python -m millstream.site.cli.translations FILE.po ...`."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogue(source: Path) -> Path:
    """Write the .mo beside the .po, whole or not at all; fuzzy entries stay in English."""
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parents[1].name, abort_invalid=True)
    target = source.with_suffix(".mo")
    draft = target.with_suffix(".mo.draft")
    with draft.open("wb") as compiled:
        write_mo(compiled, catalogue)
    draft.replace(target)
    return target


def main(words: list[str]) -> None:
    """Compile each named file."""
    for word in words:
        compile_catalogue(Path(word))


if __name__ == "__main__":
    main(sys.argv[1:])
