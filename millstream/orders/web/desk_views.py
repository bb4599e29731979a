"""The seller's pages: what was sold, what waits to be packed, calling off and giving back; the demo's two buttons."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.refusals import NotAllowed, Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.logistics.api import parcels_of_order, timeline
from millstream.orders import api, queries
from millstream.orders.ports import order_extras
from millstream.orders.rules import refundable_minor
from millstream.orders.types import OrderRecord, OrderState
from millstream.orders.web.forms import ReasonForm, RefundForm, StateForm
from millstream.orders.web.order_views import money_rows
from millstream.orders.web.words import FOR_SELLER, badge_of, steps_of
from millstream.pacts.api import split_lines
from millstream.people.acting import Acting, acting_as, acting_as_of
from millstream.people.types import ActorKind, Role

KINDS: Final = (ActorKind.HOUSEHOLD, ActorKind.SHOP, ActorKind.FACTORY, ActorKind.ASSOCIATION, ActorKind.PERSON)
ROLES: Final = (Role.MAKER, Role.STAFF, Role.OWNER)
TABS: Final = (
    ("", _l("All")),
    (OrderState.PAID.value, _l("To pack")),
    (OrderState.PLACED.value, _l("Waiting for payment")),
    (OrderState.DELIVERED.value, _l("Delivered")),
    (OrderState.RELEASED.value, _l("Completed")),
)

sells = acting_as(*KINDS, roles=ROLES)


def desk_nav(current: str, *, is_operator: bool) -> list[dict[str, Any]]:
    """The navigation beside the operator's payments; a seller's orders are one page, found among the desks."""
    if not is_operator:
        return []
    items = [("/desk/payments/", _("Payments"), "money"), ("/desk/payments/orders/", _("All orders"), "list")]
    items += [("/desk/payments/statement/", _("Settlement"), "upload")]
    return [{"url": url, "label": label, "icon": icon, "current": url == current} for url, label, icon in items]


def _seller(request: HttpRequest) -> Acting:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    assert acting.actor is not None, "the guard lets only members past"
    return acting


@sells
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """What the acting actor sold, newest first, by state."""
    acting = _seller(request)
    assert acting.actor is not None
    chosen, after = StateForm(request.GET).chosen()
    states = (OrderState(chosen),) if chosen else ()
    page = queries.orders_sold(acting.actor.id, states=states, after=after)
    counts = queries.counts_of_seller(acting.actor.id)
    told = {
        "desk_title": _("Orders"),
        "desk_actor": acting.actor.name,
        "desk_nav": desk_nav("/desk/orders/", is_operator=False),
        "tabs": [
            {
                "label": label,
                "url": f"?state={state}" if state else "?",
                "current": state == chosen,
                "count": counts.get(OrderState(state), 0) if state else sum(counts.values()),
            }
            for state, label in TABS
        ],
        "orders": [{"order": record, "badge": badge_of(record)} for record in page.items],
        "next_url": f"?state={chosen}&after={page.next_after}" if page.next_after else "",
    }
    return render(request, "orders/desk_orders.html", told)


@require_safe
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One order as its seller or the operator sees it."""
    return _shown(request, _sellers_or_operators(request, code))


def _sellers_or_operators(request: HttpRequest, code: str) -> OrderRecord:
    """The order for its seller or the operator; for anybody else it does not exist."""
    acting = acting_as_of(request)
    if acting.user_id is None:
        raise NotAllowed(path=request.path)
    if acting.is_operator:
        return queries.order_by_code(code)
    if acting.actor is None or not acting.roles & {*ROLES}:
        raise NotAllowed(path=request.path)
    record = queries.order_of_actor(code, acting.actor.id)
    if record.seller != acting.actor.id:
        raise NotAllowed(path=request.path)
    return record


def _shown(
    request: HttpRequest,
    record: OrderRecord,
    *,
    reason: ReasonForm | None = None,
    refund: RefundForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    acting = acting_as_of(request)
    said = say(refusal) if refusal else None
    left = refundable_minor(total_minor=record.total_minor, refunded_minor=record.refunded_minor, state=record.state)
    told = {
        "desk_title": record.code,
        "desk_actor": acting.actor.name if acting.actor else "",
        "desk_nav": desk_nav("", is_operator=acting.is_operator),
        "order": record,
        "badge": badge_of(record),
        "rows": money_rows(record),
        "shares": [share for lines in split_lines([line.id for line in record.lines]).values() for share in lines],
        "steps": steps_of(record, timeline([record.id]).get(record.id, ())),
        "parcels": parcels_of_order(record.id),
        "case_words": [FOR_SELLER[case.kind] for case in queries.cases_of([record.id]) if case.kind in FOR_SELLER],
        "left_minor": left,
        "may_pack": record.state is OrderState.PAID and acting.actor is not None and acting.actor.id == record.seller,
        "may_cancel": record.state in (OrderState.PLACED, OrderState.PAID),
        "may_refund": left > 0,
        "reason_form": reason or ReasonForm(auto_id="cancel_%s"),
        "refund_form": refund or RefundForm(auto_id="refund_%s", currency=record.currency),
        "demo_buttons": conf().demo and acting.is_operator,
        "refusal": said,
        "extras": order_extras(record),
    }
    invalid = (reason is not None and reason.errors) or (refund is not None and refund.errors)
    return render(request, "orders/desk_order.html", told, status=said.status if said else 422 if invalid else 200)


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Call an order off before it is handed over; what was paid goes back."""
    record = _sellers_or_operators(request, code)
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return _shown(request, record, reason=form)
    return _do(
        request,
        record,
        lambda: api.cancel_order(record.id, reason=form.cleaned_data["reason"], by=_by(request), now=_now(request)),
        _("The order is called off."),
    )


@require_POST
def refund(request: HttpRequest, code: str) -> HttpResponse:
    """Give money of an order back, all that is left or a part."""
    record = _sellers_or_operators(request, code)
    form = RefundForm(request.POST, auto_id="refund_%s", currency=record.currency)
    if not form.is_valid():
        return _shown(request, record, refund=form)
    told = form.cleaned_data
    return _do(
        request,
        record,
        lambda: api.ask_refund(
            record.id, amount_minor=told["amount"], reason=told["reason"], by=_by(request), now=_now(request)
        ),
        _("The money is on its way back to the buyer."),
    )


@acting_as(operator=True)
@require_http_methods(["POST"])
def deliver_now(request: HttpRequest, code: str) -> HttpResponse:
    """Write in a demo that the order has arrived."""
    record = queries.order_by_code(code)
    return _do(
        request,
        record,
        lambda: api.deliver_now(record.id, pressed_by=_by(request), now=_now(request)),
        _("Delivered: the return window runs."),
    )


@acting_as(operator=True)
@require_http_methods(["POST"])
def end_window(request: HttpRequest, code: str) -> HttpResponse:
    """End the return window of a delivered order in a demo."""
    record = queries.order_by_code(code)
    return _do(
        request,
        record,
        lambda: api.end_return_window(record.id, pressed_by=_by(request), now=_now(request)),
        _("The return window is over: the money is released at the next sweep."),
    )


def _do(request: HttpRequest, record: OrderRecord, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        return _shown(request, queries.order(record.id), refusal=refusal)
    messages.success(request, done)
    return redirect("orders:desk_order", code=record.code)


def _by(request: HttpRequest) -> UUID:
    """Whose name stands under what is done: the acting actor's, else the platform's for its operator."""
    acting = acting_as_of(request)
    return acting.actor.id if acting.actor else conf().platform_actor


def _now(request: HttpRequest) -> Any:
    return request.now()  # type: ignore[attr-defined]
