"""Keeps what the host promised: a clip on each paid line that was explained in its show, until its time is over."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from millstream.kernel.facts import Heard, hears, hears_batch
from millstream.kernel.settings import conf
from millstream.live.models import Pin, Promise, Show
from millstream.live.rules.after import promise_window
from millstream.live.types import PinRecord
from millstream.live.types.after import LONGEST_PROMISE, Window
from millstream.media import api as media
from millstream.media.types import ClipPurpose, ClipSpec
from millstream.orders import api as orders
from millstream.orders.facts import EscrowReleased, OrderPaid, OrderRefunded
from millstream.orders.types import SaleLine

MOST_MS: Final = LONGEST_PROMISE // timedelta(milliseconds=1)


@hears_batch(OrderPaid, name="live.promise")
def keep_promises(batch: Sequence[Heard[OrderPaid]]) -> None:
    """Wish for the clip of each paid line's promise; buyers of the same moment share a file, each line has its row."""
    paid = [heard.fact for heard in batch if heard.fact.show is not None]
    if not paid:
        return
    shows = {row.id: row for row in Show.objects.filter(id__in={fact.show for fact in paid}, started_at__isnull=False)}
    pins = _pins(set(shows), {variant for fact in paid for variant, _, _ in fact.lines})
    found = [
        (line, window)
        for line in orders.sale_lines([fact.order for fact in paid if fact.show in shows])
        if (window := _window(line, shows, pins)) is not None
    ]
    if not found:
        return
    answers = media.cut_clips([_spec(line, window, shows) for line, window in found], now=batch[-1].now)
    rows = [
        Promise(
            show_id=shows[line.show_id].id,  # type: ignore[index] # it has one, or there were no window
            variant_id=line.variant_id,
            order_id=line.order_id,
            line_id=line.line_id,
            seller=line.seller,
            buyer=line.buyer,
            clip_id=answer,
            from_at=window.from_at,
            to_at=window.to_at,
            made_at=batch[-1].now,
        )
        for (line, window), answer in zip(found, answers, strict=True)
        if isinstance(answer, UUID)
    ]
    Promise.objects.bulk_create(rows, ignore_conflicts=True)


def _pins(shows: set[UUID], variants: set[UUID]) -> dict[tuple[UUID, UUID], list[PinRecord]]:
    found: dict[tuple[UUID, UUID], list[PinRecord]] = {}
    for pin in Pin.objects.filter(show_id__in=shows, variant_id__in=variants).order_by("pinned_at"):
        told = PinRecord(pin.variant_id, pin.pinned_at, pin.unpinned_at)
        found.setdefault((pin.show_id, pin.variant_id), []).append(told)
    return found


def _window(line: SaleLine, shows: dict[UUID, Show], pins: dict[tuple[UUID, UUID], list[PinRecord]]) -> Window | None:
    assert line.show_id is not None
    show = shows[line.show_id]
    assert show.started_at is not None
    shown = pins.get((line.show_id, line.variant_id), [])
    return promise_window(shown, bought_at=line.placed_at, started_at=show.started_at, ended_at=show.ended_at)


def _spec(line: SaleLine, window: Window, shows: dict[UUID, Show]) -> ClipSpec:
    assert line.show_id is not None
    show = shows[line.show_id]
    name = f"{show.slug}-promise-{window.from_at:%H%M%S}"
    return ClipSpec(show.stream_id, window.from_at, window.to_at, ClipPurpose.PROMISE, name, most_ms=MOST_MS)


@hears(EscrowReleased, OrderRefunded, name="live.promise_ends")
def end_promise(heard: Heard[Any]) -> None:
    """From the end of an order on its promises are kept for as long as the installation keeps promises."""
    fact = heard.fact
    if isinstance(fact, OrderRefunded) and not fact.whole:
        return
    until = heard.at + timedelta(days=conf().promises_kept_days)
    Promise.objects.filter(order_id=fact.order).update(kept_until=until)
