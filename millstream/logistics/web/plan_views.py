"""The centre's runs: plan with PyVRP, look at map and list, release; and the roads that plans are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import RunRecord, RunState, StopRecord
from millstream.logistics.web.asking import actors_by_id, me, now_of
from millstream.logistics.web.centre_frame import centre_frame
from millstream.logistics.web.centre_views import runs_centre
from millstream.logistics.web.run_map import draw_roads, draw_run
from millstream.logistics.web.words import LEG_SOURCES, RUN_STATES, STOP_STATES, UNSERVED
from millstream.people.types import ActorRecord

SHOWN = (RunState.PLANNED, RunState.RELEASED, RunState.DEPARTED, RunState.RETURNED, RunState.CLOSED)


@runs_centre
@require_safe
def plan_page(request: HttpRequest) -> HttpResponse:
    """What waits where, the vans, and the runs so far."""
    centre = me(request)
    waiting = api.waiting_at_stations(centre)
    names = actors_by_id([*waiting, *(van.driver_id for van in api.vehicles_of(centre))])
    runs = api.runs(reader=centre, states=SHOWN)
    return render(
        request,
        "logistics/centre_plan.html",
        {
            **centre_frame(request, _("Runs"), "plan"),
            "waiting": [{"name": names[station].name, **told} for station, told in waiting.items()],
            "vans": [{"van": van, "driver": names[van.driver_id].name} for van in api.vehicles_of(centre)],
            "runs": [_row(run) for run in runs],
        },
    )


@runs_centre
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan anew; what was planned and not released is replaced."""
    runs, result = api.plan_runs(acting=me(request), now=now_of(request))
    text = ngettext("%(count)s run was planned.", "%(count)s runs were planned.", len(runs)) % {"count": len(runs)}
    if result.unserved:
        left = ngettext(
            "%(count)s station is left out; the run says why.",
            "%(count)s stations are left out; the run says why.",
            len(result.unserved),
        )
        messages.warning(request, f"{text} {left % {'count': len(result.unserved)}}")
    else:
        messages.success(request, text)
    if len(runs) == 1:
        return redirect(reverse("logistics:centre_run", args=[runs[0].id]))
    return redirect(reverse("logistics:plan"))


@runs_centre
@require_safe
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run on the map and as a list with times."""
    run = api.run(run_id, reader=me(request))
    names = actors_by_id([*(stop.station_id for stop in run.stops), run.driver_id])
    legs: Any = run.plan.get("legs", [])
    loads: Any = run.plan.get("loads", [])
    return render(
        request,
        "logistics/centre_run.html",
        {
            **centre_frame(request, for_people(run.code), "plan"),
            "run": run,
            "state_word": RUN_STATES[run.state],
            "driver": names[run.driver_id].name,
            "kilometres": int(str(run.plan.get("metres", 0))) / 1000,
            "stops": [_stop(stop, names, leg, load) for stop, leg, load in zip(run.stops, legs, loads, strict=False)],
            "way_back": legs[-1]["metres"] / 1000 if legs else 0,
            "unserved": _left_out(run),
            "may_release": run.state is RunState.PLANNED,
            "may_load": run.state is RunState.RELEASED and api.has_load(run.id),
            "may_close": run.state is RunState.RETURNED,
            "handovers": api.handovers(reader=me(request), run=run.id),
            "drawing": draw_run(run, names),
        },
    )


@runs_centre
@require_POST
def run_step(request: HttpRequest, run_id: UUID, step: str) -> HttpResponse:
    """Release a run, offer it its load, or close it."""
    centre, now = me(request), now_of(request)
    if step == "load":
        offered = api.offer_load(run_id, acting=centre, now=now)
        return redirect(reverse("logistics:handover", args=[offered.id]))
    if step == "release":
        api.release_run(run_id, acting=centre, now=now)
        messages.success(request, _("The run is released; its driver and its stations can see it."))
    else:
        api.close_run(run_id, acting=centre, now=now)
        messages.success(request, _("The run is closed."))
    return redirect(reverse("logistics:centre_run", args=[run_id]))


@runs_centre
@require_safe
def roads_page(request: HttpRequest) -> HttpResponse:
    """The skeleton of roads that plans are measured on."""
    nodes, roads = api.road_map()
    names = {node.key: node.name for node in nodes}
    return render(
        request,
        "logistics/centre_roads.html",
        {
            **centre_frame(request, _("Roads"), "plan"),
            "drawing": draw_roads(nodes, roads),
            "roads": [
                {
                    "road": road,
                    "a": names[road.a],
                    "b": names[road.b],
                    "kilometres": road.metres / 1000,
                    "minutes": round(road.seconds / 60),
                }
                for road in roads
            ],
        },
    )


@runs_centre
@require_POST
def road_step(request: HttpRequest) -> HttpResponse:
    """Close or open a road; the next plan goes round it."""
    closed = request.POST.get("closed") == "1"
    api.close_road(request.POST.get("a", ""), request.POST.get("b", ""), closed=closed)
    messages.success(request, _("The road is closed.") if closed else _("The road is open."))
    return redirect(reverse("logistics:roads"))


def _row(run: RunRecord) -> dict[str, Any]:
    return {
        "title": for_people(run.code),
        "url": reverse("logistics:centre_run", args=[run.id]),
        "icon": "van",
        "note": _("%(state)s, %(stops)s stops") % {"state": RUN_STATES[run.state], "stops": len(run.stops)},
        "tone": "warm" if run.state is RunState.PLANNED else "good",
        "at": run.starts_at,
    }


def _stop(stop: StopRecord, names: Mapping[UUID, ActorRecord], leg: Any, load: Any) -> dict[str, Any]:
    return {
        "stop": stop,
        "name": names[stop.station_id].name,
        "word": STOP_STATES[stop.state],
        "kilometres": leg["metres"] / 1000,
        "source": LEG_SOURCES[leg["source"]],
        "load_grams": load[0],
        "load_pieces": load[1],
    }


def _left_out(run: RunRecord) -> list[dict[str, Any]]:
    """What the plan could not serve, in words."""
    unserved: Any = run.plan.get("unserved", [])
    sites = {site.node_key: site.actor_id for site in api.stations_of(run.centre_id)}
    names = actors_by_id(sites[one["key"]] for one in unserved if one["key"] in sites)
    return [
        {
            "name": names[sites[one["key"]]].name if one["key"] in sites else one["key"],
            "reason": UNSERVED[one["reason"]],
            "pieces": one["pieces"],
        }
        for one in unserved
    ]
