"""What those who keep order look at: reports, appeals, bans, the log, closed counters; and followers and captions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from millstream.kernel.pages import PAGE_SIZE, Page, page_of
from millstream.live.models import Mute, Show
from millstream.live.models.talk import Appeal, Ban, Caption, Follow, ModerationAct, Report, Switch
from millstream.live.queries.order import bans_over
from millstream.live.refusals import NoSuchShow
from millstream.live.types import ShowRecord
from millstream.live.types.talk import (
    MOST_CAPTIONS,
    ActKind,
    ActRecord,
    AppealRecord,
    AppealState,
    BanRecord,
    CaptionRecord,
    Reason,
    ReportRecord,
    ReportState,
    SwitchKind,
    SwitchRecord,
)
from millstream.media import api as media

MOST_REPORTS: Final = 100
MOST_FOLLOWERS: Final = 10_000
MOST_MOMENTS_AT_ONCE: Final = 500
CAPTION_STANDS_MS: Final = 7_000


def open_reports(shows: Iterable[UUID] | None = None, *, for_crew: bool = False) -> list[ReportRecord]:
    """What waits for a decision, one record for each thing, the most reported first; `shows` None means all.

    The crew (`for_crew`) sees what it decides, and that a product was reported; nothing of what it is reported for.
    """
    waiting = Report.objects.filter(state=ReportState.OPEN.value)
    if shows is not None:
        waiting = waiting.filter(show_id__in=list(shows))
    things: dict[tuple[UUID | None, UUID | None, UUID | None], list[Report]] = {}
    for row in waiting.order_by("-id")[: MOST_REPORTS * 10]:
        things.setdefault((row.show_id, row.variant, row.message), []).append(row)
    found = sorted(things.values(), key=lambda rows: -len(rows))
    records = [_report(rows) for rows in found]
    return [record for record in records if not for_crew or _is_for_crew(record)][:MOST_REPORTS]


def _is_for_crew(record: ReportRecord) -> bool:
    return record.variant is not None or not record.operator_decides


def report_count(shows: Iterable[UUID] | None = None) -> int:
    """How many reports wait."""
    waiting = Report.objects.filter(state=ReportState.OPEN.value)
    return (waiting if shows is None else waiting.filter(show_id__in=list(shows))).count()


def _report(rows: Sequence[Report]) -> ReportRecord:
    """One thing, by its newest report."""
    row = rows[0]
    return ReportRecord(
        id=row.id,
        show=row.show_id,
        variant=row.variant,
        message=row.message,
        quoted=row.quoted,
        speaker=row.speaker,
        reason=Reason(row.reason),
        text=row.text,
        at=row.at,
        state=ReportState(row.state),
        count=len(rows),
        operator_decides=any(each.operator_decides for each in rows),
    )


def open_appeals(shows: Iterable[UUID] | None = None) -> list[AppealRecord]:
    """The appeals that wait, the oldest first; a host's crew does not decide about the operator's acts."""
    waiting = Appeal.objects.filter(state=AppealState.OPEN.value).select_related("act").order_by("id")
    if shows is not None:
        waiting = waiting.filter(act__show_id__in=list(shows)).exclude(act__role="operator")
    return [
        AppealRecord(
            id=row.id,
            show=row.act.show_id,
            act=row.act_id,
            kind=ActKind(row.act.kind),
            quoted=row.act.quoted,
            speaker=row.act.speaker,
            why=row.act.why,
            text=row.text,
            at=row.at,
            state=AppealState(row.state),
            by_network=bool(row.network),
        )
        for row in waiting[:MOST_REPORTS]
    ]


def acts(
    *, show: UUID | None = None, host: UUID | None = None, after: UUID | None = None, size: int = PAGE_SIZE
) -> Page[ActRecord]:
    """The log of moderation, the newest first: of a show, of a host's shows, or (neither) of all."""
    rows = ModerationAct.objects.order_by("-id")
    if show is not None:
        rows = rows.filter(show_id=show)
    if host is not None:
        rows = rows.filter(host=host)
    if after is not None:
        rows = rows.filter(id__lt=after)
    found = [
        ActRecord(
            id=row.id,
            kind=ActKind(row.kind),
            at=row.at,
            show=row.show_id,
            user=row.user,
            actor=row.actor,
            role=row.role,
            message=row.message,
            quoted=row.quoted,
            speaker=row.speaker,
            why=row.why,
            facts=row.facts,
        )
        for row in rows[: size + 1]
    ]
    return page_of(found, size=size, key=lambda record: str(record.id))


def why_ended(show: UUID) -> str:
    """The operator's reason for ending a show; empty when its host did."""
    act = ModerationAct.objects.filter(show_id=show, kind=ActKind.SHOW_ENDED.value).order_by("-id").first()
    return act.why if act is not None else ""


def holding(acts: Iterable[UUID], now: datetime) -> set[UUID]:
    """Which of these timeouts and bans still silence somebody."""
    wanted = list(acts)
    muted = Mute.objects.filter(act__in=wanted, until__gt=now).values_list("act", flat=True)
    banned = Ban.objects.filter(act__in=wanted, lifted_at__isnull=True).values_list("act", flat=True)
    return {act for act in (*muted, *banned) if act is not None}


def bans(host: UUID | None) -> list[BanRecord]:
    """Who may not talk in a host's shows (None: anywhere) and was banned there, the newest first."""
    rows = Ban.objects.filter(host__isnull=True, lifted_at__isnull=True) if host is None else bans_over(host)
    rows = rows.filter(host_id=host).select_related("act").order_by("-id")
    return [
        BanRecord(
            id=row.id,
            host=row.host_id,
            speaker=row.act.speaker,
            quoted=row.act.quoted,
            why=row.act.why,
            since=row.since,
            until=row.until,
            has_network=bool(row.network),
        )
        for row in rows[:MOST_REPORTS]
    ]


def switches(shows: Iterable[UUID] = ()) -> list[SwitchRecord]:
    """What is closed now: everywhere, and of these shows."""
    rows = Switch.objects.filter(Q(show__isnull=True) | Q(show_id__in=list(shows)), opened_at__isnull=True)
    return [SwitchRecord(SwitchKind(row.kind), row.show_id, row.why, row.closed_at) for row in rows.order_by("id")]


def follows(host: UUID, *, visitor: UUID, actor: UUID | None = None) -> bool:
    """Whether a visitor, or the actor behind it, follows a host."""
    mine = Q(visitor=visitor) | Q(actor_id=actor) if actor else Q(visitor=visitor)
    return Follow.objects.filter(mine, host_id=host).exists()


def follower_count(host: UUID) -> int:
    """How many follow a host; somebody with two browsers counts once."""
    found = Follow.objects.filter(host_id=host).aggregate(many=Count(Coalesce("actor_id", "visitor"), distinct=True))
    many: int = found["many"]
    return many


def followers(host: UUID, after: UUID | None = None) -> list[tuple[UUID, UUID | None]]:
    """(visitor, actor or None) of who follows a host, by visitor; `after` is the last visitor seen."""
    rows = Follow.objects.filter(host_id=host).order_by("visitor")
    if after is not None:
        rows = rows.filter(visitor__gt=after)
    return list(rows.values_list("visitor", "actor_id")[:MOST_FOLLOWERS])


def slug_of_room(room: UUID) -> str:
    """The address of the show with this room; refuses with `NoSuchShow`."""
    slug = Show.objects.filter(room=room).values_list("slug", flat=True).first()
    if slug is None:
        raise NoSuchShow
    return slug


def captions_vtt(record: ShowRecord) -> str:
    """The captions of a show as WebVTT, by the time of its recording; each stands for seven seconds at most."""
    said = captions(record.id)
    starts = [0] * len(said)
    for at in range(0, len(said), MOST_MOMENTS_AT_ONCE):
        moments = [caption.at for caption in said[at : at + MOST_MOMENTS_AT_ONCE]]
        starts[at : at + len(moments)] = media.offsets_in_recording(record.stream, moments)
    blocks = ["WEBVTT"]
    for caption, start, after in zip(said, starts, [*starts[1:], None], strict=True):
        end = start + CAPTION_STANDS_MS if after is None else min(max(after, start + 1), start + CAPTION_STANDS_MS)
        text = caption.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_vtt_time(start)} --> {_vtt_time(end)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def _vtt_time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def captions(show: UUID) -> list[CaptionRecord]:
    """What was said in a show, as text, in order."""
    rows = Caption.objects.filter(show_id=show).order_by("at", "id")[:MOST_CAPTIONS]
    return [CaptionRecord(row.text, row.at) for row in rows]
