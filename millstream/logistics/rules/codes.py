"""Codes that survive being read aloud, typed and scanned: Crockford base 32 with a check symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 10
BODY_LIMIT = 32**BODY_LENGTH
PARCEL, BAG, RUN, HANDOVER = "P", "B", "R", "H"
KINDS = frozenset({PARCEL, BAG, RUN, HANDOVER})
LABEL_TEXT_LIMIT = 300
SHORTEST_PHONE = 7
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
CODE_IN_LINK = re.compile(r"/(?:track|t)/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class LabelRead:
    """What a label says: its kind letter and its bare code."""

    kind: str
    code: str


def check_symbol(body: str) -> str:
    """The Luhn mod 32 symbol of a body: every single misread symbol changes it."""
    total = 0
    for index, symbol in enumerate(reversed(body)):
        doubled = ALPHABET.index(symbol) * (2 if index % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]


def make_code(kind: str, number: int) -> str:
    """The bare code of a thing: kind letter, ten symbols of ``number`` (0 <= number < 32**10), check symbol."""
    assert kind in KINDS, f"unknown kind of code {kind!r}"
    assert 0 <= number < BODY_LIMIT, "the number does not fit ten symbols"
    symbols = []
    for _ in range(BODY_LENGTH):
        number, digit = divmod(number, 32)
        symbols.append(ALPHABET[digit])
    body = "".join(reversed(symbols))
    return kind + body + check_symbol(kind + body)


def for_people(code: str) -> str:
    """The code as printed for eyes: groups of four."""
    return "-".join(code[index : index + 4] for index in range(0, len(code), 4))


def read_label(text: str) -> LabelRead | None:
    """Read what a scanner, a camera or a hand gives: a bare code, a grouped one, or the link in the QR.

    Returns None when it is no code of ours: wrong length, unknown kind, or a wrong check symbol.
    """
    text = text.strip()
    if not text or len(text) > LABEL_TEXT_LIMIT:
        return None
    link = CODE_IN_LINK.search(text)
    bare = re.sub(r"[\s\-_.]", "", link.group(1) if link else text).upper()
    if len(bare) != BODY_LENGTH + 2 or bare[0] not in KINDS:
        return None
    body = bare[0] + bare[1:-1].translate(MISREAD)
    check = bare[-1].translate(MISREAD)
    if any(symbol not in ALPHABET for symbol in body + check) or check_symbol(body) != check:
        return None
    return LabelRead(bare[0], body + check)


def mask_phone(phone: str) -> str:
    """A phone number that identifies nobody on a label: the first three and the last two digits stay."""
    digits = re.sub(r"\D", "", phone.removeprefix("+86"))
    if len(digits) < SHORTEST_PHONE:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}"
