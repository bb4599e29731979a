"""Parts of a room that its page asks for: the talk without a socket, and what to do when the show is over."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from millstream.kernel.limits import RateLimit
from millstream.live import api
from millstream.live.queries.later_talk import taken_away, talk_after
from millstream.live.refusals import NoSuchShow, TalkTooFast
from millstream.live.room.server import viewers_of
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.joining import standing_told
from millstream.live.web.passes import speaker_of
from millstream.live.web.room_ids import message_id
from millstream.live.web.room_page import goods_of
from millstream.live.web.talk_lines import message_json
from millstream.people import api as people

ASKS_PER_MINUTE: Final = 60
ASK = RateLimit("live.talk_page", per_minute=ASKS_PER_MINUTE, burst=20)


@require_safe
def talk(request: HttpRequest, slug: str) -> JsonResponse:
    """What was said after a line, and what was taken away, for whoever has no socket."""
    wait = ASK.take(str(request.visitor))  # type: ignore[attr-defined]
    if wait:
        raise TalkTooFast(retry_after=wait)
    show = api.show_by_slug(slug)
    now: datetime = request.now()  # type: ignore[attr-defined]
    by = speaker_of(request, show, goods_of(show).sellers())
    said = talk_after(show.id, message_id(request.GET.get("after")))
    told: dict[str, Any] = {
        "messages": [message_json(message) for message in said],
        "deleted": [str(taken) for taken in taken_away(show.id, now)],
        "likes": show.likes,
        "viewers": viewers_of(show.room),
        "standing": standing_told(request, show, by),
        "now": now.isoformat(timespec="milliseconds"),
    }
    return JsonResponse(told, headers={"Cache-Control": "no-store"})


@require_safe
def over(request: HttpRequest, slug: str) -> HttpResponse:
    """What to do when the show is over: watch it again, see the host's next one, buy on."""
    show = api.show_by_slug(slug)
    if show.state in (ShowState.PLANNED, ShowState.LIVE):
        raise NoSuchShow
    host = people.actor(show.host)
    coming = next_of(show, request.now())  # type: ignore[attr-defined]
    context = {
        "show": show,
        "host": host,
        "replay_url": reverse("live:replay", args=[slug]) if show.state is ShowState.ENDED else "",
        "next": coming,
        "next_url": reverse("live:show", args=[coming.slug]) if coming else "",
        "shows_url": reverse("live:shows"),
    }
    return render(request, "live/_over.html", context)


def next_of(show: ShowRecord, now: datetime) -> ShowRecord | None:
    """The host's next show; else the next of anybody."""
    coming = [other for other in api.upcoming(now) if other.id != show.id]
    return next((other for other in coming if other.host == show.host), coming[0] if coming else None)
