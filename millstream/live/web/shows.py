"""Pages that everybody sees: what is on, a room, a planned show, a replay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from millstream.live import api
from millstream.live.queries import trade_item
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.planned import Agenda, days_with_shows, planned_page
from millstream.live.web.replay import note_visit, whole
from millstream.live.web.room_page import room_context
from millstream.people import api as people
from millstream.people.types import ActorId

SOON: Final = timedelta(minutes=10)
SHOW_LASTS: Final = timedelta(hours=2)
LARGEST_NUMBER: Final = 2**53


def cards(shows: Sequence[ShowRecord], now: datetime) -> list[dict[str, Any]]:
    """Shows as their cards need them; one question for all hosts."""
    hosts = people.actors({show.host for show in shows})
    return [
        {
            "url": reverse("live:show", args=[show.slug]),
            "title": show.title,
            "state": show.state.value,
            "starts_at": show.starts_at,
            "late": show.starts_at <= now,
            "picture": show.poster,
            "host": hosts[ActorId(show.host)].name,
            "viewers": None,
        }
        for show in shows
    ]


@require_safe
def shows_page(request: HttpRequest) -> HttpResponse:
    """What is live, what comes next, what can be watched again; the coming ones of a host or a day when asked."""
    now = request.now()  # type: ignore[attr-defined]
    asked = Agenda.asked(request)
    planned = api.agenda(now, host=asked.host.id if asked.host else None, between=asked.between)
    context = {
        "section": "shows",
        "live": [] if asked.is_narrow else cards(api.live_now(), now),
        "planned": cards(planned, now),
        "past": [] if asked.is_narrow else cards(api.replays(), now),
        "agenda": asked,
        "days": days_with_shows(api.upcoming(now)),
    }
    return render(request, "live/shows.html", context)


@require_safe
def show_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The room of a live show; before it a page with a countdown, after it the replay."""
    show = api.show_by_slug(slug)
    if show.state is ShowState.LIVE:
        note_visit(request, show)
        return render(request, "live/room.html", {"room": room_context(request, show)})
    if show.state is ShowState.ENDED:
        return redirect("live:replay", slug)
    return planned_page(request, show)


@require_safe
def trade(request: HttpRequest, slug: str) -> HttpResponse:
    """The room's trade after a number, for whoever missed some of it."""
    show = api.show_by_slug(slug)
    after = whole(request.GET.get("after"), most=LARGEST_NUMBER)
    found = api.trade_after(show.room, after)
    items = [trade_item(item.number, item.kind.value, item.at, item.data) for item in found]
    last = items[-1]["n"] if items else max(after, show.last_trade)
    now: datetime = request.now()  # type: ignore[attr-defined]
    told = {"items": items, "last": last, "now": now.isoformat(timespec="milliseconds")}
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
