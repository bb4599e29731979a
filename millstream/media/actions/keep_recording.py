"""How long recordings stay: for ever, as long as the installation keeps them, or not any more."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.media.adapters import clip_files
from millstream.media.models import Clip, Recording, Segment
from millstream.media.ports import clips_in_use
from millstream.media.refusals import ClipsNotCut, NoSuchClip, NothingRecorded, RecordingGone
from millstream.media.types import ClipPurpose, ClipState

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 50
MOST_CLIPS_AT_ONCE: Final = 500
DOWNLOADS_KEPT_FOR: Final = timedelta(days=7)
CLEANS_UP_FOR: Final = timedelta(days=2)


@transaction.atomic
def keep_recording(stream_id: UUID, *, for_ever: bool) -> None:
    """Keep a recording for ever, or as long as the installation keeps recordings."""
    _locked(stream_id)
    Recording.objects.filter(stream_id=stream_id, deleted_at__isnull=True).update(kept_for_ever=for_ever)


def delete_recording(stream_id: UUID, *, now: datetime) -> None:
    """Delete a recording and the clips cut from it, but not what was promised to buyers.

    Refuses while clips are still to be cut, and while the stream runs. The rows go first: a kill before the files are
    gone leaves them to the next sweep.
    """
    with transaction.atomic():
        row = _locked(stream_id)
        waiting = Clip.objects.filter(stream_id=stream_id, state=ClipState.WISHED.value)
        if row.stream.closed_at is None or waiting.exclude(purpose=ClipPurpose.DOWNLOAD.value).exists():
            raise ClipsNotCut
        Recording.objects.filter(id=row.id).update(deleted_at=now, kept_for_ever=False)
        Segment.objects.filter(recording=row).delete()
        tokens = _take_away(Clip.objects.filter(stream_id=stream_id).exclude(purpose=ClipPurpose.PROMISE.value), now)
    clip_files.forget_recording(stream_id)
    for token in tokens:
        clip_files.forget(token)


def _locked(stream_id: UUID) -> Recording:
    row = Recording.objects.select_for_update(of=("self",)).select_related("stream").filter(stream_id=stream_id).first()
    if row is None:
        raise NothingRecorded
    if row.deleted_at is not None:
        raise RecordingGone
    return row


def _take_away(clips: QuerySet[Clip], now: datetime) -> list[str]:
    rows = clips.exclude(state=ClipState.GONE.value)
    tokens = list(rows.values_list("token", flat=True))
    rows.update(state=ClipState.GONE.value, gone_at=now)
    return tokens


def remove_clip(clip_id: UUID, *, now: datetime) -> None:
    """Take a clip and the further files of its window away; what was promised to a buyer is not to be had."""
    with transaction.atomic():
        row = Clip.objects.select_for_update().filter(id=clip_id).exclude(state=ClipState.GONE.value).first()
        if row is None or row.purpose == ClipPurpose.PROMISE.value:
            raise NoSuchClip
        same = Clip.objects.filter(
            stream_id=row.stream_id, purpose=row.purpose, shape=row.shape, from_at=row.from_at, to_at=row.to_at
        )
        tokens = _take_away(same, now)
    for token in tokens:
        clip_files.forget(token)


def sweep_recordings(*, now: datetime) -> int:
    """Delete what is past its time: recordings, downloads, and promised clips that nobody holds any more.

    Returns how many recordings went. What a killed sweep left on the disk is taken away too.
    """
    before = now - timedelta(days=conf().recordings_kept_days)
    old = Recording.objects.filter(stream__closed_at__lt=before, kept_for_ever=False, deleted_at__isnull=True)
    gone = 0
    for stream_id in old.order_by("stream__closed_at").values_list("stream_id", flat=True)[:MOST_AT_ONCE]:
        try:
            delete_recording(stream_id, now=now)
        except Refusal as refusal:
            log.info("recording of %s stays for now: %s", stream_id, refusal.code)
        else:
            gone += 1
    _sweep_clips(now)
    _clean_up(now)
    return gone


def _sweep_clips(now: datetime) -> None:
    downloads = Clip.objects.filter(purpose=ClipPurpose.DOWNLOAD.value, cut_at__lt=now - DOWNLOADS_KEPT_FOR)
    for token in _take_away(downloads, now):
        clip_files.forget(token)
    deleted = Recording.objects.filter(deleted_at__isnull=False)
    promised = Clip.objects.filter(
        purpose=ClipPurpose.PROMISE.value, state=ClipState.READY.value, stream__in=deleted.values("stream")
    )
    ids: Sequence[UUID] = list(promised.order_by("wished_at").values_list("id", flat=True)[:MOST_CLIPS_AT_ONCE])
    free = set(ids) - clips_in_use(ids, now)
    for token in _take_away(Clip.objects.filter(id__in=free), now):
        clip_files.forget(token)


def _clean_up(now: datetime) -> None:
    """Take away what a kill between row and file left behind."""
    for token in Clip.objects.filter(gone_at__gt=now - CLEANS_UP_FOR).values_list("token", flat=True).iterator():
        clip_files.forget(token)
    late = Recording.objects.filter(deleted_at__gt=now - CLEANS_UP_FOR)
    for stream_id in late.values_list("stream_id", flat=True):
        clip_files.forget_recording(stream_id)
