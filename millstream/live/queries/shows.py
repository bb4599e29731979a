"""What can be asked about shows and their rooms."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from millstream.kernel.pages import PAGE_SIZE, Page, page_of
from millstream.live.models import Message, Pin, RundownItem, Show, Tally, Trade
from millstream.live.refusals import NoSuchShow
from millstream.live.rules import agreement
from millstream.live.types import (
    PLANNED_KEEPS_FOR,
    Agreement,
    ChapterRecord,
    MessageRecord,
    PinRecord,
    RoomId,
    RundownRecord,
    ShowId,
    ShowRecord,
    ShowState,
    TalkRole,
    TallyRecord,
    TradeKind,
    TradeRecord,
)
from millstream.media import api as media
from millstream.pacts.api import pacts_of

MOST_LISTED = 60
MOST_TRADE = 200
MOST_TALK = 50
MOST_PINS = 500


def show_record(row: Show) -> ShowRecord:
    """The record of a row."""
    return ShowRecord(
        id=ShowId(row.id),
        slug=row.slug,
        title=row.title,
        story=row.story,
        host=row.host_id,
        poster=row.poster,
        state=ShowState(row.state),
        starts_at=row.starts_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        stream=row.stream_id,
        room=RoomId(row.room),
        last_trade=row.last_trade,
        likes=row.likes,
        lasts_minutes=row.lasts_minutes,
        changes=row.changes,
        series=row.series_id,
        occurrence=row.occurrence,
    )


def show_by_slug(slug: str) -> ShowRecord:
    """The show at this address; refuses with `NoSuchShow`."""
    row = Show.objects.filter(slug=slug).first()
    if row is None:
        raise NoSuchShow
    return show_record(row)


def show(show_id: UUID) -> ShowRecord:
    """The show with this id; refuses with `NoSuchShow`."""
    row = Show.objects.filter(id=show_id).first()
    if row is None:
        raise NoSuchShow
    return show_record(row)


def live_now() -> list[ShowRecord]:
    """The shows that are on, the most liked first."""
    rows = Show.objects.filter(state=ShowState.LIVE.value).order_by("-likes", "started_at")[:MOST_LISTED]
    return [show_record(row) for row in rows]


def upcoming(now: datetime) -> list[ShowRecord]:
    """The planned shows that can still happen, the next first."""
    rows = Show.objects.filter(state=ShowState.PLANNED.value, starts_at__gt=now - PLANNED_KEEPS_FOR)
    return [show_record(row) for row in rows.order_by("starts_at", "id")[:MOST_LISTED]]


def replays() -> list[ShowRecord]:
    """The shows that were on, the last first."""
    rows = Show.objects.filter(state=ShowState.ENDED.value).order_by("-ended_at", "-id")[:MOST_LISTED]
    return [show_record(row) for row in rows]


def shows_of(host: UUID) -> list[ShowRecord]:
    """A host's own shows, the newest first."""
    rows = Show.objects.filter(host_id=host).order_by("-starts_at", "-id")[:MOST_LISTED]
    return [show_record(row) for row in rows]


def page_of_shows(state: ShowState, after: str = "", size: int = PAGE_SIZE) -> Page[ShowRecord]:
    """Shows in one state by age of planning, the newest first; `after` is the id of the last one seen."""
    rows = Show.objects.filter(state=state.value).order_by("-id")
    if after:
        rows = rows.filter(id__lt=UUID(after))
    return page_of([show_record(row) for row in rows[: size + 1]], size=size, key=lambda record: str(record.id))


def rundown(show_id: UUID) -> list[RundownRecord]:
    """The products of a show in their order."""
    rows = RundownItem.objects.filter(show_id=show_id).order_by("position")
    return [RundownRecord(row.variant_id, row.position, row.note, row.sold) for row in rows]


def pinned(show_id: UUID) -> PinRecord | None:
    """The product being explained now."""
    row = Pin.objects.filter(show_id=show_id, unpinned_at__isnull=True).first()
    return PinRecord(row.variant_id, row.pinned_at, row.unpinned_at) if row else None


def pins(show_id: UUID) -> list[PinRecord]:
    """All that was explained in a show, in order of time."""
    rows = Pin.objects.filter(show_id=show_id).order_by("pinned_at")[:MOST_PINS]
    return [PinRecord(row.variant_id, row.pinned_at, row.unpinned_at) for row in rows]


def chapters(record: ShowRecord) -> list[ChapterRecord]:
    """Where in the recording each product was explained; a product explained twice has two chapters."""
    shown = pins(record.id)
    offsets = media.offsets_in_recording(record.stream, [pin.pinned_at for pin in shown])
    return [
        ChapterRecord(pin.variant, pin.pinned_at, offset // 1000) for pin, offset in zip(shown, offsets, strict=True)
    ]


def agreement_of(host: UUID, now: datetime) -> Agreement:
    """Whose goods this host may show now."""
    return agreement(host, pacts_of(host), now)


def live_shows_with(variants: Sequence[UUID], now: datetime, sells_for: timedelta) -> list[tuple[UUID, UUID, UUID]]:
    """(show, host, variant) for products in rundowns of shows that are live, or ended less than `sells_for` ago."""
    rows = RundownItem.objects.filter(
        Q(show__state=ShowState.LIVE.value) | Q(show__state=ShowState.ENDED.value, show__ended_at__gt=now - sells_for),
        variant_id__in=variants,
    )
    return list(rows.values_list("show_id", "show__host_id", "variant_id"))


def trade_after(room: UUID, number: int, limit: int = MOST_TRADE) -> list[TradeRecord]:
    """The trade of a room after a number, at most `limit` items: ask again with the last one for more."""
    rows = Trade.objects.filter(room=room, number__gt=number).order_by("number")[:limit]
    return [TradeRecord(row.number, TradeKind(row.kind), row.at, row.data) for row in rows]


def trade_item(number: int, kind: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """A trade item as the wire has it."""
    return {"n": number, "kind": kind, "at": at.isoformat(timespec="milliseconds"), "data": dict(data)}


def talk(show_id: UUID, limit: int = MOST_TALK) -> list[MessageRecord]:
    """The newest messages of a show, the oldest of them first."""
    rows = Message.objects.filter(show_id=show_id, deleted_at__isnull=True).order_by("-id")[:limit]
    return [
        MessageRecord(row.id, row.name, TalkRole(row.role), row.text, row.at, row.reply, tuple(row.mentions))
        for row in reversed(rows)
    ]


def tally(show_id: UUID) -> TallyRecord:
    """What a show has sold so far."""
    row = Tally.objects.filter(show_id=show_id).first()
    return TallyRecord(row.orders, row.units, row.total_minor, row.currency) if row else TallyRecord(0, 0, 0, "")


def tallies(show_ids: Sequence[UUID]) -> dict[UUID, TallyRecord]:
    """What each of these shows has sold so far; shows without a sale are left out."""
    rows = Tally.objects.filter(show_id__in=show_ids)
    return {row.show_id: TallyRecord(row.orders, row.units, row.total_minor, row.currency) for row in rows}
