"""Being forgotten: what goes, what stays, what stands in the way; then done, in one press."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from millstream.kernel.refusals import Refusal
from millstream.kernel.web.middleware import VISITOR_COOKIE
from millstream.kernel.wording import say
from millstream.people import api
from millstream.people.acting import acting_as_of
from millstream.people.types import PersonRecord

SURE: Final = "yes"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forget_me(request: HttpRequest) -> HttpResponse:
    """Ask once more, plainly; forget when it is pressed. Signed in it is the account, else this browser's guest."""
    user_id = acting_as_of(request).user_id
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    person = api.person_of_user(user_id) if user_id else api.person_of_visitor(visitor)
    if person is None:
        return render(request, "people/nobody.html")
    if request.method != "POST":
        return _page(request, person)
    if request.POST.get("sure") != SURE:
        return _page(request, person, unsure=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    now = request.now()  # type: ignore[attr-defined]
    try:
        if user_id:
            api.erase_account(user_id, now=now, browser=visitor)
        else:
            api.erase_person(person.actors[0].id, now=now, browser=visitor)
    except Refusal as refusal:
        return _page(request, person, refusal=refusal, status=HTTPStatus(say(refusal).status))
    return _gone(request)


def _page(
    request: HttpRequest,
    person: PersonRecord,
    *,
    unsure: bool = False,
    refusal: Refusal | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    now = request.now()  # type: ignore[attr-defined]
    refused = refusal or api.why_not_erase(person, now=now)
    things = refused.facts.get("things", ()) if refused else ()
    told = {
        "person": person,
        "unsure": unsure,
        "things": things,
        "refused": say(refused) if refused and not things else None,
        "may": refused is None,
    }
    return render(request, "people/forget_me.html", told, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    """Let go of this browser too: its session, its visitor, and what pages kept in it."""
    logout(request)
    response = redirect("people:forgotten")
    response.delete_cookie(VISITOR_COOKIE, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@never_cache
@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """It is done; the page knows nobody."""
    return render(request, "people/forgotten.html")
