"""HLS playlists as text: live ones with and without parts, of the picture or the sound alone, and of recordings."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Listing:
    """Which playlist of a stream: with parts or plain, with its picture or its sound alone."""

    prefix: str = ""
    low_latency: bool = True
    silent: Callable[[Part], bool] | None = None


LOW_LATENCY = Listing()
PLAIN = Listing(low_latency=False)


def live_playlist(
    listed: Sequence[ListedSegment], *, discontinuity_sequence: int, ended: bool, listing: Listing = LOW_LATENCY
) -> str:
    """A playlist over the listed segments, the last of which may still be open (a plain one leaves it out)."""
    assert listed
    lines = [*_head(listed, listing, discontinuity_sequence)]
    init_number = None
    for place, entry in enumerate(listed):
        segment = entry.segment
        if not (segment.closed or listing.low_latency):
            break
        if segment.discontinuity and place:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.init.number != init_number:
            init_number = segment.init.number
            lines.append(f'#EXT-X-MAP:URI="{listing.prefix}init-{init_number}.mp4"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{iso_time(entry.starts_at_ms)}")
        if listing.low_latency and place >= len(listed) - SEGMENTS_WITH_PARTS:
            lines += [_part_line(part, listing) for part in segment.parts]
        if segment.closed:
            if listing.silent is not None and all(listing.silent(part) for part in segment.parts):
                lines.append("#EXT-X-GAP")
            lines.append(f"#EXTINF:{segment.duration_ticks / TICKS_PER_SECOND:.5f},")
            lines.append(f"{listing.prefix}seg-{segment.sequence}.m4s")
    if ended:
        lines.append("#EXT-X-ENDLIST")
    elif listing.low_latency:
        sequence, index = following_part(listed[-1].segment)
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{listing.prefix}part-{sequence}.{index}.m4s"')
    return "\n".join(lines) + "\n"


def _head(listed: Sequence[ListedSegment], listing: Listing, discontinuity_sequence: int) -> Iterator[str]:
    yield from ("#EXTM3U", f"#EXT-X-VERSION:{9 if listing.low_latency else 7}")
    yield f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}"
    if listing.silent is not None or all(entry.segment.independent for entry in listed):
        yield "#EXT-X-INDEPENDENT-SEGMENTS"
    if listing.low_latency:
        hold = f"PART-HOLD-BACK={PART_HOLD_BACK:.3f},HOLD-BACK={HOLD_BACK}"
        yield f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,{hold}"
        yield f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET_SECONDS:.3f}"
    yield f"#EXT-X-MEDIA-SEQUENCE:{listed[0].segment.sequence}"
    yield f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuity_sequence}"


def following_part(segment: Segment) -> tuple[int, int]:
    """Number of the part that comes after everything in the newest segment."""
    return (segment.sequence + 1, 0) if segment.closed else (segment.sequence, len(segment.parts))


def _part_line(part: Part, listing: Listing) -> str:
    more = ",INDEPENDENT=YES" if part.independent or listing.silent is not None else ""
    if listing.silent is not None and listing.silent(part):
        more = ",GAP=YES"
    seconds = part.duration_ticks / TICKS_PER_SECOND
    return f'#EXT-X-PART:DURATION={seconds:.5f},URI="{listing.prefix}part-{part.sequence}.{part.index}.m4s"{more}'


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


def replay_playlist(recorded: Sequence[RecordedSegment], *, sounding: Container[str] | None = None) -> str:
    """A complete playlist over the recorded files; a new file is a discontinuity.

    With the picture it is byte ranges of the files; of the sound alone (`sounding` names the files that have any) it
    is pieces that are cut out on request.
    """
    longest = max((entry.duration_ms for entry in recorded), default=TARGET_SECONDS * 1000)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(round(longest / 1000), 1)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    if sounding is not None or all(entry.key for entry in recorded):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    file = None
    for entry in recorded:
        silent = sounding is not None and entry.file not in sounding
        if entry.file != file:
            if file is not None:
                lines.append("#EXT-X-DISCONTINUITY")
            file = entry.file
            if sounding is None:
                lines.append(f'#EXT-X-MAP:URI="{file}",BYTERANGE="{entry.init_length}@0"')
            elif not silent:
                lines.append(f'#EXT-X-MAP:URI="audio-{file}"')
        lines += [f"#EXT-X-PROGRAM-DATE-TIME:{iso_time(entry.starts_at_ms)}", *(["#EXT-X-GAP"] if silent else [])]
        lines.append(f"#EXTINF:{entry.duration_ms / 1000:.5f},")
        if sounding is None:
            lines += [f"#EXT-X-BYTERANGE:{entry.length}@{entry.offset}", file]
        else:
            lines.append(f"audio-{file.removesuffix('.mp4')}-{entry.sequence}.m4s")
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
