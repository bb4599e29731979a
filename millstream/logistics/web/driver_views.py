"""The driver: the day's runs, the load, the stops, and coming back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.refusals import NotFound
from millstream.logistics import api
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import (
    BagState,
    HandoverRecord,
    HandoverState,
    ParcelState,
    RunState,
    SkipReason,
    StopState,
)
from millstream.logistics.web.asking import actors_by_id, me, now_of
from millstream.logistics.web.run_map import draw_run
from millstream.logistics.web.words import HANDOVERS, RUN_STATES, SKIP_REASONS, STOP_STATES
from millstream.people.acting import acting_as
from millstream.people.types import ActorKind, Role

drives = acting_as(ActorKind.PERSON, ActorKind.HOUSEHOLD, roles=(Role.DRIVER,))
MINE = (RunState.RELEASED, RunState.DEPARTED, RunState.RETURNED, RunState.CLOSED)


@drives
@require_safe
def runs_page(request: HttpRequest) -> HttpResponse:
    """The driver's runs, the newest first."""
    found = api.runs(reader=me(request), states=MINE)
    return render(
        request,
        "logistics/driver_runs.html",
        {
            **_frame(_("Runs"), ""),
            "runs": [
                {
                    "title": for_people(run.code),
                    "url": reverse("logistics:run", args=[run.id]),
                    "icon": "van",
                    "note": _("%(state)s, %(stops)s stops") % {"state": RUN_STATES[run.state], "stops": len(run.stops)},
                    "tone": "warm" if run.state in (RunState.RELEASED, RunState.DEPARTED) else "good",
                    "at": run.starts_at,
                }
                for run in found
            ],
        },
    )


@drives
@require_safe
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: load, stops in order, map, the driver's own code."""
    run = api.run(run_id, reader=me(request))
    names = actors_by_id(stop.station_id for stop in run.stops)
    open_offers = [one for one in api.handovers(reader=me(request), run=run.id) if one.stop_id is None]
    return render(
        request,
        "logistics/driver_run.html",
        {
            **_frame(for_people(run.code), reverse("logistics:runs")),
            "run": run,
            "state_word": RUN_STATES[run.state],
            "may_depart": run.state is RunState.RELEASED,
            "may_return": run.state is RunState.DEPARTED
            and all(stop.state in (StopState.DONE, StopState.SKIPPED) for stop in run.stops),
            "offers": [_offer(one) for one in open_offers],
            "stops": [
                {
                    "title": names[stop.station_id].name,
                    "stop": stop,
                    "word": STOP_STATES[stop.state],
                    "url": reverse("logistics:stop", args=[run.id, stop.id]),
                }
                for stop in run.stops
            ],
            "on_board": api.parcels_held(run.id, states=[ParcelState.ON_RUN], reader=run.id),
            "bags": api.bags_held(run.id, states=[BagState.SEALED, BagState.BROKEN], reader=run.id),
            "drawing": draw_run(run, names),
        },
    )


@drives
@require_POST
def depart(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Leave the centre."""
    api.depart_run(run_id, acting=me(request), now=now_of(request))
    return redirect(reverse("logistics:run", args=[run_id]))


@drives
@require_POST
def come_back(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Be back at the centre and offer everything on the van."""
    offered = api.return_run(run_id, acting=me(request), now=now_of(request))
    if offered is not None:
        return redirect(reverse("logistics:handover", args=[offered.id]))
    messages.success(request, _("The van is empty and the run is closed."))
    return redirect(reverse("logistics:run", args=[run_id]))


@drives
@require_safe
def stop_page(request: HttpRequest, run_id: UUID, stop_id: UUID) -> HttpResponse:
    """One stop: arrive, give, take, go on; or leave it out with a reason."""
    run = api.run(run_id, reader=me(request))
    stop = next((one for one in run.stops if one.id == stop_id), None)
    if stop is None:
        raise NotFound(what="stop")
    offers = api.handovers(reader=me(request), stop=stop.id)
    names = actors_by_id([stop.station_id])
    down = [
        one
        for one in api.parcels_held(run.id, states=[ParcelState.ON_RUN], reader=run.id, loose=True)
        if one.destination_station_id == stop.station_id
    ]
    return render(
        request,
        "logistics/driver_stop.html",
        {
            **_frame(names[stop.station_id].name, reverse("logistics:run", args=[run.id])),
            "run": run,
            "stop": stop,
            "word": STOP_STATES[stop.state],
            "is_here": stop.state is StopState.ARRIVED and run.state is RunState.DEPARTED,
            "is_ahead": stop.state is StopState.PLANNED and run.state is RunState.DEPARTED,
            "down": [for_people(one.code) for one in down],
            "offers": [_offer(one) for one in offers],
            "has_open": any(one.state is HandoverState.OFFERED for one in offers),
            "has_taken": any(one.taker.id == run.id for one in offers if one.accepted_at),
            "reasons": SKIP_REASONS.items(),
        },
    )


@drives
@require_POST
def stop_step(request: HttpRequest, run_id: UUID, stop_id: UUID, step: str) -> HttpResponse:
    """Arrive, finish or leave out a stop, or offer on either side of it (the station's side with its code)."""
    driver, now = me(request), now_of(request)
    here = reverse("logistics:stop", args=[run_id, stop_id])
    if step == "arrive":
        api.arrive_at_stop(stop_id, acting=driver, now=now)
    elif step == "finish":
        api.finish_stop(stop_id, acting=driver, now=now)
        here = reverse("logistics:run", args=[run_id])
    elif step == "skip":
        api.skip_stop(stop_id, reason=_reason(request), acting=driver, now=now)
        here = reverse("logistics:run", args=[run_id])
    elif step == "give":
        here = reverse("logistics:handover", args=[api.offer_down(stop_id, acting=driver, now=now).id])
    elif step == "take":
        offered = api.offer_up(stop_id, acting=driver, now=now, code=request.POST.get("station_code", "")[:12])
        here = reverse("logistics:handover", args=[offered.id])
    else:
        raise NotFound(what="step")
    return redirect(here)


def _reason(request: HttpRequest) -> SkipReason:
    try:
        return SkipReason(request.POST.get("reason", ""))
    except ValueError:
        raise NotFound(what="reason") from None


def _offer(one: HandoverRecord) -> dict[str, Any]:
    return {
        "title": for_people(one.code),
        "url": reverse("logistics:handover", args=[one.id]),
        "icon": "handover",
        "note": HANDOVERS[one.state],
        "tone": "warm" if one.state is HandoverState.OFFERED else "good",
        "count": one.pieces,
        "at": one.offered_at,
    }


def _frame(title: Any, back: str) -> dict[str, Any]:
    return {"station_title": title, "station_back": back or "/", "sync_state": "received"}
