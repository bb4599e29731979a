"""The operator's pages: payments that need a hand, all orders, the gateway's statement."""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.orders import api, queries
from millstream.orders.adapters.sandbox_gateway import SandboxGateway
from millstream.orders.ports import GatewayRefused, GatewayUnreachable, gateway_port
from millstream.orders.types import CaseEnd, CaseRecord, Settled
from millstream.orders.web.desk_views import desk_nav
from millstream.orders.web.forms import CaseEndForm, ResolutionForm, StateForm, StatementForm
from millstream.orders.web.words import BREAKS, CASES, ENDS, NEXT, badge_of
from millstream.people.acting import Acting, acting_as

operates = acting_as(operator=True)


def _framed(request: HttpRequest, url: str, title: str, **told: Any) -> dict[str, Any]:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    return {
        "desk_title": title,
        "desk_actor": acting.actor.name if acting.actor else "",
        "desk_nav": desk_nav(url, is_operator=True),
        **told,
    }


@operates
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Payments that need a hand, with what happened and what to do; then those that were looked after."""
    told = _framed(
        request,
        "/desk/payments/",
        _("Payments that need a hand"),
        cases=[_told(case) for case in queries.open_cases()],
        closed=[_told(case) for case in queries.closed_cases(size=20)],
        form=ResolutionForm(),
    )
    return render(request, "orders/cases.html", told)


def _told(case: CaseRecord) -> dict[str, Any]:
    return {
        "case": case,
        "what": CASES[case.kind],
        "next": NEXT[case.kind],
        "why": BREAKS.get(case.detail.get("why", "")),
        "again": CaseEnd.AGAIN in case.ends,
        "ends": [{"value": end.value, "label": ENDS[end]} for end in case.ends if end is not CaseEnd.AGAIN],
    }


@operates
@require_POST
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Close a case with what was done about it, and with what becomes of its money."""
    chosen = CaseEndForm(request.POST).chosen()
    if chosen is None:
        messages.error(request, _("Say what was done before you close a case."))
        return redirect("orders:cases")
    acting: Acting = request.acting  # type: ignore[attr-defined]
    by = acting.actor.id if acting.actor else conf().platform_actor
    now = request.now()  # type: ignore[attr-defined]
    end, resolution = chosen
    try:
        closed = api.close_case(case_id, resolution=resolution, by=by, now=now, end=end)
    except NotFound:
        raise
    except Refusal as refusal:
        said = say(refusal)
        messages.error(request, f"{said.what} {said.next}")
        return redirect("orders:cases")
    if closed:
        messages.success(request, _("The case is closed."))
    else:
        messages.info(request, _("Somebody had closed the case before."))
    return redirect("orders:cases")


@operates
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """All orders, newest first."""
    chosen, after = StateForm(request.GET).chosen()
    page = queries.recent_orders(after=after, state=chosen)
    told = _framed(
        request,
        "/desk/payments/orders/",
        _("All orders"),
        orders=[{"order": record, "badge": badge_of(record)} for record in page.items],
        next_url=f"?state={chosen}&after={page.next_after}" if page.next_after else "",
        tabs=[],
    )
    return render(request, "orders/desk_orders.html", told)


@operates
@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: HttpRequest) -> HttpResponse:
    """Book the gateway's settlement statement from a file, or from the sandbox itself."""
    form = StatementForm(request.POST or None, request.FILES or None)
    settled: Settled | None = None
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            text = (
                _fetched(request) if "fetch" in request.POST else form.cleaned_data["file"] if form.is_valid() else ""
            )
            if text:
                settled = api.settle_gateway_statement(text, now=request.now())  # type: ignore[attr-defined]
        except Refusal as error:
            refusal = error
        except (GatewayUnreachable, GatewayRefused):
            messages.error(request, _("The gateway does not answer. Nothing was booked."))
    if "fetch" in request.POST:
        form = StatementForm()
    said = say(refusal) if refusal else None
    told = _framed(request, "/desk/payments/statement/", _("Settlement"), form=form, settled=settled, refusal=said)
    return render(request, "orders/statement.html", told, status=said.status if said else 422 if form.errors else 200)


def _fetched(request: HttpRequest) -> str:
    """The sandbox's statement of today (UTC)."""
    gateway = gateway_port()
    assert isinstance(gateway, SandboxGateway), "only the sandbox hands its statement out"
    day = request.now().date().isoformat()  # type: ignore[attr-defined]
    return async_to_sync(gateway.statement)(day)
