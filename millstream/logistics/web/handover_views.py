"""One handover, for both its sides: scan, see the differences, accept or take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.logistics import api
from millstream.logistics.refusals import CodeLocked, WrongCode
from millstream.logistics.rules.codes import for_people
from millstream.logistics.types import HandoverRecord, HandoverState, HolderKind, ScanPurpose
from millstream.logistics.web.asking import fresh_scan, me, now_of, scan_answer, scan_from
from millstream.logistics.web.centre_frame import centre_frame
from millstream.logistics.web.words import HANDOVERS, OUTCOMES
from millstream.people.acting import acting_as
from millstream.people.types import ActorKind, Role

hands_over = acting_as(
    ActorKind.STATION,
    ActorKind.CENTRE,
    ActorKind.PERSON,
    ActorKind.HOUSEHOLD,
    roles=(Role.KEEPER, Role.STAFF, Role.DRIVER),
)


@hands_over
@require_http_methods(["GET", "HEAD", "POST"])
def handover_page(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Scan what is really there; nothing moves until the taker accepts."""
    result = None
    if request.method == "POST":
        done = scan_from(request, ScanPurpose.HANDOVER, handover_id=handover_id)
        result = scan_answer(done, _("Seen."), _("It was seen before."))
    return _page(request, api.handover(handover_id, reader=me(request)), result)


@hands_over
@require_POST
def accept(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Accept for the taker: by the taker's own sign-in, or by its code on the giver's device."""
    ask = api.AcceptAsk(handover_id, acting=me(request), code=request.POST.get("side_code", "")[:12])
    try:
        done = api.accept_handover(ask, now=now_of(request))
    except (WrongCode, CodeLocked) as refusal:
        shown = api.handover(handover_id, reader=me(request))
        return _page(request, shown, None, refusal)
    if done.state is HandoverState.ACCEPTED:
        messages.success(request, _("Accepted: everything was there."))
    else:
        messages.warning(
            request,
            _("Accepted with differences: %(missing)s missing, %(extra)s too many, %(damaged)s damaged.")
            % {"missing": done.missing, "extra": done.extra, "damaged": done.damaged},
        )
    return redirect(reverse("logistics:handover", args=[handover_id]))


@hands_over
@require_POST
def withdraw(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """The giver takes the offer back."""
    api.withdraw_handover(handover_id, acting=me(request), now=now_of(request))
    messages.info(request, _("The offer was taken back; nothing moved."))
    return redirect(reverse("logistics:handover", args=[handover_id]))


def _page(
    request: HttpRequest, one: HandoverRecord, result: dict[str, Any] | None, refusal: Refusal | None = None
) -> HttpResponse:
    acting = request.acting.actor  # type: ignore[attr-defined]
    drivers = api.driver_of(one.run_id) if one.run_id else None
    side = {HolderKind.RUN: drivers}
    giver, taker = side.get(one.giver.kind, one.giver.id), side.get(one.taker.kind, one.taker.id)
    names = api.holder_names([one.giver, one.taker])
    scanned = sum(1 for item in one.items if item.scanned)
    context = {
        "handover": one,
        "code": for_people(one.code),
        "state_word": HANDOVERS[one.state],
        "is_open": one.state is HandoverState.OFFERED,
        "is_taker": acting.id == taker,
        "is_giver": acting.id == giver,
        "asks_code": acting.id == giver and one.taker.kind in (HolderKind.RUN, HolderKind.STATION),
        "giver_name": names[one.giver],
        "taker_name": names[one.taker],
        "items": [{"item": item, "word": OUTCOMES[item.outcome]} for item in one.items],
        "scanned": scanned,
        "total": len(one.items),
        "missing": [item.label for item in one.items if item.expected and not item.scanned],
        "result": result,
        "hidden": fresh_scan(),
        "refusal": say(refusal) if refusal else None,
        "fingerprint": one.manifest_hash[:12],
        **_frame(request, one, acting.kind),
    }
    status = context["refusal"].status if refusal else 200
    return render(request, "logistics/handover.html", context, status=status)


def _frame(request: HttpRequest, one: HandoverRecord, kind: ActorKind) -> dict[str, Any]:
    title = _("Handover %(code)s") % {"code": for_people(one.code)}
    if kind is ActorKind.CENTRE:
        return {"frame": "desk.html", **centre_frame(request, title, "dock")}
    if kind is ActorKind.STATION:
        back = reverse("logistics:van")
    elif one.stop_id is not None and one.run_id is not None:
        back = reverse("logistics:stop", args=[one.run_id, one.stop_id])
    else:
        back = reverse("logistics:runs") if one.run_id is None else reverse("logistics:run", args=[one.run_id])
    return {"frame": "station.html", "station_title": title, "station_back": back, "sync_state": "received"}
