"""Where is my parcel: a public page by code, without any personal data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import TooMany
from millstream.kernel.web.asking import asking_network
from millstream.logistics import api
from millstream.logistics.rules.codes import PARCEL, for_people, read_label
from millstream.logistics.web.words import PARCEL_STATES, STATE_TONES, timeline_steps

# Codes cannot be guessed (50 random bits), but nobody needs to try a thousand a minute either.
TRACKS = RateLimit("track", per_minute=120, burst=60)


@require_safe
def track_form(request: HttpRequest) -> HttpResponse:
    """Type or scan the code of a label."""
    typed = request.GET.get("code", "")
    label = read_label(typed)
    if label is not None and label.kind == PARCEL:
        return redirect(reverse("logistics:track", args=[label.code]))
    return render(
        request, "logistics/track_form.html", {"typed": typed, "is_wrong": bool(typed)}, status=404 if typed else 200
    )


@require_safe
def track_page(request: HttpRequest, code: str) -> HttpResponse:
    """The steps of one parcel. Whoever has the label may read where the parcel is, not whose it is."""
    wait = TRACKS.take(asking_network(request))
    if wait:
        raise TooMany(retry_after=wait)
    one = api.parcel_by_code(code)
    if code != one.code:
        return redirect(reverse("logistics:track", args=[one.code]))
    steps = api.parcel_timeline(one.id)
    return render(
        request,
        "logistics/track.html",
        {
            "code": for_people(one.code),
            "parcel": one,
            "state_word": PARCEL_STATES[one.state],
            "state_tone": STATE_TONES.get(one.state, "info"),
            "steps": timeline_steps(one, steps),
        },
    )
