"""Identifiers of the plane."""

from __future__ import annotations

import secrets
import time
from typing import NewType
from uuid import UUID

StreamId = NewType("StreamId", UUID)
SessionId = NewType("SessionId", UUID)
Playback = NewType("Playback", str)

_TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
MIN_PLAYBACK_LETTERS, MAX_PLAYBACK_LETTERS = 8, 100


def new_session_id() -> SessionId:
    """A version 7 UUID: sorts by the time it was made."""
    value = int(time.time() * 1000) << 80 | secrets.randbits(80)
    value = (value & ~(0xF000 << 64)) | (0x7000 << 64)
    value = (value & ~(0xC000 << 48)) | (0x8000 << 48)
    return SessionId(UUID(int=value))


def read_playback(text: object) -> Playback:
    """A playback token that is safe as a path segment; raises ValueError otherwise."""
    fits = isinstance(text, str) and MIN_PLAYBACK_LETTERS <= len(text) <= MAX_PLAYBACK_LETTERS
    if not isinstance(text, str) or not fits or not _TOKEN_LETTERS.issuperset(text):
        raise ValueError("not a playback token")
    return Playback(text)
