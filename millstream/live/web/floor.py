"""The operator's view of what is on: read along, keep order, close counters and pictures, end a show."""

import logging
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.live import api
from millstream.live.room.server import viewers_of
from millstream.live.types import OPERATOR, ShowRecord, ShowState
from millstream.live.types.talk import SwitchKind
from millstream.live.web.keeping import frame, rules_choices, switch_rows
from millstream.live.web.moderation import tell_order_changed
from millstream.media import api as media
from millstream.media.types import StreamId
from millstream.people import api as people
from millstream.people.acting import Acting, acting_as
from millstream.people.types import ActorId

TALK_SHOWN: Final = 50

log = logging.getLogger(__name__)

for_operators = acting_as(operator=True)


@require_safe
@for_operators
def floor(request: HttpRequest) -> HttpResponse:
    """All shows that are on, and those that come next, with whoever hosts them."""
    now = request.now()  # type: ignore[attr-defined]
    live, planned = api.live_now(), api.upcoming(now)
    hosts = people.actors({show.host for show in (*live, *planned)})
    streams = media.streams([show.stream for show in live])
    context = {
        **frame(request, _("Shows on the floor")),
        **rules_choices(api.talk_rules(None)),
        "words": "\n".join(api.words_of(None)),
        "switches": switch_rows(None),
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
        **frame(request, ""),
        "switches": switch_rows(found.id),
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
    """End a show for everybody, or call a planned one off, saying why."""
    found = api.show_by_slug(slug)
    acting: Acting = request.acting  # type: ignore[attr-defined]
    now: datetime = request.now()  # type: ignore[attr-defined]
    ended = api.end_show(found.id, host=OPERATOR, user=acting.user_id, why=request.POST.get("why", ""), now=now)
    log.warning("operator %s ended show %s: it is %s", acting.user_id, ended.id, ended.state.value)
    messages.success(request, _("The show is over."))
    return redirect("live:floor")


@require_POST
@for_operators
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Close or open the counter or the picture of a show."""
    found = api.show_by_slug(slug)
    _throw(request, found)
    tell_order_changed(found.room)
    return redirect("live:floor_show", slug)


@require_POST
@for_operators
def switch_all(request: HttpRequest) -> HttpResponse:
    """Close or open every counter or every picture."""
    _throw(request, None)
    for found in api.live_now():
        tell_order_changed(found.room)
    return redirect("live:floor")


def _throw(request: HttpRequest, found: ShowRecord | None) -> None:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    kind = SwitchKind.VIDEO if request.POST.get("what") == "video" else SwitchKind.SALE
    is_open = request.POST.get("open") == "1"
    api.throw_switch(
        kind,
        found.id if found else None,
        is_open=is_open,
        by=OPERATOR,
        user=acting.user_id,
        why=request.POST.get("why", ""),
        now=request.now(),  # type: ignore[attr-defined]
    )
    where = found.slug if found else "all shows"
    log.warning("operator %s %s the %s of %s", acting.user_id, "opened" if is_open else "closed", kind.value, where)
