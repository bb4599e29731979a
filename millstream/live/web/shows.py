"""Pages that everybody sees: what is on, a room, a planned show, a replay."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.queries import trade_item
from millstream.live.refusals import NoSuchShow
from millstream.live.rules import buy_url, product_url
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.room_page import goods_of, room_context, rundown_rows, shape_of
from millstream.media import api as media
from millstream.people import api as people
from millstream.people.types import ActorId
from millstream.shops.types import VariantId

SOON: Final = timedelta(minutes=10)
SHOW_LASTS: Final = timedelta(hours=2)
LARGEST_NUMBER: Final = 2**53


def cards(shows: Sequence[ShowRecord]) -> list[dict[str, Any]]:
    """Shows as their cards need them; one question for all hosts."""
    hosts = people.actors({show.host for show in shows})
    return [
        {
            "url": reverse("live:show", args=[show.slug]),
            "title": show.title,
            "state": show.state.value,
            "starts_at": show.starts_at,
            "picture": show.poster,
            "host": hosts[ActorId(show.host)].name,
            "viewers": None,
        }
        for show in shows
    ]


@require_safe
def shows_page(request: HttpRequest) -> HttpResponse:
    """What is live, what comes next, what can be watched again."""
    now = request.now()  # type: ignore[attr-defined]
    context = {
        "section": "shows",
        "live": cards(api.live_now()),
        "planned": cards(api.upcoming(now)),
        "past": cards(api.replays()),
    }
    return render(request, "live/shows.html", context)


@require_safe
def show_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The room of a live show; before it a page with a countdown, after it the replay."""
    show = api.show_by_slug(slug)
    if show.state is ShowState.LIVE:
        return render(request, "live/room.html", {"room": room_context(request, show)})
    if show.state is ShowState.ENDED:
        return redirect("live:replay", slug)
    return _planned_page(request, show)


def _planned_page(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    now: datetime = request.now()  # type: ignore[attr-defined]
    context = {
        "section": "shows",
        "show": show,
        "host": people.actor(show.host),
        "cancelled": show.state is ShowState.CANCELLED,
        "late": show.starts_at <= now,
        "soon": show.starts_at - now < SOON,
        "rundown": rundown_rows(show, goods_of(show)),
    }
    return render(request, "live/planned.html", context)


@require_safe
def replay_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The recording with its chapters; its products still sell."""
    show = api.show_by_slug(slug)
    if show.state is not ShowState.ENDED:
        return redirect("live:show", slug)
    stream = media.stream(show.stream)
    recording = media.recording_of(show.stream)
    goods = goods_of(show)
    chapters = []
    for chapter in api.chapters(show):
        found = goods.known.get(VariantId(chapter.variant))
        if found is not None:
            chapters.append(
                {
                    "seconds": chapter.offset_seconds,
                    "clock": _clock(chapter.offset_seconds),
                    "title": found.title,
                    "image": found.image,
                    "price_minor": found.price_minor,
                    "currency": found.currency,
                    "left": found.left,
                    "url": product_url(found),
                    "buy_url": buy_url(chapter.variant, show.id),
                }
            )
    start_at = _whole(request.GET.get("t"), most=recording.duration_ms // 1000 if recording else 0)
    context = {
        "section": "shows",
        "show": show,
        "host": people.actor(show.host),
        "recording": recording,
        "src": f"{conf().media_origin}/recordings/{stream.playback}/index.m3u8",
        "shape": shape_of(stream),
        "start_at": start_at,
        "chapters": chapters,
        "rundown": [row for row in rundown_rows(show, goods) if row["state"] == "next"],
    }
    return render(request, "live/replay.html", context)


def _clock(seconds: int) -> str:
    """A place in a recording as players write it."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _whole(text: str | None, *, most: int) -> int:
    """A whole number that somebody put into an address; 0 for anything else."""
    return min(int(text), most) if text and text.isascii() and text.isdigit() and len(text) < 17 else 0  # noqa: PLR2004


@require_safe
def trade(request: HttpRequest, slug: str) -> HttpResponse:
    """The room's trade after a number, for whoever missed some of it."""
    show = api.show_by_slug(slug)
    after = _whole(request.GET.get("after"), most=LARGEST_NUMBER)
    found = api.trade_after(show.room, after)
    items = [trade_item(item.number, item.kind.value, item.at, item.data) for item in found]
    last = items[-1]["n"] if items else max(after, show.last_trade)
    return JsonResponse({"items": items, "last": last}, headers={"Cache-Control": "no-store"})


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The show as an appointment for the reader's calendar (RFC 5545)."""
    show = api.show_by_slug(slug)
    if show.state is not ShowState.PLANNED:
        raise NoSuchShow
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Millstream//Shows//EN",
        "BEGIN:VEVENT",
        f"UID:{show.id}@millstream",
        f"DTSTAMP:{_stamp(request.now())}",  # type: ignore[attr-defined]
        f"DTSTART:{_stamp(show.starts_at)}",
        f"DTEND:{_stamp(show.starts_at + SHOW_LASTS)}",
        f"SUMMARY:{_escaped(localised(show.title))}",
        f"URL:{conf().public_origin}{reverse('live:show', args=[slug])}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return HttpResponse(
        "\r\n".join(lines),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{slug}.ics"'},
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """Text of an appointment: RFC 5545, section 3.3.11; control characters cannot start another line."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
