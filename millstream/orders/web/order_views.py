"""The buyer's pages: my orders, and one order with its whole way."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.refusals import NotFound
from millstream.kernel.texts import Text, localised
from millstream.logistics.api import parcels_of_order, timeline
from millstream.orders import api, queries
from millstream.orders.links import order_path, pay_path, signature_of
from millstream.orders.ports import order_extras
from millstream.orders.types import OrderRecord, OrderState
from millstream.orders.web.forms import StateForm
from millstream.orders.web.words import badge_of, return_state, steps_of
from millstream.people.acting import acting_as_of
from millstream.people.api import actors, addresses_masked


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the acting actor, or this browser's guest, bought."""
    _, after = StateForm(request.GET).chosen()
    actor = acting_as_of(request).actor_id
    page = queries.orders_bought(actor, after=after) if actor else None
    items = page.items if page else ()
    sellers = actors({record.seller for record in items})
    told = {
        "orders": [
            {
                "order": record,
                "url": order_path(record.id, record.code),
                "badge": badge_of(record),
                "seller": sellers[record.seller].name,  # type: ignore[index]
            }
            for record in items
        ],
        "next_url": f"?after={page.next_after}" if page and page.next_after else "",
        "section": "orders",
    }
    return render(request, "orders/mine.html", told)


@never_cache
@require_safe
def order(request: HttpRequest, code: str) -> HttpResponse:
    """One order for whoever holds its signed link or bought it: what, how much, where it is, what next."""
    record = _buyers(request, code)
    name = "_order" if request.headers.get("HX-Request") else "order"
    return render(request, f"orders/{name}.html", told_of(record))


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Call off an order that is not paid yet."""
    record = _buyers(request, code)
    if record.state is OrderState.PLACED:
        api.cancel_order(record.id, reason=_("Called off by the buyer"), by=record.buyer, now=request.now())  # type: ignore[attr-defined]
    return redirect(order_path(record.id, record.code))


def _buyers(request: HttpRequest, code: str) -> OrderRecord:
    """The order for whoever may see it as its buyer; for anybody else it does not exist."""
    signature = request.GET.get("k", "")
    if signature:
        return queries.order_by_code_and_signature(code, signature)
    actor = acting_as_of(request).actor_id
    if actor is None:
        raise NotFound(what="order")
    record = queries.order_of_actor(code, actor)
    if record.buyer != actor:
        raise NotFound(what="order")
    return record


def told_of(record: OrderRecord) -> dict[str, object]:
    """What an order's page shows its buyer."""
    steps = timeline([record.id]).get(record.id, ())
    address = addresses_masked([record.address_id]).get(record.address_id) if record.address_id else None
    seller = actors([record.seller])
    return {
        "order": record,
        "badge": badge_of(record),
        "state": return_state(record),
        "steps": steps_of(record, steps),
        "parcels": parcels_of_order(record.id),
        "address": address,
        "seller": next(iter(seller.values())),
        "rows": money_rows(record),
        "pay_url": pay_path(record.id),
        "order_url": order_path(record.id, record.code),
        "cancel_url": f"{reverse('orders:cancel', args=[record.code])}?k={signature_of(record.id)}",
        "section": "orders",
        "extras": order_extras(record),
    }


def money_rows(record: OrderRecord) -> list[dict[str, object]]:
    """The lines of an order's bill."""
    rows: list[dict[str, object]] = [
        {"label": _line_label(line.title, line.quantity), "minor": line.goods_minor + line.discount_minor}
        for line in record.lines
    ]
    off = sum(line.discount_minor for line in record.lines)
    if off:
        rows.append({"label": _("Coupon"), "minor": -off})
    rows.append({"label": _("Delivery"), "minor": record.delivery_minor})
    return rows


def _line_label(title: Text, quantity: int) -> str:
    text = localised(title)
    return f"{quantity} × {text}" if quantity > 1 else text
