"""The station: today, take in by scan, bags, the van, hand out; one task a screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.refusals import NotAllowed, NotFound
from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import BagState, HandoverState, ParcelState, ScanPurpose, SiteRecord
from millstream.logistics.web.asking import fresh_scan, me, now_of, scan_answer, scan_from, uuid_of
from millstream.logistics.web.words import CASES, HANDOVERS, PARCEL_STATES
from millstream.people.acting import acting_as
from millstream.people.types import ActorKind, Role

keeps = acting_as(ActorKind.STATION, roles=(Role.KEEPER, Role.STAFF))
# A parcel that was called off while it lay here waits for its maker.
TO_HAND_OUT = (ParcelState.FOR_COLLECTION, ParcelState.CANCELLED)
HERE = (ParcelState.AT_STATION, ParcelState.BAGGED, ParcelState.FOR_COLLECTION)


@keeps
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for a hand, in big words."""
    site, station = _site(request), me(request)
    expected = api.expected_at_station(station)
    loose = api.parcels_held(station, states=[ParcelState.AT_STATION], reader=station, loose=True)
    sealed = api.bags_held(station, states=[BagState.SEALED, BagState.BROKEN], reader=station)
    open_bags = api.bags_held(station, states=[BagState.OPEN], reader=station)
    collect = api.parcels_held(station, states=TO_HAND_OUT, reader=station)
    cases = api.cases(reader=station)
    tasks = [
        _task(_("Take in"), "logistics:take_in", "scan", len(expected), _("Makers bring these")),
        _task(_("Bags"), "logistics:bags", "bag", len(loose), _("Parcels to bag"))
        | {"note": _("%(open)s open, %(sealed)s sealed") % {"open": len(open_bags), "sealed": len(sealed)}},
        _task(_("The van"), "logistics:van", "van", len(sealed) + len(loose), _("Hand over to the driver")),
        _task(_("Hand out"), "logistics:hand_out", "people", len(collect), _("Parcels to collect here")),
        _task(_("Problems"), "logistics:station_problems", "warning", len(cases), _("What is not right")),
    ]
    return render(
        request,
        "logistics/station_today.html",
        {
            **_frame(request),
            "site": site,
            "tasks": tasks,
            "coming": api.next_stop_of(station, now=now_of(request)),
            "expected": expected[:20],
        },
    )


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Scan parcels that makers bring."""
    station = me(request)
    result = None
    if request.method == "POST":
        done = scan_from(request, ScanPurpose.TAKE_IN)
        good = _("Taken in. It is yours to keep until the van accepts it.")
        if done.parcel_id and api.parcel(done.parcel_id, reader=station).misrouted:
            good = _("Taken in, but it was meant for another station. The centre has been told.")
        result = scan_answer(done, good, _("It was taken in before."))
    return render(
        request,
        "logistics/station_take_in.html",
        {
            **_frame(request, _("Take in"), "logistics:station"),
            "result": result,
            "hidden": fresh_scan(),
            "expected": [_line(one) for one in api.expected_at_station(station)[:50]],
        },
    )


@keeps
@require_safe
def bags(request: HttpRequest) -> HttpResponse:
    """Open and sealed bags, and what is not in one."""
    station = me(request)
    loose = api.parcels_held(station, states=[ParcelState.AT_STATION], reader=station, loose=True)
    held = api.bags_held(station, states=[BagState.OPEN, BagState.SEALED, BagState.BROKEN], reader=station)
    inside = api.parcels_in_bags([bag.id for bag in held])
    return render(
        request,
        "logistics/station_bags.html",
        {
            **_frame(request, _("Bags"), "logistics:station"),
            "loose": [_line(one) for one in loose],
            "bags": [
                {
                    "title": for_people(bag.code),
                    "url": reverse("logistics:bag", args=[bag.id]),
                    "icon": "bag",
                    "note": _("Seal %(seal)s") % {"seal": bag.seal} if bag.seal else _("Open"),
                    "count": len(inside[bag.id]),
                    "tone": "good" if bag.state is BagState.SEALED else "warm",
                }
                for bag in held
            ],
        },
    )


@keeps
@require_POST
def open_bag(request: HttpRequest) -> HttpResponse:
    """A new bag."""
    bag = api.open_bag(acting=me(request), now=now_of(request))
    return redirect(reverse("logistics:bag", args=[bag.id]))


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def bag_page(request: HttpRequest, bag_id: UUID) -> HttpResponse:
    """Scan parcels into a bag, take them out, seal it."""
    station = me(request)
    result = None
    if request.method == "POST":
        done = scan_from(request, ScanPurpose.BAG, bag_id=bag_id)
        result = scan_answer(done, _("It is in the bag."), _("It was in the bag before."))
    bag = api.bag(bag_id, reader=station)
    loose = api.parcels_held(station, states=[ParcelState.AT_STATION], reader=station, loose=True)
    return render(
        request,
        "logistics/station_bag.html",
        {
            **_frame(request, for_people(bag.code), "logistics:bags"),
            "bag": bag,
            "code": for_people(bag.code),
            "is_open": bag.state is BagState.OPEN and bag.holder.id == station,
            "inside": [_line(one) for one in api.parcels_in_bags([bag.id])[bag.id]],
            "loose": [_line(one) for one in loose],
            "result": result,
            "hidden": fresh_scan(),
        },
    )


@keeps
@require_POST
def take_out(request: HttpRequest, bag_id: UUID) -> HttpResponse:
    """Take one parcel out of an open bag."""
    parcel = uuid_of(request, "parcel")
    if parcel is None:
        raise NotFound(what="parcel")
    api.take_out_of_bag(parcel, bag_id, acting=me(request), now=now_of(request))
    return redirect(reverse("logistics:bag", args=[bag_id]))


@keeps
@require_POST
def seal(request: HttpRequest, bag_id: UUID) -> HttpResponse:
    """Seal a bag with the number typed or scanned."""
    bag = api.seal_bag(bag_id, seal=request.POST.get("seal", ""), acting=me(request), now=now_of(request))
    messages.success(
        request, _("Bag %(code)s is sealed with %(seal)s.") % {"code": for_people(bag.code), "seal": bag.seal}
    )
    return redirect(reverse("logistics:bags"))


@keeps
@require_safe
def van(request: HttpRequest) -> HttpResponse:
    """The van that comes next, its handovers here, and the station's code for the driver."""
    station = me(request)
    coming = api.next_stop_of(station, now=now_of(request))
    handovers = api.handovers(reader=station, most=10)
    return render(
        request,
        "logistics/station_van.html",
        {
            **_frame(request, _("The van"), "logistics:station"),
            "coming": coming,
            "is_here": coming is not None and coming[1].state.value == "arrived",
            "has_open": any(one.state is HandoverState.OFFERED and one.giver.id == station for one in handovers),
            "handovers": [
                {
                    "title": for_people(one.code),
                    "url": reverse("logistics:handover", args=[one.id]),
                    "icon": "handover",
                    "note": HANDOVERS[one.state],
                    "tone": "warm" if one.state is HandoverState.OFFERED else "good",
                    "count": one.pieces,
                    "at": one.offered_at,
                }
                for one in handovers
            ],
            "waiting": [
                *(
                    _line(one)
                    for one in api.parcels_held(station, states=[ParcelState.AT_STATION], reader=station, loose=True)
                ),
            ],
            "sealed": [
                for_people(bag.code)
                for bag in api.bags_held(station, states=[BagState.SEALED, BagState.BROKEN], reader=station)
            ],
        },
    )


@keeps
@require_POST
def offer_van(request: HttpRequest, stop_id: UUID) -> HttpResponse:
    """Offer the van everything that goes up, under the station's own sign-in."""
    offered = api.offer_up(stop_id, acting=me(request), now=now_of(request))
    return redirect(reverse("logistics:handover", args=[offered.id]))


@keeps
@require_http_methods(["GET", "HEAD", "POST"])
def hand_out(request: HttpRequest) -> HttpResponse:
    """Give a parcel to whoever it is for, against its pick-up code."""
    station = me(request)
    result = None
    if request.method == "POST":
        done = scan_from(request, ScanPurpose.HAND_OUT, pickup_code=request.POST.get("pickup", "")[:12])
        result = scan_answer(done, _("Handed out."), _("It was handed out before."))
    collect = api.parcels_held(station, states=TO_HAND_OUT, reader=station)
    return render(
        request,
        "logistics/station_hand_out.html",
        {
            **_frame(request, _("Hand out"), "logistics:station"),
            "result": result,
            "scan_id": fresh_scan()["scan"],
            "collect": [_line(one) for one in collect],
        },
    )


@keeps
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """What is not right at this station, and who settles it."""
    found = api.cases(reader=me(request))
    return render(
        request,
        "logistics/station_problems.html",
        {
            **_frame(request, _("Problems"), "logistics:station"),
            "cases": [
                {
                    "title": for_people(one.label),
                    "note": CASES[one.kind],
                    "icon": "warning",
                    "tone": "caution",
                    "at": one.deadline_at,
                }
                for one in found
            ],
        },
    )


def _task(title: str, name: str, icon: str, count: int, note: str) -> dict[str, Any]:
    return {"title": title, "url": reverse(name), "icon": icon, "count": count or None, "note": note}


def _line(one: Any) -> dict[str, Any]:
    return {"parcel": one, "code": for_people(one.code), "word": PARCEL_STATES[one.state]}


def _site(request: HttpRequest) -> SiteRecord:
    found = api.site(me(request))
    if found is None:
        raise NotAllowed(path=request.path)
    return found


def _frame(request: HttpRequest, title: str | None = None, back: str = "") -> dict[str, Any]:
    actor = request.acting.actor  # type: ignore[attr-defined]
    return {
        "station_title": title or actor.name,
        "station_back": reverse(back) if back else "/",
        "sync_state": "received",
    }
