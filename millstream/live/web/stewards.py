"""Who keeps order in a show: its crew, and the platform's operator."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from millstream.live.types import OPERATOR, Operator
from millstream.people.acting import Acting, acting_as_of

type View = Callable[..., HttpResponseBase]

BACK: Final = {
    "room": "live:show",
    "studio": "live:go_live",
    "floor": "live:floor_show",
    "keeping": "live:keeping",
}


def for_stewards(view: View) -> View:
    """Let who acts for somebody and operators past; whether they keep order in the show, the action decides."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting = acting_as_of(request)
        if acting.user_id is None:
            return redirect_to_login(request.get_full_path())
        request.acting = acting  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def steward_of(request: HttpRequest) -> UUID | Operator:
    """As whom a request that `for_stewards` let past keeps order."""
    acting = acting_as_of(request)
    if acting.is_operator:
        return OPERATOR
    # Somebody signed in without an actor keeps order nowhere: its own id is nobody's actor.
    return acting.actor.id if acting.actor is not None else _user(acting)


def user_of(request: HttpRequest) -> UUID | None:
    """The signed-in user, for the log."""
    return acting_as_of(request).user_id


def _user(acting: Acting) -> UUID:
    assert acting.user_id is not None, "for_stewards lets nobody in without a user"
    return acting.user_id


def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the form says that it came from; nothing at all for a page that goes on by itself."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    wanted = request.POST.get("back", "")
    if wanted == "reports":
        return redirect("live:reports")
    if wanted == "log":
        return redirect("live:keeping_log")
    default = "live:floor_show" if acting_as_of(request).is_operator else "live:go_live"
    return redirect(reverse(BACK.get(wanted, default), args=[slug]))
