"""What every request meets: one clock, refusals as pages, the visitor's cookie, a content security policy."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Invalid, Refusal
from millstream.kernel.sealing import sign, signed_by_us
from millstream.kernel.settings import conf
from millstream.kernel.texts import fits_a_row
from millstream.kernel.wording import say

type Respond = Callable[[HttpRequest], HttpResponseBase]

VISITOR_COOKIE = "visitor"
VISITOR_SECONDS = 400 * 24 * 3600
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class RequestClock:
    """`request.now()`: the database's time, read once a request and only if somebody asks."""

    def __init__(self) -> None:
        self._moment: datetime | None = None

    def __call__(self) -> datetime:
        if self._moment is None:
            self._moment = read_now()
        return self._moment


def clock(respond: Respond) -> Respond:
    """Give every request its clock."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.now = RequestClock()  # type: ignore[attr-defined]
        return respond(request)

    return middleware


def visitor_from_cookie(value: str | None) -> UUID | None:
    """The visitor whom we signed into this cookie, or None when it is absent, broken or not ours."""
    if not value or value.count(".") != 1:
        return None
    told, signature = value.split(".")
    if not signed_by_us("visitor", told, signature):
        return None
    try:
        return UUID(told)
    except ValueError:
        return None


def visitor_cookie(visitor: UUID) -> str:
    """The signed cookie value of a visitor."""
    return f"{visitor.hex}.{sign('visitor', visitor.hex)}"


def visitor(respond: Respond) -> Respond:
    """Give every browser a signed `visitor` cookie; `request.visitor` is its UUID."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        known = visitor_from_cookie(request.COOKIES.get(VISITOR_COOKIE))
        request.visitor = known or new_id()  # type: ignore[attr-defined]
        response = respond(request)
        if known is None:
            response.set_cookie(
                VISITOR_COOKIE,
                visitor_cookie(request.visitor),  # type: ignore[attr-defined]
                max_age=VISITOR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response

    return middleware


class RefusalMiddleware:
    """Turns a refusal that leaves a view into a page, a fragment for htmx, or JSON for programs."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is our own mistake and goes on."""
        if not isinstance(exception, Refusal):
            return None
        return refusal_response(request, exception)


class TextsFitRows:
    """Refuses a text that no row takes (a NUL, half a letter) in an address, a question or a form, before its page."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: object, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Look at what the page will read; what a form's fields and the API's body hold they look at themselves too."""
        told = {**kwargs, **_texts_of(request.GET)}
        if request.method == "POST" and request.content_type in FORMS:
            told |= _texts_of(request.POST)
        unfit = [field for field, text in told.items() if isinstance(text, str) and not fits_a_row(text)]
        if not unfit:
            return None
        return refusal_response(request, Invalid(field=unfit[0], why=_("There is a sign in it that cannot be kept.")))


def _texts_of(told: QueryDict) -> dict[str, str]:
    """All values of a field together: one that is unfit makes the field unfit."""
    return {field: "".join(map(str, values)) for field, values in told.lists()}


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal in the asker's form and language."""
    said = say(refusal)
    headers = {}
    if said.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(refusal.facts.get("retry_after", 1))
    if wants_json(request):
        body = {"code": said.code, "what": said.what, "next": said.next, "facts": refusal.facts}
        return HttpResponse(
            json.dumps(body, ensure_ascii=False, default=str),
            content_type="application/json",
            status=said.status,
            headers=headers,
        )
    template = "refusal_fragment.html" if request.headers.get("HX-Request") else "refusal.html"
    response = render(request, template, {"refusal": said}, status=said.status)
    for name, value in headers.items():
        response[name] = value
    return response


SHOWN_BY_BROWSERS: Final = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/avif",
    "video/",
    "audio/",
    "application/pdf",
)


def content_security(respond: Respond) -> Respond:
    """One content security policy: our own scripts and styles only; video and gateway from their origins."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        # A browser shows a picture, a film or a PDF in a page of its own making, with styles that our policy forbids.
        shown_by_browser = response.headers.get("Content-Type", "").startswith(SHOWN_BY_BROWSERS)
        has_own = "Content-Security-Policy" in response.headers
        if not has_own and not shown_by_browser and not request.path.startswith("/admin/"):
            response.headers["Content-Security-Policy"] = policy()
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
        return response

    return middleware


def policy() -> str:
    """The policy's text for the present settings."""
    place = conf()
    socket = place.room_origin.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            f"img-src 'self' data: blob: {place.media.sources}",
            f"media-src 'self' blob: {place.media.sources}",
            f"connect-src 'self' {socket} {place.media.sources}",
            f"frame-src 'self' {place.sim_origin}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            f"form-action 'self' {place.sim_origin}",
        )
    ) + ("; upgrade-insecure-requests" if settings.SECURE_SSL_REDIRECT else "")
