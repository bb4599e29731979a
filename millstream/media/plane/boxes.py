# ruff: noqa: PLR2004 - the numbers of the format stand where they are read
"""ISO base media boxes: writing init segments and fragments, and walking over a recorded file."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from millstream.media.plane.samples import TICKS_PER_SECOND, AudioConfig, Tracks, VideoConfig

VIDEO_TRACK_ID, AUDIO_TRACK_ID = 1, 2
KEY_FLAGS, DELTA_FLAGS = 0x02000000, 0x01010000
MARKER_TYPE = bytes.fromhex("6d696c6c73747265616d2d7365673031")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(kind: bytes, *payload: bytes) -> bytes:
    """One box with a 32-bit size."""
    size = 8 + sum(map(len, payload))
    return b"".join((size.to_bytes(4), kind, *payload))


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    """One box with version and flags."""
    return box(kind, bytes([version]) + flags.to_bytes(3), *payload)


def init_segment(tracks: Tracks) -> bytes:
    """Make ftyp and moov for the given tracks, fragments to follow."""
    traks, extends = [], []
    if tracks.video is not None:
        traks.append(_video_trak(tracks.video))
        extends.append(_trex(VIDEO_TRACK_ID))
    if tracks.audio is not None:
        traks.append(_audio_trak(tracks.audio))
        extends.append(_trex(AUDIO_TRACK_ID))
    mvhd = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">IIIIIHHII", 0, 0, TICKS_PER_SECOND, 0, 0x10000, 0x0100, 0, 0, 0),
        _MATRIX,
        bytes(24),
        (3).to_bytes(4),
    )
    ftyp = box(b"ftyp", b"iso5", (512).to_bytes(4), b"iso5iso6mp41cmfc")
    return ftyp + box(b"moov", mvhd, *traks, box(b"mvex", *extends))


def _trex(track_id: int) -> bytes:
    return full_box(b"trex", 0, 0, struct.pack(">5I", track_id, 1, 0, 0, 0))


def _trak(track_id: int, timescale: int, size: tuple[int, int], handler: bytes, header: bytes, entry: bytes) -> bytes:
    volume = 0x0100 if handler == b"soun" else 0
    tkhd = full_box(
        b"tkhd",
        0,
        3,
        struct.pack(">IIIII8xHHHH", 0, 0, track_id, 0, 0, 0, 0, volume, 0),
        _MATRIX,
        struct.pack(">II", size[0] << 16, size[1] << 16),
    )
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, 0x55C4, 0))
    hdlr = full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"Millstream\0")
    dinf = box(b"dinf", full_box(b"dref", 0, 0, (1).to_bytes(4), full_box(b"url ", 0, 1)))
    tables = [full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    stsz = full_box(b"stsz", 0, 0, bytes(8))
    stbl = box(b"stbl", full_box(b"stsd", 0, 0, (1).to_bytes(4), entry), *tables[:2], stsz, tables[2])
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", header, dinf, stbl)))


def _video_trak(video: VideoConfig) -> bytes:
    entry = box(
        b"avc1",
        bytes(6) + (1).to_bytes(2) + bytes(16),
        struct.pack(">HHIIIH", video.width, video.height, 0x480000, 0x480000, 0, 1),
        bytes(32) + (0x18).to_bytes(2) + b"\xff\xff",
        box(b"avcC", video.avcc),
    )
    header = full_box(b"vmhd", 0, 1, bytes(8))
    return _trak(VIDEO_TRACK_ID, TICKS_PER_SECOND, (video.width, video.height), b"vide", header, entry)


def _audio_trak(audio: AudioConfig) -> bytes:
    specific = bytes([5, len(audio.asc)]) + audio.asc
    decoder = bytes([0x40, 0x15]) + bytes(11) + specific
    sync = bytes([6, 1, 2])
    inner = bytes([0, AUDIO_TRACK_ID, 0, 4, len(decoder)]) + decoder + sync
    esds = full_box(b"esds", 0, 0, bytes([3, len(inner)]) + inner)
    entry = box(
        b"mp4a",
        bytes(6) + (1).to_bytes(2) + bytes(8),
        struct.pack(">HHIHH", audio.channels, 16, 0, min(audio.rate_hz, 0xFFFF), 0),
        esds,
    )
    return _trak(AUDIO_TRACK_ID, audio.rate_hz, (0, 0), b"soun", full_box(b"smhd", 0, 0, bytes(4)), entry)


@dataclass(frozen=True, slots=True)
class Run:
    """Samples of one track in one fragment; times and durations in the track's own timescale."""

    track_id: int
    start: int
    durations: Sequence[int]
    keys: Sequence[bool]
    offsets: Sequence[int]
    bodies: Sequence[bytes]


def fragment(number: int, runs: Sequence[Run]) -> bytes:
    """Make moof and mdat holding the runs one after the other."""
    mfhd = full_box(b"mfhd", 0, 0, number.to_bytes(4))
    length = 8 + len(mfhd) + sum(_traf_length(run) for run in runs)
    trafs: list[bytes] = []
    position = length + 8
    for run in runs:
        trafs.append(_traf(run, position))
        position += sum(map(len, run.bodies))
    bodies = [body for run in runs for body in run.bodies]
    moof = box(b"moof", mfhd, *trafs)
    assert len(moof) == length
    return b"".join((moof, (8 + position - length - 8).to_bytes(4), b"mdat", *bodies))


def _traf_length(run: Run) -> int:
    return 8 + 16 + 20 + 20 + 16 * len(run.bodies)


def _traf(run: Run, data_offset: int) -> bytes:
    tfhd = full_box(b"tfhd", 0, 0x020000, run.track_id.to_bytes(4))
    tfdt = full_box(b"tfdt", 1, 0, run.start.to_bytes(8))
    words: list[int] = []
    for duration, key, offset, body in zip(run.durations, run.keys, run.offsets, run.bodies, strict=True):
        words += (duration, len(body), KEY_FLAGS if key else DELTA_FLAGS, offset & 0xFFFFFFFF)
    table = struct.pack(f">II{len(words)}I", len(run.bodies), data_offset, *words)
    return box(b"traf", tfhd, tfdt, full_box(b"trun", 1, 0xF01, table))


@dataclass(frozen=True, slots=True)
class SegmentMarker:
    """What a recording says before each segment, so that its index can be rebuilt from the file alone."""

    sequence: int
    starts_at_ms: int
    discontinuity_sequence: int
    independent: bool


def write_marker(marker: SegmentMarker) -> bytes:
    """The marker as a uuid box, which players skip."""
    facts = (marker.sequence, marker.starts_at_ms, marker.discontinuity_sequence, marker.independent)
    return box(b"uuid", MARKER_TYPE, struct.pack(">QQIB", *facts))


def read_marker(payload: bytes) -> SegmentMarker | None:
    """The marker out of a uuid box's payload, or None when the box is someone else's."""
    if payload[:16] != MARKER_TYPE or len(payload) != 16 + 21:
        return None
    sequence, starts_at_ms, discontinuity_sequence, independent = struct.unpack(">QQIB", payload[16:])
    return SegmentMarker(sequence, starts_at_ms, discontinuity_sequence, bool(independent))


def walk(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each whole box in the bytes; stops before a truncated or impossible one."""
    pos, limit = start, len(data) if end is None else end
    while pos + 8 <= limit:
        size = int.from_bytes(data[pos : pos + 4])
        if size < 8 or pos + size > limit:
            return
        yield data[pos + 4 : pos + 8], pos, pos + size
        pos += size


@dataclass(frozen=True, slots=True)
class RunSpan:
    """What a fragment says about one track, in the track's timescale."""

    track_id: int
    start: int
    duration: int
    key: bool


def read_moof(moof: bytes) -> list[RunSpan]:
    """The runs of one of our own moof boxes; raises ValueError on anything else."""
    spans: list[RunSpan] = []
    try:
        for kind, start, end in walk(moof, 8):
            if kind != b"traf":
                continue
            inner = {name: moof[first:last] for name, first, last in walk(moof, start + 8, end)}
            track_id = int.from_bytes(inner[b"tfhd"][12:16])
            begin = int.from_bytes(inner[b"tfdt"][12:20])
            trun = inner[b"trun"]
            words = struct.unpack(f">{(len(trun) - 20) // 4}I", trun[20:])
            spans.append(RunSpan(track_id, begin, sum(words[0::4]), words[2] == KEY_FLAGS))
    except (KeyError, IndexError, struct.error) as error:
        raise ValueError("not a fragment of ours") from error
    return spans
