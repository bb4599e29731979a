"""The host's studio: own shows, the screen of a running one, opening and closing its doors, the stream key."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.ids import new_id
from millstream.kernel.texts import both, localised
from millstream.live import api
from millstream.live.rules import doors_open_at, takes_picture
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.crew import helped
from millstream.live.web.desk import acting, for_hosts, frame, host_of, own_show
from millstream.live.web.quick import quick_context
from millstream.live.web.room_page import room_context
from millstream.live.web.screen import device_of, directed_show, screen_state
from millstream.media import api as media
from millstream.media.types import ActorId


@require_safe
@for_hosts
def today(request: HttpRequest) -> HttpResponse:
    """The host's shows: what is on, what comes next, what is over and what it sold."""
    return _today_page(request, "")


def _today_page(request: HttpRequest, fresh_key: str) -> HttpResponse:
    shows = api.shows_of(host_of(request))
    sold = api.tallies([show.id for show in shows])
    rows = [(show, sold.get(show.id)) for show in shows]
    over = (ShowState.ENDED, ShowState.CANCELLED)
    context = {
        **frame(request, _("My shows"), "today"),
        "live": [{"show": show, "tally": tally} for show, tally in rows if show.state is ShowState.LIVE],
        "planned": [{"show": show} for show, _tally in reversed(rows) if show.state is ShowState.PLANNED],
        "helping": helped(request),
        "past": [{"show": show, "tally": tally} for show, tally in rows if show.state in over],
        "key": media.key_of(host_of(request)),
        "fresh_key": fresh_key,
        "ingest": media.ingest_for(host_of(request)).rtmp,
    }
    return render(request, "live/studio/today.html", context)


@require_POST
@for_hosts
def go_live_now(request: HttpRequest) -> HttpResponse:
    """Go live without a plan: a show for this moment, named after its host."""
    now = request.now()  # type: ignore[attr-defined]
    actor = acting(request).actor
    assert actor is not None, "for_hosts lets nobody without an actor in"
    at = timezone.localtime(now)
    title = both(
        f"{localised(actor.name, 'en')} live, {at:%H:%M}", f"{localised(actor.name, 'zh-hans')}直播，{at:%H:%M}"
    )
    return redirect("live:go_live", api.plan_now(actor.id, title, now=now).slug)


@require_safe
@for_hosts
def go_live(request: HttpRequest, slug: str) -> HttpResponse:
    """The host's screen during a show: camera, table, goods, orders, talk; of a show that is over, what remains."""
    show = directed_show(request, slug)
    if show.state is ShowState.ENDED:
        return redirect("live:after", slug)
    return studio_page(request, show)


def studio_page(
    request: HttpRequest,
    show: ShowRecord,
    *,
    fresh_key: str = "",
    quick: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole screen; `quick` is the quick-listing form as it was sent, when it was refused."""
    now_at = request.now()  # type: ignore[attr-defined]
    open_ = show.state in (ShowState.PLANNED, ShowState.LIVE)
    context = {
        **frame(request, _("Go live"), "go_live", show),
        **screen_state(request, show),
        "room": room_context(request, show),
        "whip": _whip_of(show, now_at) if open_ else {},
        "key": media.key_of(host_of(request)),
        "fresh_key": fresh_key,
        "ingest": media.ingest_for(host_of(request)).rtmp,
        "opens": takes_picture(show.state, show.starts_at, now_at),
        "opens_at": doors_open_at(show.starts_at),
        "room_url": reverse("live:show", args=[show.slug]),
        "quick_form": quick or quick_context(request, show, key=new_id().hex),
        "open": open_,
    }
    return render(request, "live/studio/live.html", context, status=status)


def _whip_of(show: ShowRecord, now: datetime) -> dict[str, str]:
    """Where the browser sends the picture, and the ticket that lets it: hosts never see a key."""
    ticket = media.studio_ticket(ActorId(show.host), slug=show.slug, now=now)
    whip = media.ingest_of(media.stream(show.stream)).whip
    return {"url": f"{whip}?slug={show.slug}" if whip else "", "ticket": ticket}


@require_safe
@for_hosts
def now(request: HttpRequest, slug: str) -> HttpResponse:
    """What changes on the screen, for its updates every two seconds; nothing when nothing did."""
    show = directed_show(request, slug)
    api.keep_seats(show.id, device_of(request).id, now=request.now())  # type: ignore[attr-defined]
    state = screen_state(request, show)
    if request.GET.get("seen") == state["mark"]:
        return HttpResponse(status=204)
    return render(request, "live/studio/_now.html", {**state, "swapped": True})


@require_safe
@for_hosts
def offers(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands in the sheet of deals and gifts by now: the page asks for it when the sheet is opened."""
    return render(request, "live/studio/_offers.html", {"show": directed_show(request, slug)})


@require_POST
@for_hosts
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the doors."""
    show = directed_show(request, slug)
    api.start_show(show.id, host=show.host, now=request.now())  # type: ignore[attr-defined]
    if request.headers.get("HX-Request"):
        state = screen_state(request, directed_show(request, slug))
        return render(request, "live/studio/_now.html", {**state, "swapped": True})
    return redirect("live:go_live", slug)


@require_POST
@for_hosts
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the doors; the replay is there at once. For the host alone."""
    show = own_show(request, slug)
    api.end_show(show.id, host=host_of(request), now=request.now())  # type: ignore[attr-defined]
    messages.success(request, _("The show is over. Its replay goes on selling."))
    return redirect("live:studio")


@require_POST
@for_hosts
def issue_key(request: HttpRequest) -> HttpResponse:
    """Make a new stream key and show it on the answering page: once, since it is kept nowhere.

    The key before works no more.
    """
    slug = request.POST.get("show", "")
    show = own_show(request, slug) if slug else None
    key = media.issue_key(host_of(request), now=request.now())  # type: ignore[attr-defined]
    answer = studio_page(request, show, fresh_key=key) if show else _today_page(request, key)
    answer.headers["Cache-Control"] = "no-store"
    return answer
