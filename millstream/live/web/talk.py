"""Talking without a socket, and keeping the talk friendly."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from millstream.kernel.limits import RateLimit
from millstream.kernel.nats import publish_hint
from millstream.live import api
from millstream.live.refusals import TalkTooFast
from millstream.live.room import bounds
from millstream.live.room.nerve import subject
from millstream.live.types import Operator
from millstream.live.web.room_page import goods_of, speaker
from millstream.live.web.stewards import for_stewards, steward_of

SAY = RateLimit("live.say_page", per_minute=bounds.SAY_PER_MINUTE, burst=bounds.SAY_BURST)
LIKE = RateLimit("live.like_page", per_minute=bounds.LIKES_PER_MINUTE, burst=bounds.LIKES_BURST)


@require_POST
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Say something by form; everybody with a socket gets it at once."""
    show = api.show_by_slug(slug)
    by = speaker(request, show, goods_of(show).sellers())
    wait = SAY.take(str(by.visitor))
    if wait:
        raise TalkTooFast(retry_after=wait)
    said = api.say(show.id, by, request.POST.get("text", ""), now=request.now())  # type: ignore[attr-defined]
    message = {
        "id": str(said.id),
        "visitor": str(by.visitor),
        "name": said.name,
        "role": said.role.value,
        "text": said.text,
        "at": said.at.isoformat(timespec="milliseconds"),
    }
    publish_hint(subject(show.room, "talk"), {"p": "page", "message": message})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("live:go_live" if request.POST.get("back") == "studio" else "live:show", slug)


@require_POST
def like(request: HttpRequest, slug: str) -> HttpResponse:
    """Like the show by form; too many are left out without a word."""
    show = api.show_by_slug(slug)
    if not LIKE.take(str(request.visitor)):  # type: ignore[attr-defined]
        api.like_show(show.id)
        publish_hint(subject(show.room, "likes"), {"p": "page", "likes": 1})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("live:show", slug)


@require_POST
@for_stewards
def delete(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Take a message off every screen."""
    steward = steward_of(request)
    room = api.delete_message(message, host=steward, now=request.now())  # type: ignore[attr-defined]
    publish_hint(subject(room, "moderate"), {"p": "page", "deleted": str(message)})
    return redirect("live:floor_show" if isinstance(steward, Operator) else "live:go_live", slug)


@require_POST
@for_stewards
def mute(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Ask whoever said this to be silent for ten minutes."""
    steward = steward_of(request)
    room, visitor, until = api.mute_speaker(message, host=steward, now=request.now())  # type: ignore[attr-defined]
    told = {"p": "page", "muted": str(visitor), "until": until.timestamp()}
    publish_hint(subject(room, "moderate"), told)
    return redirect("live:floor_show" if isinstance(steward, Operator) else "live:go_live", slug)
