"""Wish for a piece of a recording as a file of its own; the worker cuts it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from millstream.kernel.refusals import Refusal
from millstream.media.models import Clip, Stream
from millstream.media.refusals import ClipTooLong, NoSuchStream, NothingRecorded
from millstream.media.types import ClipId, ClipPurpose, ClipShape, ClipSpec, ClipState

TOKEN_BYTES: Final = 18
LONGEST_NAME: Final = 100
MOST_AT_ONCE: Final = 500
SETTLES_WITHIN: Final = timedelta(seconds=6)
TOLD_WITHIN: Final = timedelta(seconds=30)
LONGEST: Final[Mapping[ClipPurpose, timedelta]] = {
    ClipPurpose.PRODUCT: timedelta(minutes=2),
    ClipPurpose.PROMISE: timedelta(minutes=1),
    ClipPurpose.PREVIEW: timedelta(minutes=2),
    ClipPurpose.DOWNLOAD: timedelta(days=2),
}
LONGEST_STANDING: Final = timedelta(seconds=90)

# A recording that was deleted has no segments left, so it has nothing here either.
_RECORDED: Final = """
SELECT wish.place FROM unnest(%s::uuid[], %s::timestamptz[], %s::timestamptz[]) WITH ORDINALITY
    AS wish(stream, from_at, to_at, place)
WHERE EXISTS (
    SELECT FROM media_segment AS segment JOIN media_recording AS recording ON recording.id = segment.recording_id
    WHERE recording.stream_id = wish.stream AND segment.starts_at < wish.to_at
      AND segment.starts_at + segment.duration_ms * interval '1 millisecond' > wish.from_at)
"""

type Sort = tuple[object, ...]


def cut_clip(spec: ClipSpec, *, now: datetime) -> ClipId:
    """Wish for one clip; the same wish again is the same clip.

    Refuses with `NothingRecorded`, `ClipTooLong` and `NoSuchStream`.
    """
    (answer,) = cut_clips([spec], now=now)
    if isinstance(answer, Refusal):
        raise answer
    return answer


@transaction.atomic
def cut_clips(specs: Sequence[ClipSpec], *, now: datetime) -> list[ClipId | Refusal]:
    """Wish for clips in a few statements, however many; one answer each, in their order.

    What ends less than half a minute ago, or ahead, may still be told by the media plane, so it is not refused.
    """
    assert len(specs) <= MOST_AT_ONCE
    known = set(Stream.objects.filter(id__in={spec.stream for spec in specs}).values_list("id", flat=True))
    recorded = _recorded(specs)
    refused = [
        _refusal(spec, known, is_recorded=place in recorded or spec.to_at > now - TOLD_WITHIN)
        for place, spec in enumerate(specs)
    ]
    wanted = {_sort(spec): spec for spec, no in zip(specs, refused, strict=True) if no is None}
    Clip.objects.bulk_create([_row(spec, now) for spec in wanted.values()], ignore_conflicts=True)
    ids = _ids(wanted.values())
    return [no or ids[_sort(spec)] for spec, no in zip(specs, refused, strict=True)]


def _recorded(specs: Sequence[ClipSpec]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORDED,
            [[spec.stream for spec in specs], [spec.from_at for spec in specs], [spec.to_at for spec in specs]],
        )
        return {row[0] - 1 for row in cursor.fetchall()}


def _refusal(spec: ClipSpec, known: set[UUID], *, is_recorded: bool) -> Refusal | None:
    assert spec.from_at < spec.to_at
    if spec.stream not in known:
        return NoSuchStream()
    most = LONGEST_STANDING if spec.shape is ClipShape.STANDING else LONGEST[spec.purpose]
    if spec.to_at - spec.from_at > most:
        return ClipTooLong(most_seconds=int(most.total_seconds()))
    return None if is_recorded else NothingRecorded()


def _row(spec: ClipSpec, now: datetime) -> Clip:
    return Clip(
        stream_id=spec.stream,
        token=token_urlsafe(TOKEN_BYTES),
        name=spec.name[:LONGEST_NAME],
        purpose=spec.purpose.value,
        shape=spec.shape.value,
        from_at=spec.from_at,
        to_at=spec.to_at,
        most_ms=spec.most_ms,
        wished_at=now,
        due_at=max(now, spec.to_at + SETTLES_WITHIN),
    )


def _sort(spec: ClipSpec) -> Sort:
    """What makes two wishes the same."""
    return spec.stream, spec.purpose.value, spec.shape.value, spec.from_at, spec.to_at


def _ids(specs: Iterable[ClipSpec]) -> dict[Sort, ClipId]:
    wanted = list(specs)
    rows = Clip.objects.filter(
        stream_id__in={spec.stream for spec in wanted}, from_at__in={spec.from_at for spec in wanted}, part=1
    ).exclude(state=ClipState.GONE.value)
    return {(row.stream_id, row.purpose, row.shape, row.from_at, row.to_at): ClipId(row.id) for row in rows}
