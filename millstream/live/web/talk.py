"""Talking, liking, following and standing without a socket."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.nats import publish_hint
from millstream.kernel.web.asking import asking_network
from millstream.live import api
from millstream.live.refusals import TalkTooFast
from millstream.live.room.nerve import subject
from millstream.live.room.pace import Pace
from millstream.live.types import ShowRecord
from millstream.live.web.passes import mark_of, speaker_of
from millstream.live.web.room_page import goods_of
from millstream.people.acting import acting_as_of

PACE = Pace()  # of this web process


@require_POST
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Say something by form; everybody with a socket gets it at once."""
    show = api.show_by_slug(slug)
    by = speaker_of(request, show, goods_of(show).sellers())
    wait = PACE.say(str(by.visitor), asking_network(request), role=by.role.value, verified=by.verified)
    if wait:
        raise TalkTooFast(retry_after=wait)
    now = request.now()  # type: ignore[attr-defined]
    said = api.say(show.id, by, request.POST.get("text", ""), reply=_uuid(request, "reply"), now=now)
    message = {
        "id": str(said.id),
        "visitor": str(by.visitor),
        "name": said.name,
        "role": said.role.value,
        "text": said.text,
        "at": said.at.isoformat(timespec="milliseconds"),
        "reply": str(said.reply or ""),
        "mentions": list(said.mentions),
        "actor": str(by.actor or ""),
        "network": by.network,
    }
    publish_hint(subject(show.room, "talk"), {"p": "page", "message": message})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("live:go_live" if request.POST.get("back") == "studio" else "live:show", slug)


@require_POST
def like(request: HttpRequest, slug: str) -> HttpResponse:
    """Like the show by form; too many are left out without a word."""
    show = api.show_by_slug(slug)
    if PACE.like(str(request.visitor), asking_network(request)):  # type: ignore[attr-defined]
        api.like_show(show.id)
        publish_hint(subject(show.room, "likes"), {"p": "page", "likes": 1})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("live:show", slug)


@require_POST
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow the host of a show; a new pass comes with the page."""
    show, acting = api.show_by_slug(slug), acting_as_of(request)
    actor = acting.actor.id if acting.actor else None
    api.follow_host(show.host, visitor=acting.visitor, actor=actor, now=request.now())  # type: ignore[attr-defined]
    return _after_follow(request, slug)


@require_POST
def unfollow(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow the host of a show no more."""
    show, acting = api.show_by_slug(slug), acting_as_of(request)
    api.unfollow_host(show.host, visitor=acting.visitor, actor=acting.actor.id if acting.actor else None)
    return _after_follow(request, slug)


def _after_follow(request: HttpRequest, slug: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("live:show", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: HttpRequest, slug: str) -> HttpResponse:
    """Why the reader may not talk in a show and until when, and the one appeal against it."""
    show, acting, network = api.show_by_slug(slug), acting_as_of(request), mark_of(request)
    actor, now = acting.actor.id if acting.actor else None, request.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        told = request.POST.get("text", "")
        api.appeal(show.id, visitor=acting.visitor, actor=actor, network=network, text=told, now=now)
        messages.success(request, _("Your appeal is on its way. The answer will stand on this page."))
        return redirect("live:standing", slug)
    context: dict[str, Any] = {
        "show": show,
        "standing": api.standing(show.id, visitor=acting.visitor, actor=actor, network=network, now=now),
        "last": api.last_appeal(show.id, visitor=acting.visitor),
    }
    return render(request, "live/moderation/standing.html", context)


@require_safe
def standing_in_room(request: HttpRequest, room: UUID) -> HttpResponse:
    """The same by the room's id, which is what a room server knows."""
    return redirect("live:standing", api.slug_of_room(room))


@require_safe
def captions(request: HttpRequest, slug: str) -> HttpResponse:
    """What was said in a show as WebVTT, by the time of its recording."""
    show: ShowRecord = api.show_by_slug(slug)
    return HttpResponse(api.captions_vtt(show), content_type="text/vtt; charset=utf-8")


def _uuid(request: HttpRequest, field: str) -> UUID | None:
    """The id that a form or an address names; None for none, and for nonsense."""
    told = (request.POST if request.method == "POST" else request.GET).get(field, "")
    try:
        return UUID(told) if told else None
    except ValueError:
        return None
