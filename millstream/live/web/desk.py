"""What the pages of the desk share: whose they are, their frame, what a form names."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from millstream.kernel.refusals import NotAllowed
from millstream.live import api
from millstream.live.refusals import NotForSale, NotYourShow
from millstream.live.types import ShowRecord
from millstream.people.acting import Acting, acting_as
from millstream.people.api import may_work
from millstream.people.types import Role

type View = Callable[..., HttpResponseBase]

HOSTING: Final = (Role.HOST, Role.OWNER)


def for_hosts(view: View) -> View:
    """Let hosts past, and whoever works on somebody's shows; which show they may see is asked of the show."""

    @acting_as()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        who = acting(request)
        if not may_work(who.roles, HOSTING) and not api.shows_worked_on(host_of(request)):
            raise NotAllowed(path=request.path)
        return view(request, *args, **kwargs)

    return guarded


def acting(request: HttpRequest) -> Acting:
    """Who asks and for whom."""
    found: Acting = request.acting  # type: ignore[attr-defined]
    return found


def host_of(request: HttpRequest) -> UUID:
    """Who acts; for views of `for_hosts`."""
    actor = acting(request).actor
    assert actor is not None, "for_hosts lets nobody without an actor in"
    return actor.id


def own_show(request: HttpRequest, slug: str) -> ShowRecord:
    """The show at this address, if it is the acting host's."""
    show = api.show_by_slug(slug)
    if show.host != host_of(request):
        raise NotYourShow
    return show


def frame(request: HttpRequest, title: str, here: str, show: ShowRecord | None = None) -> dict[str, Any]:
    """What the desk's frame needs: its title and its ways."""
    ways = [{"label": _("My shows"), "url": reverse("live:studio"), "icon": "home", "current": here == "today"}]
    actor = acting(request).actor
    if show is not None:
        own = (("details", _("Plan"), "calendar"), ("crew", _("Crew"), "people"))
        all_ = (("rundown", _("Rundown"), "list"), ("go_live", _("Go live"), "live"))
        mine = actor is not None and actor.id == show.host
        for name, label, icon in (*all_[:1], *(own if mine else ()), *all_[1:]):
            url = reverse(f"live:{name}", args=[show.slug])
            ways.append({"label": label, "url": url, "icon": icon, "current": here == name})
    else:
        for name, label, icon in (("plan", _("Plan a show"), "plus"), ("helping", _("I help with"), "people")):
            ways.append({"label": label, "url": reverse(f"live:{name}"), "icon": icon, "current": here == name})
    return {"desk_title": title, "desk_actor": actor.name if actor else "", "desk_nav": ways, "show": show}


def asked_variant(request: HttpRequest) -> UUID:
    """The variant that a posted form names."""
    try:
        return UUID(request.POST.get("variant", ""))
    except ValueError:
        raise NotForSale from None


def now_of(request: HttpRequest) -> Any:
    """The request's one moment."""
    return request.now()  # type: ignore[attr-defined]
