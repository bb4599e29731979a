"""The service worker: shows pushes, and opens what they are about."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script, from the root of the site so that it serves all of it. Browsers ask for it anew each day at least."""
    return HttpResponse(
        render_to_string("notices/sw.js"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )
