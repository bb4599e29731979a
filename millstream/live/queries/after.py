"""What can be asked about a show that is over: its clips, its promises, its audience."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from millstream.live.models import Attendance, Caption, Footfall, Opening, ProductClip, Promise
from millstream.live.refusals.after import NoSuchPromise
from millstream.live.rules.after import estimate_visitors, mean_viewers, peak, watch_seconds
from millstream.live.types import ShowRecord
from millstream.live.types.after import (
    FOOTFALL_BITS,
    FOOTFALL_SHARDS,
    Audience,
    ProductClipRecord,
    PromiseRecord,
    Sample,
)
from millstream.media import api as media
from millstream.media.types import ClipId, ClipRecord

MOST_CLIPS: Final = 100
MOST_SAMPLES: Final = 20_000


def product_clips(show_id: UUID) -> list[ProductClipRecord]:
    """The clips of a show's products in the order in which they were explained, also those that are not cut yet."""
    rows = ProductClip.objects.filter(show_id=show_id, removed_at__isnull=True).select_related("pin")
    return _clips(list(rows.order_by("pin__pinned_at")[:MOST_CLIPS]))


def clips_of_variants(variants: Sequence[UUID], most: int = 6) -> list[ProductClipRecord]:
    """The newest clips in which one of these was explained, ready to be played."""
    rows = ProductClip.objects.filter(variant_id__in=variants, removed_at__isnull=True).select_related("pin")
    found = _clips(list(rows.order_by("-made_at", "-id")[:MOST_CLIPS]))
    return [record for record in found if record.clip.ready][:most]


def _clips(rows: Sequence[ProductClip]) -> list[ProductClipRecord]:
    ids = [clip for row in rows for clip in (row.clip_id, row.standing_id) if clip is not None]
    known = media.clips(ids) if ids else {}
    return [
        ProductClipRecord(
            id=row.id,
            show=row.show_id,
            variant=row.variant_id,
            pinned_at=row.pin.pinned_at,
            clip=known[ClipId(row.clip_id)],
            standing=known.get(ClipId(row.standing_id)) if row.standing_id else None,
        )
        for row in rows
        if ClipId(row.clip_id) in known
    ]


def promises_of_order(order_id: UUID) -> list[PromiseRecord]:
    """What was promised about the lines of an order; for whoever may see the order."""
    rows = list(Promise.objects.filter(order_id=order_id).select_related("show").order_by("line_id"))
    known = media.clips([row.clip_id for row in rows]) if rows else {}
    return [_promise(row, known[ClipId(row.clip_id)]) for row in rows if ClipId(row.clip_id) in known]


def promise(promise_id: UUID) -> PromiseRecord:
    """One promise; refuses with `NoSuchPromise`."""
    row = Promise.objects.filter(id=promise_id).select_related("show").first()
    known = media.clips([row.clip_id]) if row else {}
    if row is None or ClipId(row.clip_id) not in known:
        raise NoSuchPromise
    return _promise(row, known[ClipId(row.clip_id)])


def _promise(row: Promise, clip: ClipRecord) -> PromiseRecord:
    return PromiseRecord(
        id=row.id,
        show=row.show_id,
        show_title=row.show.title,
        show_slug=row.show.slug,
        order=row.order_id,
        line=row.line_id,
        variant=row.variant_id,
        clip=clip,
        made_at=row.made_at,
        kept_until=row.kept_until,
    )


def promised_clips(clips: Sequence[UUID], now: datetime) -> set[UUID]:
    """The clips among these that a buyer or a seller may still ask for."""
    held = Q(kept_until__isnull=True) | Q(kept_until__gt=now)
    return set(Promise.objects.filter(held, clip_id__in=clips).values_list("clip_id", flat=True))


def has_captions(show_id: UUID) -> bool:
    """Whether somebody wrote captions for a show."""
    return Caption.objects.filter(show_id=show_id).exists()


def openings(show_id: UUID) -> dict[UUID, int]:
    """How often the buy sheet of each product was opened from a show."""
    counted = Opening.objects.filter(show_id=show_id).values_list("variant_id").annotate(Sum("opened"))
    return {variant: int(opened) for variant, opened in counted}


def visitors(show_id: UUID) -> int:
    """About how many different browsers opened a show's room or replay."""
    bits = Footfall.objects.filter(show_id=show_id).values_list("bits", flat=True)
    return estimate_visitors(sum(int.from_bytes(found).bit_count() for found in bits), FOOTFALL_BITS * FOOTFALL_SHARDS)


def audience(show: ShowRecord, now: datetime) -> Audience:
    """Who watched a show, by the samples of its rooms; for a show that is on, until now."""
    rows = Attendance.objects.filter(show_id=show.id).order_by("at").values_list("at", "viewers")[:MOST_SAMPLES]
    samples = tuple(Sample(at, viewers) for at, viewers in rows)
    started_at, ended_at = show.started_at or now, show.ended_at or now
    return Audience(
        watch_seconds=watch_seconds(samples, ended_at),
        peak=peak(samples),
        mean=mean_viewers(samples, started_at, ended_at),
        visitors=visitors(show.id),
        samples=samples,
    )
