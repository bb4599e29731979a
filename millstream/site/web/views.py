"""The site's own pages: home, health, who one acts as, the demo's door."""

import time
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from millstream.site.health import health
from millstream.site.web.home import home_page

HEALTH_KEPT_SECONDS: Final = 1.0
_kept: dict[str, Any] = {"at": 0.0, "answer": None}


def home(request: HttpRequest) -> HttpResponse:
    """What is live, what comes next, makers and goods."""
    return render(request, "home.html", home_page(request.now()))  # type: ignore[attr-defined]


async def healthz(request: HttpRequest) -> JsonResponse:
    """The state of every part as JSON; 503 when one of them is not well. Asked at most once a second."""
    if _kept["answer"] is None or time.monotonic() - _kept["at"] > HEALTH_KEPT_SECONDS:
        _kept["answer"] = await health()
        _kept["at"] = time.monotonic()
    ok, parts = _kept["answer"]
    return JsonResponse({"ok": ok, "parts": parts}, status=200 if ok else 503)
