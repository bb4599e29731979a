"""Keep an uploaded clip, and make a preview of it."""

import logging
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf
from millstream.live.actions.lock_show import lock_show
from millstream.live.adapters.preview_program import PreviewBroken, make_clip
from millstream.live.models import Preview
from millstream.live.queries.plans import PREVIEW_FILM, PREVIEW_STILL
from millstream.live.refusals.plans import NoVideo, PreviewTooLarge
from millstream.live.rules.sniffing import looks_like_video
from millstream.live.types.plans import PREVIEW_MOST_BYTES, PreviewState

log = logging.getLogger(__name__)

SNIFFED_BYTES: Final = 64
ENDED: Final = (PreviewState.READY.value, PreviewState.FAILED.value)


def _upload(preview_id: UUID) -> Path:
    """Where an upload waits for its turn; not among the files that everybody can fetch."""
    return conf().var / "uploads" / f"{preview_id.hex}.clip"


def keep_preview(show_id: UUID, chunks: Iterator[bytes], size: int, *, host: UUID, now: datetime) -> UUID:
    """Keep an upload as the wish for a preview, instead of the one before; refuses what is too large or no video.

    The caller queues `make_preview` when the transaction is done.
    """
    if size > PREVIEW_MOST_BYTES:
        raise PreviewTooLarge(most=PREVIEW_MOST_BYTES // 2**20)
    preview_id = new_id()
    path = _upload(preview_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(path, chunks)
        _wish(show_id, preview_id, host, now)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return preview_id


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    written, head = 0, b""
    with path.open("wb") as file:
        for chunk in chunks:
            head = head or chunk[:SNIFFED_BYTES]
            written += len(chunk)
            if written > PREVIEW_MOST_BYTES:
                raise PreviewTooLarge(most=PREVIEW_MOST_BYTES // 2**20)
            file.write(chunk)
    if not looks_like_video(head):
        raise NoVideo


@transaction.atomic
def _wish(show_id: UUID, preview_id: UUID, host: UUID, now: datetime) -> None:
    row = lock_show(show_id, host=host)
    for before in Preview.objects.filter(show=row):
        _forget_files(before)
        before.delete()
    Preview.objects.create(id=preview_id, show=row, wished_at=now)


@transaction.atomic
def drop_preview(show_id: UUID, *, host: UUID) -> None:
    """Take the preview away; there being none is no matter."""
    row = lock_show(show_id, host=host)
    for before in Preview.objects.filter(show=row):
        _forget_files(before)
        before.delete()


def _forget_files(row: Preview) -> None:
    """Delete what a preview keeps once its row is gone for good."""
    upload, key = _upload(row.id), row.key

    def forget() -> None:
        upload.unlink(missing_ok=True)
        for name in (PREVIEW_FILM, PREVIEW_STILL) if key else ():
            default_storage.delete(f"{key}/{name}")

    transaction.on_commit(forget)


def make_preview(preview_id: UUID) -> None:
    """Make clip and picture of an upload, outside any transaction; doing it again after a crash starts over.

    The work is a program of its own with limits on time and memory, so that a broken file ends that program alone.
    """
    wanted = Preview.objects.filter(id=preview_id).exclude(state__in=ENDED)
    if not wanted.update(state=PreviewState.WORKING.value, done_permille=0):
        return
    upload, work = _upload(preview_id), _upload(preview_id).with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        made = make_clip(upload, work, tell=lambda permille: wanted.update(done_permille=permille))
        key = f"previews/{preview_id.hex}"
        for name in (PREVIEW_FILM, PREVIEW_STILL):
            default_storage.delete(f"{key}/{name}")
            with (work / name).open("rb") as file:
                default_storage.save(f"{key}/{name}", File(file))
        wanted.update(
            state=PreviewState.READY.value,
            done_permille=1000,
            key=key,
            seconds=made.seconds,
            width=made.width,
            height=made.height,
            done_at=read_now(),
        )
    except PreviewBroken as broken:
        log.warning("preview %s failed: %s", preview_id, broken)
        wanted.update(state=PreviewState.FAILED.value, reason=broken.reason, done_at=read_now())
    finally:
        shutil.rmtree(work, ignore_errors=True)
    upload.unlink(missing_ok=True)
