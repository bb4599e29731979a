"""What may be said: blocked words however they are spelt, links, emoji alone. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST_WORD: Final = 40

# Letters that look alike stand for one: Cyrillic and Greek for Latin, digits and signs for what they are put for.
_ALIKE: Final = str.maketrans(
    "аеорсхукмтвніѕјɑαεορτυνικβ013457l",
    "aeopcxykmtbnisjaaeoptuvikboieasti",
)
_SIGNS: Final = (
    (re.compile(r"@(?=\w)"), "a"),
    (re.compile(r"\$(?=\w)"), "s"),
    (re.compile(r"(?<=\w)[!|](?=\w)"), "i"),
)
_TOKEN: Final = re.compile(r"\w+")
_SPELT_OUT: Final = re.compile(r"(?<= )(?:\w ){3,}")
_DOTS: Final = str.maketrans("。．｡︒﹒", ".....")
_ENDINGS: Final = (
    "com|net|org|info|biz|cn|hk|tw|io|co|me|cc|tv|ru|uk|de|fr|in|id|vn|th|my|ph"
    "|xyz|top|vip|shop|club|site|online|live|app"
)
_LINK: Final = re.compile(
    r"(?:https?|ftp|wss?)\s*:\s*/\s*/|\bwww\s*\."
    r"|(?<![\w.])[a-z0-9][a-z0-9-]*(?:\s?\.\s?[a-z0-9-]+)*\s?\.\s?(?:" + _ENDINGS + r")(?![a-z0-9])"
)
_EMOJI: Final = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\u2300-\u23ff"
    "\u200d\ufe0f\u20e3\U0001f3fb-\U0001f3ff\u00a9\u00ae\u203c\u2049\u2122\u3030\u303d\u3297\u3299\\s]+"
)
_JOINERS: Final = frozenset("\u200d\ufe0f")


def is_emoji_only(text: str) -> bool:
    """Whether there is nothing but emoji and spaces, and at least one emoji."""
    return _EMOJI.fullmatch(text) is not None and any(
        not letter.isspace() and letter not in _JOINERS for letter in text
    )


def has_link(text: str) -> bool:
    """Whether a text leads somewhere else: an address with or without `http`, also with full-width letters or dots."""
    return _LINK.search(unicodedata.normalize("NFKC", text.translate(_DOTS)).casefold()) is not None


def plain(text: str) -> str:
    """A text as it is compared: width, case, accents, invisible letters and look-alikes do not count."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf", "Cc"))
    whole = unicodedata.normalize("NFKC", kept)
    for sign, letter in _SIGNS:
        whole = sign.sub(letter, whole)
    return whole.translate(_ALIKE)


def _spaced(text: str) -> str:
    """The words of a plain text with one space around each; letters spelt out one by one stand as a word as well."""
    spaced = f" {' '.join(_TOKEN.findall(plain(text).replace('_', ' ')))} "
    joined = [found.group().replace(" ", "") for found in _SPELT_OUT.finditer(spaced)]
    return spaced + "".join(f"{word} " for word in joined)


def normal_word(word: str) -> str:
    """A blocked word as it is compared; empty when nothing of it counts."""
    tokens = _TOKEN.findall(plain(word).replace("_", " "))
    return ("" if is_without_spaces(word) else " ").join(tokens)


def is_without_spaces(word: str) -> bool:
    """Whether a word is of a script that puts no spaces between words, as Chinese: it is then found inside others."""
    return any(unicodedata.category(letter) == "Lo" for letter in word)


@dataclass(frozen=True, slots=True)
class WordFilter:
    """Finds blocked words; made once for each list."""

    spaced: re.Pattern[str] | None
    inside: re.Pattern[str] | None

    def blocks(self, text: str) -> bool:
        """Whether a text holds a blocked word, however it is spelt."""
        spaced = _spaced(text)
        if self.spaced is not None and self.spaced.search(spaced):
            return True
        return self.inside is not None and self.inside.search(spaced.replace(" ", "")) is not None


@lru_cache(maxsize=256)
def word_filter(words: frozenset[str]) -> WordFilter:
    """The filter of these normal words (`normal_word`)."""
    return WordFilter(
        _any_of(f" {word} " for word in words if word and not is_without_spaces(word)),
        _any_of(word for word in words if word and is_without_spaces(word)),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    escaped = sorted(map(re.escape, words))
    return re.compile("|".join(escaped)) if escaped else None
