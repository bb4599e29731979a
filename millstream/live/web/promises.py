"""What a host promised about something that was bought: to see, to save, to prove."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import NotAllowed
from millstream.kernel.web.asking import asking_network
from millstream.live import api
from millstream.media import api as media

CHECKS: Final = RateLimit("live.promise_checks", per_minute=30, burst=30)


@never_cache
@require_safe
def promise(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """The clip with its hash; `?check=1` hashes the file again and says whether it is the one that was cut."""
    found = api.promise(promise_id)
    checked = None
    if request.GET.get("check") and found.clip.ready:
        _limit(request)
        checked = media.verify_clip(found.clip.id)
    answer = render(request, "live/after/promise.html", {"promise": found, "checked": checked, "section": "orders"})
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@never_cache
@require_safe
def verify(request: HttpRequest, promise_id: UUID) -> JsonResponse:
    """The hash that was written down, and the one that the file has now."""
    found = api.promise(promise_id)
    _limit(request)
    told = media.verify_clip(found.clip.id)
    return JsonResponse(
        {"sha256": told.expected, "found": told.found, "bytes": told.size_bytes, "matches": told.matches}
    )


def _limit(request: HttpRequest) -> None:
    if CHECKS.take(asking_network(request)):
        raise NotAllowed(path=request.path)
