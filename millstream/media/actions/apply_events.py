"""Turn what the media plane tells into rows and facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from millstream.kernel.facts import Fact, record_many
from millstream.kernel.ids import new_id
from millstream.media.facts import BFramesSeen, GopWarned, StreamEnded, StreamResumed, StreamStalled, StreamStarted
from millstream.media.models import Recording, RecordingFile, Segment, Stream, StreamEvent
from millstream.media.rules import is_news, milliseconds, segment_starts_at, state_after
from millstream.media.types import EventKind, EventsApplied, MediaEvent

MOST_EVENTS = 500
LARGEST_SIDE = 16_384


@transaction.atomic
def apply_events(events: Sequence[MediaEvent], *, now: datetime) -> EventsApplied:
    """Apply events in their order, each (session, number) once; a gap in the numbers stops nothing.

    Streams are locked in key order, so facts about one stream are heard in the order of its events. Events of
    streams that nobody opened are counted as strange and left out.
    """
    assert len(events) <= MOST_EVENTS
    wanted = {event.stream for event in events}
    rows = {row.id: row for row in Stream.objects.select_for_update().filter(id__in=wanted).order_by("id")}
    told = [event for event in events if event.stream in rows]
    segments = [event for event in told if event.kind is EventKind.SEGMENT]
    others = [event for event in told if event.kind is not EventKind.SEGMENT]
    fresh = 0
    facts: list[Fact] = []
    for event in others:
        _, is_fresh = StreamEvent.objects.get_or_create(
            session=event.session,
            number=event.number,
            defaults={
                "stream_id": event.stream,
                "kind": event.kind.value,
                "at": event.at,
                "data": dict(event.data),
            },
        )
        if is_fresh:
            fresh += 1
            facts.extend(_apply(rows[event.stream], event))
    fresh += _keep_segments(segments, {row.id: row.source for row in rows.values()})
    record_many(facts, now=now)
    return EventsApplied(fresh=fresh, known=len(told) - fresh, strange=len(events) - len(told))


def _apply(row: Stream, event: MediaEvent) -> list[Fact]:
    """Move the stream's state on; an event older than the state only stays in the history."""
    if event.kind is EventKind.FILE_OPENED:
        _open_file(row.id, event)
        return []
    if not is_news(event.session, event.number, last_session=row.session, last_number=row.last_number):
        return []
    row.session, row.last_number = event.session, event.number
    state = state_after(event.kind)
    if state is not None:
        row.state, row.changed_at = state.value, event.at
    facts = _tell(row, event)
    row.save()
    return facts


def _tell(row: Stream, event: MediaEvent) -> list[Fact]:
    """Write what the event says onto the row; the facts that follow from it."""
    match event.kind:
        case EventKind.STARTED:
            row.source = str(event.data.get("source", ""))[:10]
            _learn_size(row, event)
            row.started_at = row.started_at or event.at
            row.gop_ms, row.b_frames = None, False
            return [StreamStarted(stream=row.id, owner=row.owner_id, source=row.source, since=event.at)]
        case EventKind.PUBLISHING:
            row.source = str(event.data.get("source", row.source))[:10]
            row.peer = str(event.data.get("peer", ""))[:100]
            row.gop_ms, row.b_frames = None, False
        case EventKind.CODEC_CHANGED:
            _learn_size(row, event)
        case EventKind.STALLED:
            return [StreamStalled(stream=row.id, since=event.at)]
        case EventKind.RESUMED:
            gap_ms = milliseconds(event.data.get("gap_seconds"))
            return [StreamResumed(stream=row.id, since=event.at, gap_ms=gap_ms)]
        case EventKind.GOP_WARNED:
            gop_ms = milliseconds(event.data.get("gop_seconds"))
            row.gop_ms = gop_ms
            return [GopWarned(stream=row.id, owner=row.owner_id, since=event.at, gop_ms=gop_ms)]
        case EventKind.B_FRAMES:
            row.b_frames = True
            return [BFramesSeen(stream=row.id, owner=row.owner_id, since=event.at)]
        case EventKind.ENDED:
            return [StreamEnded(stream=row.id, since=event.at, reason=str(event.data.get("reason", ""))[:100])]
        case _:
            pass
    return []


def _learn_size(row: Stream, event: MediaEvent) -> None:
    """Keep the picture's size when the event tells it."""
    width, height = _whole(event.data.get("width")), _whole(event.data.get("height"))
    if width and height:
        row.width, row.height = width, height


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= LARGEST_SIDE else 0


def _open_file(stream: UUID, event: MediaEvent) -> RecordingFile:
    """The row of a file, whichever of its events came first."""
    recording, _ = Recording.objects.get_or_create(stream_id=stream, defaults={"id": new_id(), "starts_at": event.at})
    file, _ = RecordingFile.objects.get_or_create(
        recording=recording, name=event.data["file"], defaults={"id": new_id(), "opened_at": event.at}
    )
    if event.kind is EventKind.FILE_OPENED and file.init_length is None:
        file.init_length = event.data["init_length"]
        file.save(update_fields=["init_length"])
    return file


def _keep_segments(events: Sequence[MediaEvent], sources: Mapping[UUID, str]) -> int:
    """Insert the segments that are not there yet, with what their stream shows now; returns how many."""
    if not events:
        return 0
    files: dict[tuple[UUID, str], RecordingFile] = {}
    rows = []
    for event in events:
        place = (UUID(str(event.stream)), event.data["file"])
        file = files.get(place) or files.setdefault(place, _open_file(event.stream, event))
        rows.append(
            Segment(
                recording_id=file.recording_id,
                file=file,
                session=event.session,
                number=event.number,
                sequence=event.data["sequence"],
                offset=event.data["offset"],
                length=event.data["length"],
                starts_at=segment_starts_at(event),
                duration_ms=event.data["duration_ms"],
                key=bool(event.data.get("key", True)),
                source=sources[event.stream],
            )
        )
    # By its place in the recording, since a packager that starts after a crash tells the last segment again.
    told = {(row.file_id, row.sequence) for row in rows}
    known = set(
        Segment.objects.filter(
            file_id__in={row.file_id for row in rows}, sequence__in={row.sequence for row in rows}
        ).values_list("file_id", "sequence")
    )
    Segment.objects.bulk_create(rows, ignore_conflicts=True)
    return len(told - known)
