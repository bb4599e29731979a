"""The sound alone out of what was cut with the picture: the same frames at the same times, in boxes of their own."""

from __future__ import annotations

import struct

from millstream.media.plane import boxes


def sound_init(init: bytes) -> bytes | None:
    """The init segment with nothing but its sound track; None when it has none."""
    out: list[bytes] = []
    found = False
    for kind, start, end in boxes.walk(init):
        if kind != b"moov":
            out.append(init[start:end])
            continue
        kept: list[bytes] = []
        for inner, first, last in boxes.walk(init, start + 8, end):
            if inner == b"trak":
                if _track_of(init, first, last, b"tkhd", 20) == boxes.AUDIO_TRACK_ID:
                    found = True
                    kept.append(init[first:last])
            elif inner == b"mvex":
                extends = [init[a:b] for _, a, b in boxes.walk(init, first + 8, last) if _int(init, a + 12) == _SOUND]
                kept.append(boxes.box(b"mvex", *extends))
            else:
                kept.append(init[first:last])
        out.append(boxes.box(b"moov", *kept))
    return b"".join(out) if found else None


_SOUND = boxes.AUDIO_TRACK_ID


def _int(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4])


def _track_of(data: bytes, start: int, end: int, name: bytes, offset: int) -> int:
    """The track number in the first inner box of that name; 0 without one."""
    return next((_int(data, at + offset) for kind, at, _ in boxes.walk(data, start + 8, end) if kind == name), 0)


def sound_of(media: bytes) -> bytes:
    """The fragments of some parts with nothing but their sound; empty when there is none in them.

    Raises ValueError when the bytes are no fragments of ours.
    """
    out: list[bytes] = []
    moof: tuple[int, int] | None = None
    for kind, start, end in boxes.walk(media):
        if kind == b"moof":
            moof = (start, end)
        elif kind == b"mdat" and moof is not None:
            out.append(_sound_fragment(media, *moof))
            moof = None
    return b"".join(out)


def _sound_fragment(media: bytes, start: int, end: int) -> bytes:
    number = 0
    for kind, first, last in boxes.walk(media, start + 8, end):
        if kind == b"mfhd":
            number = _int(media, first + 12)
        elif kind == b"traf" and _track_of(media, first, last, b"tfhd", 12) == _SOUND:
            return boxes.fragment(number, [_run(media, start, first, last)])
    return b""


def _run(media: bytes, moof: int, start: int, end: int) -> boxes.Run:
    """The samples of one traf, with their bytes."""
    inner = {kind: media[first:last] for kind, first, last in boxes.walk(media, start + 8, end)}
    try:
        begin = int.from_bytes(inner[b"tfdt"][12:20])
        trun = inner[b"trun"]
        count, offset = struct.unpack(">II", trun[12:20])
        words = struct.unpack(f">{4 * count}I", trun[20:])
    except (KeyError, struct.error) as error:
        raise ValueError("not a fragment of ours") from error
    sizes = words[1::4]
    bodies: list[bytes] = []
    at = moof + offset
    for size in sizes:
        bodies.append(media[at : at + size])
        at += size
    if at > len(media):
        raise ValueError("the fragment is cut short")
    return boxes.Run(_SOUND, begin, words[0::4], [True] * count, [0] * count, bodies)
