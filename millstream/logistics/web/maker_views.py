"""The maker's parcels: what to pack, the weight, the label."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import ParcelState
from millstream.logistics.web.asking import me, now_of, number_of
from millstream.logistics.web.words import PARCEL_STATES, STATE_TONES, timeline_steps
from millstream.people.acting import acting_as
from millstream.people.types import ActorKind, Role

packs = acting_as(
    ActorKind.HOUSEHOLD, ActorKind.SHOP, ActorKind.FACTORY, ActorKind.PERSON, roles=(Role.MAKER, Role.STAFF)
)

SHELVES: Final = {
    "pack": (ParcelState.ANNOUNCED,),
    "packed": (ParcelState.PACKED,),
    "away": (
        ParcelState.AT_STATION,
        ParcelState.BAGGED,
        ParcelState.ON_RUN,
        ParcelState.AT_CENTRE,
        ParcelState.CHECKED,
        ParcelState.WITH_CARRIER,
        ParcelState.FOR_COLLECTION,
    ),
    "done": (ParcelState.DELIVERED, ParcelState.CANCELLED, ParcelState.LOST),
}


@packs
@require_safe
def parcels_page(request: HttpRequest) -> HttpResponse:
    """The packing list, and everything that is on its way."""
    shelf = request.GET.get("shelf", "pack")
    states = SHELVES.get(shelf, SHELVES["pack"])
    page = api.parcels_of_seller(me(request), states=states, after=request.GET.get("after"))
    return render(
        request,
        "logistics/parcels.html",
        {
            **_frame(request, _("Parcels")),
            "shelf": shelf,
            "tabs": _tabs(request, shelf),
            "parcels": [_shown(one) for one in page.items],
            "next_url": f"?shelf={shelf}&after={page.next_after}" if page.next_after else "",
        },
    )


@packs
@require_safe
def parcel_page(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    """One parcel with its packing form and its timeline."""
    one = api.parcel(parcel_id, reader=me(request))
    return render(
        request,
        "logistics/parcel.html",
        {
            **_frame(request, for_people(one.code)),
            **_shown(one),
            "may_pack": one.state in (ParcelState.ANNOUNCED, ParcelState.PACKED) and one.seller_id == me(request),
            "steps": timeline_steps(one, api.parcel_timeline(one.id)),
        },
    )


@packs
@require_POST
def pack(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    """Mark as packed with the weight typed."""
    grams = number_of(request, "weight_grams")
    one = api.pack_parcel(parcel_id, acting=me(request), weight_grams=grams, now=now_of(request))
    messages.success(
        request, _("%(code)s is packed. Print its label and bring it to the station.") % {"code": for_people(one.code)}
    )
    return redirect(reverse("logistics:parcel", args=[parcel_id]))


@acting_as()
@require_safe
def label_pdf(request: HttpRequest, parcel_id: UUID) -> HttpResponse:
    """The label; also for the station and the centre, when one was lost."""
    drawn = api.print_label(parcel_id, acting=me(request), now=now_of(request))
    response = HttpResponse(drawn, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="label-{parcel_id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(one: Any) -> dict[str, Any]:
    return {
        "parcel": one,
        "code": for_people(one.code),
        "state_word": PARCEL_STATES[one.state],
        "state_tone": STATE_TONES.get(one.state, ""),
        "url": reverse("logistics:parcel", args=[one.id]),
        "label_url": reverse("logistics:label", args=[one.id]),
    }


def _tabs(request: HttpRequest, shelf: str) -> list[dict[str, Any]]:
    counts = api.count_of_seller(me(request))
    words = {"pack": _("To pack"), "packed": _("Packed"), "away": _("On the way"), "done": _("Done")}
    return [
        {
            "label": word,
            "url": f"?shelf={key}",
            "current": key == shelf,
            "count": sum(counts.get(state, 0) for state in SHELVES[key]) if key != "done" else None,
        }
        for key, word in words.items()
    ]


def _frame(request: HttpRequest, title: str) -> dict[str, Any]:
    actor = request.acting.actor  # type: ignore[attr-defined]
    return {
        "desk_title": title,
        "desk_actor": actor.name,
    }
