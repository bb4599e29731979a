"""The sound alone of a recording, cut out of its files when somebody asks: nothing more is kept on disk for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from millstream.media.plane.playlist import RecordedSegment, replay_playlist
from millstream.media.plane.sound import sound_init, sound_of


def sound_replay(folder: Path, recorded: list[RecordedSegment]) -> bytes:
    """The playlist of the sound of all files; empty when none has any."""
    lengths = {entry.file: entry.init_length for entry in recorded}
    sounding = {file for file, length in lengths.items() if sound_init(_read(folder / file, 0, length)) is not None}
    return replay_playlist(recorded, sounding=sounding).encode() if sounding else b""


def recorded_sound(folder: Path, recorded: Sequence[RecordedSegment], file: str, sequence: int | None) -> bytes | None:
    """The sound of one segment, or for None the init segment of the file's sound; None when there is no such thing."""
    if sequence is None:
        entry = next((each for each in recorded if each.file == file), None)
        return sound_init(_read(folder / file, 0, entry.init_length)) if entry is not None else None
    place = bisect_left(recorded, sequence, key=lambda each: each.sequence)
    found = next((each for each in recorded[place : place + 2] if (each.file, each.sequence) == (file, sequence)), None)
    if found is None:
        return None
    return sound_of(_read(folder / file, found.offset, found.length)) or None


def _read(path: Path, offset: int, length: int) -> bytes:
    """The bytes of one range; fewer when the file is gone or short."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except OSError:
        return b""
