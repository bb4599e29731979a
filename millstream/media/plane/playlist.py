"""HLS playlists as text: the live one with parts, and the one of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from millstream.media.plane.packager import PART_TARGET_TICKS, Part, Segment
from millstream.media.plane.samples import TICKS_PER_SECOND

TARGET_SECONDS = 4
SEGMENTS_WITH_PARTS = 3
PART_TARGET_SECONDS = PART_TARGET_TICKS / TICKS_PER_SECOND
PART_HOLD_BACK, HOLD_BACK = 3 * PART_TARGET_SECONDS, 3 * TARGET_SECONDS


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment as the live playlist shows it."""

    segment: Segment
    starts_at_ms: int


def iso_time(at_ms: int) -> str:
    """Milliseconds since 1970 as an ISO 8601 time in UTC with milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def live_playlist(listed: Sequence[ListedSegment], *, discontinuity_sequence: int, ended: bool) -> str:
    """The low-latency playlist over the listed segments, the last of which may still be open."""
    assert listed
    first = listed[0].segment
    lines = ["#EXTM3U", "#EXT-X-VERSION:9", f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}"]
    if all(entry.segment.independent for entry in listed):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines += [
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={PART_HOLD_BACK:.3f},HOLD-BACK={HOLD_BACK}",
        f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET_SECONDS:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuity_sequence}",
    ]
    init_number = None
    for place, entry in enumerate(listed):
        segment = entry.segment
        if segment.discontinuity and place:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init.number != init_number:
            init_number = segment.init.number
            lines.append(f'#EXT-X-MAP:URI="init-{init_number}.mp4"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{iso_time(entry.starts_at_ms)}")
        if place >= len(listed) - SEGMENTS_WITH_PARTS:
            lines += [_part_line(part) for part in segment.parts]
        if segment.closed:
            lines.append(f"#EXTINF:{segment.duration_ticks / TICKS_PER_SECOND:.5f},")
            lines.append(f"seg-{segment.sequence}.m4s")
    if ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        sequence, index = following_part(listed[-1].segment)
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{sequence}.{index}.m4s"')
    return "\n".join(lines) + "\n"


def following_part(segment: Segment) -> tuple[int, int]:
    """Number of the part that comes after everything in the newest segment."""
    return (segment.sequence + 1, 0) if segment.closed else (segment.sequence, len(segment.parts))


def _part_line(part: Part) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    seconds = part.duration_ticks / TICKS_PER_SECOND
    return f'#EXT-X-PART:DURATION={seconds:.5f},URI="part-{part.sequence}.{part.index}.m4s"{independent}'


@dataclass(frozen=True, slots=True)
class RecordedSegment:
    """Where one segment lies in a recording."""

    file: str
    init_length: int
    sequence: int
    offset: int
    length: int
    starts_at_ms: int
    duration_ms: float
    key: bool


def replay_playlist(recorded: Sequence[RecordedSegment]) -> str:
    """A complete playlist of byte ranges over the recorded files; a new file is a discontinuity."""
    longest = max((entry.duration_ms for entry in recorded), default=TARGET_SECONDS * 1000)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(round(longest / 1000), 1)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if all(entry.key for entry in recorded):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    file = None
    for entry in recorded:
        if entry.file != file:
            if file is not None:
                lines.append("#EXT-X-DISCONTINUITY")
            file = entry.file
            lines.append(f'#EXT-X-MAP:URI="{file}",BYTERANGE="{entry.init_length}@0"')
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{iso_time(entry.starts_at_ms)}",
            f"#EXTINF:{entry.duration_ms / 1000:.5f},",
            f"#EXT-X-BYTERANGE:{entry.length}@{entry.offset}",
            file,
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
