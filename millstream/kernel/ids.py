"""Identifiers: UUID version 7 for rows, short codes for people."""

import os
import time
from typing import Final
from uuid import UUID

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORT_CODE_LENGTH: Final = 10


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 74 random bits; sorts by time of making."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=value)


def short_code(row_id: UUID) -> str:
    """Ten Crockford base32 characters from the random bits of an id, for people to read aloud: `7K3M-Q2P9-XW`.

    Fifty random bits: two of a million rows share a code with a chance of about 1 in 2,000, so a column that
    holds it is unique and its writer draws a new id when told so.
    """
    bits = row_id.int & ((1 << 50) - 1)
    letters = "".join(_ALPHABET[bits >> shift & 31] for shift in range(45, -1, -5))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def tidy_code(typed: str) -> str:
    """What a person meant when typing a short code: upper case, no spaces, O for 0, I and L for 1, dashes put back."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    letters = letters.translate(str.maketrans("OIL", "011"))
    if len(letters) != SHORT_CODE_LENGTH:
        return letters
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
