"""The living style guide: every component, drawn by the same templates that pages use."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from millstream.kernel.web.icons import ICONS
from millstream.site.web import styleguide_samples as samples

FRAMES = {"desk": "styleguide/desk.html", "station": "styleguide/station.html", "room": "room.html"}


class SampleForm(forms.Form):
    """One field of each kind."""

    contact = forms.CharField(
        label=gettext_lazy("Phone or e-mail"), help_text=gettext_lazy("We write to it once the parcel is on its way.")
    )
    price = forms.DecimalField(label=gettext_lazy("Price"), min_value=0)
    made_of = forms.ChoiceField(
        label=gettext_lazy("Made of"),
        choices=[("clay", gettext_lazy("Clay")), ("bamboo", gettext_lazy("Bamboo")), ("tea", gettext_lazy("Tea"))],
    )
    story = forms.CharField(label=gettext_lazy("Its story"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    send_by = forms.ChoiceField(
        label=gettext_lazy("How it is sent"),
        choices=[("station", gettext_lazy("By the station")), ("myself", gettext_lazy("I bring it myself"))],
        widget=forms.RadioSelect,
    )
    picture = forms.FileField(label=gettext_lazy("Picture"), required=False)
    wrap = forms.BooleanField(label=gettext_lazy("Wrap it as a gift"), required=False)


def sample_form() -> SampleForm:
    """Give the form as a reader left it: one field right, one refused."""
    form = SampleForm({"contact": "+86 139 0000 0000", "price": "0,5x", "made_of": "clay", "send_by": "station"})
    form.is_valid()
    return form


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in the reader's language and theme."""
    now = timezone.now()
    return render(request, "styleguide/index.html", {**_parts(now), "now": now})


def styleguide_frame(request: HttpRequest, frame: str) -> HttpResponse:
    """Show one of the frames (desk, station, room) filled with samples."""
    if frame not in FRAMES:
        raise Http404
    now = timezone.now()
    context = {
        **_parts(now),
        "room": samples.room(),
        "desk_nav": samples.desk_nav(),
        "desks": samples.desks(),
        "desk_actor": samples.AMINA,
        "desk_title": _("Today"),
        "station_title": samples.UPPER_ROW,
        "sync_state": "received",
    }
    return render(request, FRAMES[frame], context)


def _parts(now: datetime) -> dict[str, Any]:
    return {
        "form": sample_form(),
        "products": samples.products(),
        "shows": samples.shows(now),
        "pin": samples.pin(),
        "talk": samples.talk(),
        "deal_ends_at": now + timedelta(minutes=4, seconds=20),
        "parcel_steps": samples.parcel_steps(now),
        "money_rows": samples.money_rows(),
        "rows": samples.needs_a_hand(now),
        "tasks": samples.station_tasks(),
        "county": samples.county_map(),
        "icons": sorted(ICONS),
        "tabs": [
            {"label": _("To pack"), "url": "#a", "current": True, "count": 4},
            {"label": _("On the way"), "url": "#b", "count": 11},
            {"label": _("Delivered"), "url": "#c", "count": None},
        ],
        "buy_steps": [
            {"label": _("Buy"), "state": "done"},
            {"label": _("Confirm"), "state": "now"},
            {"label": _("Approve"), "state": "next"},
        ],
    }
