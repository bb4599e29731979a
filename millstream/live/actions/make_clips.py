"""Cut the products of a show out of its recording, one clip for each time that something was explained."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from millstream.live.models import Pin, ProductClip, Show
from millstream.live.queries import show_record
from millstream.live.refusals import NoSuchShow, ShowNotLive
from millstream.live.refusals.after import NoSuchProductClip
from millstream.live.rules.after import clip_window, standing_window
from millstream.live.types import PinRecord, ShowRecord
from millstream.live.types.after import Window
from millstream.media import api as media
from millstream.media.refusals import NothingRecorded
from millstream.media.types import ClipPurpose, ClipShape, ClipSpec

MOST_CLIPS: Final = 60
MOST_STANDING: Final = 12


@transaction.atomic
def make_clips(show_id: UUID, *, now: datetime) -> int:
    """Wish for the clips of an ended show that are not there yet; returns how many.

    The longest explanation of each product also gets a standing variant, if the picture does not stand already.
    """
    row = Show.objects.select_for_update().filter(id=show_id).first()
    if row is None:
        raise NoSuchShow
    show = show_record(row)
    if show.ended_at is None:
        raise ShowNotLive
    made = set(ProductClip.objects.filter(show=row, removed_at__isnull=True).values_list("pin_id", flat=True))
    pins = [pin for pin in Pin.objects.filter(show=row).order_by("pinned_at") if pin.id not in made]
    windows = [(pin, clip_window(_record(pin), ended_at=show.ended_at)) for pin in pins]
    wanted = [(pin, window) for pin, window in windows if window is not None][: MOST_CLIPS - len(made)]
    return _wish(show, wanted, now)


def _wish(show: ShowRecord, wanted: Sequence[tuple[Pin, Window]], now: datetime) -> int:
    stream = media.stream(show.stream)
    stands = stream.height > stream.width
    upright = {} if stands else _longest(wanted)
    specs = [_spec(show, number, window) for number, (_, window) in enumerate(wanted)]
    turned = [
        _spec(show, number, standing_window(window), ClipShape.STANDING)
        for number, (pin, window) in enumerate(wanted)
        if pin.id in upright.values()
    ]
    answers = media.cut_clips([*specs, *turned], now=now)
    standing = dict(zip(upright.values(), answers[len(specs) :], strict=True)) if turned else {}
    rows = [
        ProductClip(
            show_id=show.id,
            variant_id=pin.variant_id,
            pin=pin,
            clip_id=answer,
            standing_id=answer if stands else _id(standing.get(pin.id)),
            made_at=now,
        )
        for (pin, _), answer in zip(wanted, answers[: len(specs)], strict=True)
        if isinstance(answer, UUID)
    ]
    ProductClip.objects.bulk_create(rows)
    return len(rows)


def _id(answer: object) -> UUID | None:
    return answer if isinstance(answer, UUID) else None


def _longest(wanted: Sequence[tuple[Pin, Window]]) -> dict[UUID, UUID]:
    """The pin of each product's longest clip, in the order of the show; a bounded number of them."""
    best: dict[UUID, tuple[Pin, Window]] = {}
    for pin, window in wanted:
        known = best.get(pin.variant_id)
        if known is None or window.to_at - window.from_at > known[1].to_at - known[1].from_at:
            best[pin.variant_id] = (pin, window)
    chosen = sorted(best.values(), key=lambda found: found[0].pinned_at)[:MOST_STANDING]
    return {pin.variant_id: pin.id for pin, _ in chosen}


def _spec(show: ShowRecord, number: int, window: Window, shape: ClipShape = ClipShape.FILMED) -> ClipSpec:
    upright = "-standing" if shape is ClipShape.STANDING else ""
    name = f"{show.slug}-{number + 1}{upright}"
    return ClipSpec(show.stream, window.from_at, window.to_at, ClipPurpose.PRODUCT, name, shape)


def _record(pin: Pin) -> PinRecord:
    return PinRecord(pin.variant_id, pin.pinned_at, pin.unpinned_at)


def remove_product_clip(clip_id: UUID, *, show: UUID, now: datetime) -> None:
    """Take a clip of a product away, from every page and from the disk."""
    with transaction.atomic():
        row = ProductClip.objects.select_for_update().filter(id=clip_id, show_id=show, removed_at__isnull=True).first()
        if row is None:
            raise NoSuchProductClip
        ProductClip.objects.filter(id=clip_id).update(removed_at=now)
    there = media.clips([found for found in (row.clip_id, row.standing_id) if found])
    for clip in there:
        media.remove_clip(clip, now=now)


def wish_download(show: ShowRecord, *, now: datetime) -> UUID:
    """Wish for the whole recording of a show as one file; refuses with `NothingRecorded`."""
    between = media.recorded_between(show.stream)
    if between is None:
        raise NothingRecorded
    return media.cut_clip(ClipSpec(show.stream, *between, ClipPurpose.DOWNLOAD, show.slug), now=now)
