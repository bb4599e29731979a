"""The operator's view of what is on: read along in any room, take messages away, end a show."""

import logging
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.live import api
from millstream.live.room.server import viewers_of
from millstream.live.types import OPERATOR, ShowRecord, ShowState
from millstream.media import api as media
from millstream.media.types import StreamId
from millstream.people import api as people
from millstream.people.acting import Acting, acting_as
from millstream.people.types import ActorId

TALK_SHOWN: Final = 50

log = logging.getLogger(__name__)

for_operators = acting_as(operator=True)


def _frame(request: HttpRequest, title: str) -> dict[str, Any]:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    ways = [{"label": _("Shows on the floor"), "url": reverse("live:floor"), "icon": "live", "current": True}]
    return {"desk_title": title, "desk_actor": acting.actor.name if acting.actor else "", "desk_nav": ways}


@require_safe
@for_operators
def floor(request: HttpRequest) -> HttpResponse:
    """All shows that are on, and those that come next, with whoever hosts them."""
    now = request.now()  # type: ignore[attr-defined]
    live, planned = api.live_now(), api.upcoming(now)
    hosts = people.actors({show.host for show in (*live, *planned)})
    streams = media.streams([show.stream for show in live])
    context = {
        **_frame(request, _("Shows on the floor")),
        "live": [
            {
                "show": show,
                "host": hosts[ActorId(show.host)].name,
                "viewers": viewers_of(show.room),
                "picture": streams[StreamId(show.stream)].state.value,
            }
            for show in live
        ],
        "planned": [{"show": show, "host": hosts[ActorId(show.host)].name} for show in planned],
    }
    return render(request, "live/floor/shows.html", context)


@require_safe
@for_operators
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One show as the operator keeps order in it: its talk, and the button that ends it."""
    found = api.show_by_slug(slug)
    context = {
        **_frame(request, ""),
        **_talk(found),
        "host": people.actor(found.host).name,
        "state": found.state.value,
        "endable": found.state in (ShowState.LIVE, ShowState.PLANNED),
        "viewers": viewers_of(found.room),
    }
    return render(request, "live/floor/show.html", context)


@require_safe
@for_operators
def talk(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest talk of a show, for the page's updates."""
    return render(request, "live/studio/_talk.html", _talk(api.show_by_slug(slug)))


def _talk(found: ShowRecord) -> dict[str, Any]:
    return {"show": found, "talk": reversed(api.talk(found.id, TALK_SHOWN))}


@require_POST
@for_operators
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """End a show for everybody, or call a planned one off."""
    found = api.show_by_slug(slug)
    ended = api.end_show(found.id, host=OPERATOR, now=request.now())  # type: ignore[attr-defined]
    acting: Acting = request.acting  # type: ignore[attr-defined]
    log.warning("operator %s ended show %s: it is %s", acting.user_id, ended.id, ended.state.value)
    messages.success(request, _("The show is over."))
    return redirect("live:floor")
