"""Texts that people wrote in one or more languages, and how the reader's language picks one."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import get_language

type Text = Mapping[str, str]

LANGUAGES: Final = ("en", "zh-hans")


def localised(text: Text | str | None, language: str | None = None) -> str:
    """The text in `language` (the active one by default); else in the first language that it has; else empty."""
    if not text:
        return ""
    if isinstance(text, str):
        return text
    wanted = (language or get_language() or "en").lower()
    for key in (wanted, wanted.split("-")[0], *LANGUAGES):
        if text.get(key):
            return text[key]
    return next(iter(text.values()), "")


def both(en: str, zh_hans: str) -> dict[str, str]:
    """A text in the two languages of the installation."""
    return {"en": en, "zh-hans": zh_hans}


def fits_a_row(text: str) -> bool:
    """Whether PostgreSQL takes a text: no NUL in it, and no half of a letter (a lone surrogate, as JSON may have)."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
