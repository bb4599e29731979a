"""The centre: today, the dock, checking, the carrier, differences."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.refusals import NotFound
from millstream.logistics import api
from millstream.logistics.ports import carrier
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    BagState,
    CaseRecord,
    HandoverState,
    HolderKind,
    ParcelState,
    Resolution,
    RunState,
    ScanPurpose,
)
from millstream.logistics.web.asking import actors_by_id, fresh_scan, me, now_of, scan_answer, scan_from
from millstream.logistics.web.centre_frame import centre_frame
from millstream.logistics.web.words import CASES, HANDOVERS, RESOLUTIONS, RUN_STATES
from millstream.people.acting import acting_as
from millstream.people.types import ActorKind, Role

runs_centre = acting_as(ActorKind.CENTRE, roles=(Role.STAFF,))
LONGEST_NOTE = 400


@runs_centre
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What needs a hand, then what is on its way."""
    centre = me(request)
    counts = api.count_at_centre(centre)
    cases = api.cases(reader=centre)
    runs = api.runs(reader=centre, states=[RunState.RELEASED, RunState.DEPARTED, RunState.RETURNED])
    rows = [
        _row(_("Waiting at stations"), "logistics:plan", "station", counts["waiting"], _("Plan runs")),
        _row(_("To receive"), "logistics:dock", "handover", counts["offered"], _("Vans that are back")),
        _row(_("To check"), "logistics:sort", "scan", counts["to_check"], _("Arrived, not checked yet")),
        _row(_("Ready for the carrier"), "logistics:carrier", "send", counts["ready"], _("Checked and numbered")),
        _row(_("Waiting for a carrier number"), "logistics:carrier", "wait", counts["wanted"], _("Asked by itself")),
        _row(_("Differences"), "logistics:differences", "warning", len(cases), _("Each has a deadline")),
    ]
    return render(
        request,
        "logistics/centre_today.html",
        {
            **centre_frame(request, _("Today"), "today"),
            "rows": rows,
            "runs": [
                {
                    "title": for_people(run.code),
                    "url": reverse("logistics:centre_run", args=[run.id]),
                    "icon": "van",
                    "note": RUN_STATES[run.state],
                    "at": run.starts_at,
                    "tone": "good",
                }
                for run in runs
            ],
            "with_carrier": counts["with_carrier"],
            "delivered": counts["delivered"],
        },
    )


@runs_centre
@require_safe
def dock(request: HttpRequest) -> HttpResponse:
    """Handovers to and from the centre: vans that are back, loads going out."""
    centre = me(request)
    shown = api.handovers(reader=centre, most=40)
    return render(
        request,
        "logistics/centre_dock.html",
        {
            **centre_frame(request, _("Dock"), "dock"),
            "open": [
                _handover(one)
                for one in shown
                if one.state is HandoverState.OFFERED and centre in (one.giver.id, one.taker.id)
            ],
            "done": [_handover(one) for one in shown if one.state is not HandoverState.OFFERED],
        },
    )


@runs_centre
@require_http_methods(["GET", "HEAD", "POST"])
def sort(request: HttpRequest) -> HttpResponse:
    """Scan parcels that arrived: each is checked and told where it goes next."""
    centre = me(request)
    result, route = None, None
    if request.method == "POST":
        done = scan_from(request, ScanPurpose.CHECK)
        result = scan_answer(done, _("Checked."), _("It was checked before."))
        route = api.way_on(done.parcel_id, reader=centre) if done.parcel_id and not done.refusal_code else None
    return render(
        request,
        "logistics/centre_sort.html",
        {
            **centre_frame(request, _("Check"), "sort"),
            "result": result,
            "route": route,
            "hidden": fresh_scan(),
            "bags": [
                {
                    "bag": bag,
                    "code": for_people(bag.code),
                    "count": len(inside),
                    "is_broken": bag.state is BagState.BROKEN,
                }
                for bag, inside in _bags_here(centre)
            ],
            "to_check": [
                for_people(one.code)
                for one in api.parcels_held(centre, states=[ParcelState.AT_CENTRE], reader=centre, loose=True)
            ],
        },
    )


@runs_centre
@require_POST
def unseal(request: HttpRequest, bag_id: UUID) -> HttpResponse:
    """Open a bag with the seal that is on it."""
    bag = api.unseal_bag(bag_id, seal_seen=request.POST.get("seal", "")[:60], acting=me(request), now=now_of(request))
    if bag.state is BagState.BROKEN:
        messages.warning(
            request, _("That is not the seal it was closed with. Scan every parcel out of it, one by one.")
        )
    else:
        messages.success(request, _("Bag %(code)s is open; check its parcels.") % {"code": for_people(bag.code)})
    return redirect(reverse("logistics:sort"))


@runs_centre
@require_POST
def finish_bag(request: HttpRequest, bag_id: UUID) -> HttpResponse:
    """Say that a broken bag was counted."""
    cases = api.finish_broken_bag(bag_id, acting=me(request), now=now_of(request))
    if cases:
        text = ngettext("%(count)s parcel is missing.", "%(count)s parcels are missing.", len(cases))
        messages.warning(request, text % {"count": len(cases)})
    else:
        messages.success(request, _("Everything was in the bag."))
    return redirect(reverse("logistics:sort"))


@runs_centre
@require_http_methods(["GET", "HEAD", "POST"])
def carrier_page(request: HttpRequest) -> HttpResponse:
    """Hand over to the carrier with a frozen list, and see what it has."""
    centre = me(request)
    if request.method == "POST":
        done = api.hand_to_carrier(carrier(), acting=centre, now=now_of(request))
        messages.success(request, _("The carrier took %(ok)s parcels.") % {"ok": done.ok})
        return redirect(reverse("logistics:carrier"))
    checked = api.parcels_held(centre, states=[ParcelState.CHECKED], reader=centre)
    up = [one for one in checked if one.destination_station_id is None]
    shown = api.handovers(reader=centre, most=40)
    return render(
        request,
        "logistics/centre_carrier.html",
        {
            **centre_frame(request, _("Carrier"), "carrier"),
            "ready": [_parcel(one) for one in up if one.carrier_number],
            "waiting": [_parcel(one) for one in up if not one.carrier_number],
            "handovers": [_handover(one) for one in shown if one.taker.kind is HolderKind.CARRIER],
        },
    )


@runs_centre
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """The differences desk: what is open, the most urgent first."""
    found = api.cases(reader=me(request), open_only=request.GET.get("all") != "1")
    names = actors_by_id({one.site_id for one in found})
    liable = api.holder_names({one.liable for one in found if one.liable})
    return render(
        request,
        "logistics/centre_differences.html",
        {
            **centre_frame(request, _("Differences"), "differences"),
            "cases": [
                _case(one)
                | {
                    "site": names[one.site_id].name if one.site_id in names else {},
                    "liable": liable.get(one.liable, {}) if one.liable else {},
                    "is_late": one.resolved_at is None and one.deadline_at < now_of(request),
                    "is_mine": one.owner_id == me(request),
                }
                for one in found
            ],
            "shows_all": request.GET.get("all") == "1",
        },
    )


@runs_centre
@require_POST
def resolve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Settle a case."""
    try:
        resolution = Resolution(request.POST.get("resolution", ""))
    except ValueError:
        raise NotFound(what="resolution") from None
    note = request.POST.get("note", "")[:LONGEST_NOTE]
    api.resolve_case(api.ResolveAsk(case_id, resolution, me(request), note), now=now_of(request))
    messages.success(request, _("The case is settled."))
    return redirect(reverse("logistics:differences"))


def _bags_here(centre: UUID) -> list[Any]:
    bags = api.bags_held(centre, states=[BagState.SEALED, BagState.BROKEN], reader=centre)
    inside = api.parcels_in_bags([bag.id for bag in bags])
    return [(bag, inside[bag.id]) for bag in bags]


def _row(title: str, name: str, icon: str, count: int, note: str) -> dict[str, Any]:
    return {
        "title": title,
        "url": reverse(name),
        "icon": icon,
        "count": count,
        "note": note,
        "tone": "warm" if count else "",
    }


def _parcel(one: Any) -> dict[str, Any]:
    return {"parcel": one, "code": for_people(one.code), "label_url": reverse("logistics:label", args=[one.id])}


def _handover(one: Any) -> dict[str, Any]:
    differences = one.missing + one.extra + one.damaged
    return {
        "title": for_people(one.code),
        "url": reverse("logistics:handover", args=[one.id]),
        "icon": "handover",
        "note": HANDOVERS[one.state] if not one.receipt else f"{HANDOVERS[one.state]} · {one.receipt}",
        "tone": "caution" if differences else ("warm" if one.state is HandoverState.OFFERED else "good"),
        "count": one.pieces,
        "at": one.accepted_at or one.offered_at,
    }


def _case(one: CaseRecord) -> dict[str, Any]:
    return {
        "case": one,
        "word": CASES[one.kind],
        "label": for_people(one.label),
        "ways": [(way.value, RESOLUTIONS[way]) for way in one.ways],
        "resolution": RESOLUTIONS.get(one.resolution, ""),
    }
