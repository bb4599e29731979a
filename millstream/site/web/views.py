"""The site's own pages: home and health."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """What is live, what comes next, makers and goods."""
    return render(request, "home.html", {})


def healthz(request: HttpRequest) -> JsonResponse:
    """The state of every part."""
    return JsonResponse({"ok": True})
