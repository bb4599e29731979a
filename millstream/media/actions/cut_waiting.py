"""Cut what was wished for: one clip at a time, each claimed for a while, so that a killed worker's is taken again."""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from millstream.media.adapters import clip_files
from millstream.media.adapters.cutter_child import CutFailed, run_cutter
from millstream.media.cutter.job import Job
from millstream.media.cutter.source import recorded_until_ms
from millstream.media.models import Clip
from millstream.media.types import ClipPurpose, ClipShape, ClipState

log = logging.getLogger(__name__)

CLAIMED_FOR: Final = timedelta(minutes=35)
LOOKS_AGAIN_AFTER: Final = timedelta(seconds=5)
WAITS_FOR_PICTURE: Final = timedelta(minutes=5)
AS_GOOD_AS_THERE: Final = timedelta(seconds=1)
TRIES_AGAIN_AFTER: Final = timedelta(seconds=20)
MOST_TRIES: Final = 5
TELLS_EVERY_SECONDS: Final = 1.0
NOTHING_THERE: Final = "nothing_there"


def cut_next(*, now: datetime) -> bool:
    """Cut the clip that is due, promises and copies before what must be encoded; False when there was nothing to do.

    The file has its name before the row says that it is ready, and never before it is whole.
    """
    clip = _claim(now)
    if clip is None:
        return False
    if _is_ahead(clip, now):
        later = max(now, clip.to_at) + LOOKS_AGAIN_AFTER
        _mine(clip).update(due_at=later, tries=F("tries") - 1)
        return True
    try:
        done = run_cutter(_job(clip), _Teller(clip))
    except CutFailed as failed:
        _put_off(clip, failed, now)
    else:
        _finish(clip, done, now)
    return True


@transaction.atomic
def _claim(now: datetime) -> Clip | None:
    rows = Clip.objects.select_for_update(skip_locked=True, of=("self",)).select_related("stream")
    clip = rows.filter(state=ClipState.WISHED.value, due_at__lte=now).order_by("shape", "-purpose", "due_at").first()
    if clip is not None:
        clip.tries += 1
        clip.due_at = now + CLAIMED_FOR
        clip.save(update_fields=["tries", "due_at"])
    return clip


def _mine(clip: Clip) -> Any:
    """The row as long as it is wished and claimed by this try."""
    return Clip.objects.filter(id=clip.id, state=ClipState.WISHED.value, tries=clip.tries)


def _is_ahead(clip: Clip, now: datetime) -> bool:
    """Whether the picture of the clip's end may still come."""
    if clip.stream.closed_at is not None or now > clip.to_at + WAITS_FOR_PICTURE:
        return False
    reached = recorded_until_ms(clip_files.recording_folder(clip.stream_id))
    return reached is None or reached < _ms(clip.to_at - AS_GOOD_AS_THERE)


def _ms(moment: datetime) -> float:
    return moment.timestamp() * 1000


def _job(clip: Clip) -> Job:
    return Job(
        folder=str(clip_files.recording_folder(clip.stream_id)),
        draft=str(clip_files.draft_path(clip.token)),
        poster_draft=str(clip_files.draft_path(clip.token, clip_files.POSTER)),
        from_ms=_ms(clip.from_at),
        to_ms=_ms(clip.to_at),
        part=clip.part,
        most_ms=clip.most_ms,
        standing=clip.shape == ClipShape.STANDING.value,
        whole=clip.purpose == ClipPurpose.DOWNLOAD.value,
    )


class _Teller:
    """Writes onto the row how far the cutting is, now and then."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._told_at = 0.0

    def __call__(self, permille: int) -> None:
        """Take a progress; most of them are not written."""
        if time.monotonic() - self._told_at >= TELLS_EVERY_SECONDS:
            self._told_at = time.monotonic()
            _mine(self._clip).update(permille=min(999, max(0, permille)))


def _put_off(clip: Clip, failed: CutFailed, now: datetime) -> None:
    """Try again later, or give up and say why."""
    over = failed.for_good or clip.tries >= MOST_TRIES
    over = over or (failed.reason == NOTHING_THERE and clip.stream.closed_at is not None)
    log.warning("clip %s was not cut (try %d): %s", clip.id, clip.tries, failed.reason)
    failure = failed.reason[:300]
    if over:
        _mine(clip).update(state=ClipState.FAILED.value, failure=failure)
    else:
        _mine(clip).update(due_at=now + TRIES_AGAIN_AFTER * 2**clip.tries, failure=failure)


def _finish(clip: Clip, done: dict[str, Any], now: datetime) -> None:
    """Name the files, then write the row; a clip that was taken away meanwhile leaves nothing behind."""
    clip_files.publish(clip.token)
    with transaction.atomic():
        changed = _mine(clip).update(
            state=ClipState.READY.value,
            starts_at=datetime.fromtimestamp(done["starts_at_ms"] / 1000, tz=UTC),
            ends_at=datetime.fromtimestamp(done["ends_at_ms"] / 1000, tz=UTC),
            duration_ms=done["duration_ms"],
            size_bytes=done["size_bytes"],
            sha256=done["sha256"],
            width=done["width"],
            height=done["height"],
            permille=1000,
            failure="",
            cut_at=now,
        )
        if changed and clip.part == 1 and done["parts"] > 1:
            Clip.objects.bulk_create(_further(clip, done["parts"], now), ignore_conflicts=True)
    if not changed and Clip.objects.filter(id=clip.id, state=ClipState.GONE.value).exists():
        clip_files.forget(clip.token)


def _further(clip: Clip, parts: int, now: datetime) -> list[Clip]:
    """The wishes for the other files of a window that spans several."""
    return [
        Clip(
            stream_id=clip.stream_id,
            token=f"{clip.token}-{part}",
            name=clip.name,
            purpose=clip.purpose,
            shape=clip.shape,
            from_at=clip.from_at,
            to_at=clip.to_at,
            most_ms=clip.most_ms,
            part=part,
            wished_at=clip.wished_at,
            due_at=now,
        )
        for part in range(2, parts + 1)
    ]
