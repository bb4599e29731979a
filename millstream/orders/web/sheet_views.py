"""Buying: the sheet, the way to the gateway, and back. Complete as plain pages; fragments in the sheet of a room."""

from typing import Any, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.settings import conf
from millstream.kernel.web.asking import asking_network
from millstream.kernel.wording import say
from millstream.orders import queries
from millstream.orders.actions.ask_gateway import ask_session
from millstream.orders.actions.open_session import open_session
from millstream.orders.actions.pay_again import payment_to_make
from millstream.orders.links import is_signed, order_path, pay_path
from millstream.orders.ports import Offer, OfferAsk, offers_port, sheet_opened
from millstream.orders.refusals import GatewayAway, PriceChanged
from millstream.orders.till.till import till
from millstream.orders.types import OrderPlaced, OrderRecord, OrderState, PaymentState
from millstream.orders.web.forms import BuyForm
from millstream.orders.web.lean import limit_buys
from millstream.orders.web.wishes import wish_of
from millstream.orders.web.words import return_state, steps_of
from millstream.people.acting import acting_as_of
from millstream.people.api import contact_masked, guest_of, newest_address_masked
from millstream.shops.api import for_sale
from millstream.shops.types import ForSale, VariantId

ASK_AFTER_SECONDS: Final = 3
SERVER_ERROR: Final = 500
CONFLICT: Final = 409


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """What is bought, for how much, who and where to; confirming places the order and goes to the gateway."""
    show_id = _uuid(request.POST.get("show") or request.GET.get("show"))
    goods = for_sale([VariantId(variant_id)]).get(VariantId(variant_id))
    if goods is None:
        raise NotFound(what="variant")
    offer = _offer(request, variant_id, show_id)
    if isinstance(offer, Refusal):
        raise offer
    saved = _saved(request)
    known = {"has_contact": bool(saved["contact"]), "has_address": saved["address"] is not None}
    if request.method != "POST":
        if request.method == "GET" and show_id is not None and offer.host is not None:
            sheet_opened(show_id, variant_id, request.visitor)  # type: ignore[attr-defined]
        form = BuyForm.fresh(price_minor=offer.price_minor, show_id=show_id, **known)
        return _sheet(request, goods, offer, form, saved)
    form = BuyForm(request.POST, **known)
    if not form.is_valid():
        return _sheet(request, goods, offer, form, saved, status=422)
    try:
        placed = _place(request, variant_id, form)
    except PriceChanged as refusal:
        fresh = BuyForm({**request.POST.dict(), "price_minor": offer.price_minor}, **known)
        return _sheet(request, goods, offer, fresh, saved, refusal=refusal)
    except Refusal as refusal:
        return _sheet(request, goods, offer, form, saved, refusal=refusal)
    return _to_gateway(request, placed)


def _offer(request: HttpRequest, variant_id: UUID, show_id: UUID | None) -> Offer | Refusal:
    """What one costs whoever asks: a lot that they have won is offered to them alone."""
    actor = acting_as_of(request).actor
    ask = OfferAsk(
        variant_id,
        1,
        show_id,
        visitor=request.visitor,  # type: ignore[attr-defined]
        buyer_id=actor.id if actor else None,
    )
    return offers_port().offers([ask], now=request.now())[0]  # type: ignore[attr-defined]


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _saved(request: HttpRequest) -> dict[str, Any]:
    """The contact and address that this visitor gave before, masked."""
    actor = guest_of(request.visitor)  # type: ignore[attr-defined]
    if actor is None:
        return {"contact": "", "address": None}
    return {"contact": contact_masked(actor), "address": newest_address_masked(actor)}


def _place(request: HttpRequest, variant_id: UUID, form: BuyForm) -> OrderPlaced:
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    limit_buys(visitor, asking_network(request))
    acting = acting_as_of(request)
    wish = wish_of(
        form.asked(variant_id, visitor),
        key=str(form.cleaned_data["key"]),
        visitor=visitor,
        language=get_language() or "en",
        buyer_id=acting.actor.id if acting.actor else None,
    )
    return till.submit(wish)


def _to_gateway(request: HttpRequest, placed: OrderPlaced) -> HttpResponse:
    """Open the session and go there; when the gateway does not answer, to our page from which it is tried again."""
    if placed.state is not OrderState.PLACED:
        return _go(request, order_path(placed.order_id, placed.code))
    try:
        url = async_to_sync(open_session)(placed)
    except GatewayAway:
        url = f"{pay_path(placed.order_id)}&away=1"
    return _go(request, url)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Go on: inside the sheet by its header, else by an ordinary redirect."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=200, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})


def _sheet(
    request: HttpRequest,
    goods: ForSale,
    offer: Offer,
    form: BuyForm,
    saved: dict[str, Any],
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    said = say(refusal) if refusal else None
    ask = OfferAsk(goods.variant_id, 1, offer.show_id, visitor=request.visitor)  # type: ignore[attr-defined]
    told = {
        "coupons": offers_port().coupons_for(ask, offer, now=request.now()),  # type: ignore[attr-defined]
        "chosen": form.data.get("coupon") if form.is_bound else None,
        "goods": goods,
        "offer": offer,
        "form": form,
        "saved": saved,
        "refusal": said,
        "in_room": offer.host is not None,
        "delivery_minor": conf().delivery_minor,
        "total_minor": offer.price_minor + conf().delivery_minor,
        "section": "goods",
    }
    template = "orders/_sheet.html" if request.headers.get("HX-Request") else "orders/sheet.html"
    # A sheet shows refusals of ours itself; only a broken answer may look broken to it.
    code = (said.status if said.status < SERVER_ERROR else CONFLICT) if said else status
    return render(request, template, told, status=code)


@never_cache
@require_safe
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Open the payment of an order again, as often as one likes: the session is the same."""
    record = _signed(request, order_id)
    if request.GET.get("away"):
        return _show(request, "pay", {"order": record, "pay_url": pay_path(order_id)})
    if record.state is not OrderState.PLACED:
        return _go(request, order_path(order_id, record.code))
    payment_id = payment_to_make(order_id, now=request.now())  # type: ignore[attr-defined]
    return _to_gateway(request, queries.placed_of(order_id, payment_id))


@never_cache
@require_safe
def came_back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where the gateway sends the payer back to: the order as it stands, asked of the gateway if need be.

    In the sheet's frame it tells the sheet where to go on; as a page of its own it looks again by itself.
    """
    record = _signed(request, order_id)
    if record.state in (OrderState.PLACED, OrderState.EXPIRED) and _ask(record):
        record = queries.order(order_id)
    state = return_state(record)
    told = {
        "order": record,
        "state": state,
        "steps": steps_of(record, ()),
        "order_url": order_path(order_id, record.code),
        "pay_url": pay_path(order_id),
        "again_seconds": ASK_AFTER_SECONDS if state == "waiting" else 0,
    }
    return _show(request, "return", told)


def _ask(record: OrderRecord) -> bool:
    """Ask the gateway about the order's open payments and take what it says; whether it said anything."""
    heard = False
    for payment in record.payments:
        if payment.state is PaymentState.OPEN:
            notice = async_to_sync(ask_session)(payment.id)
            if notice is not None and notice.kind in ("captured", "declined"):
                till.capture(notice)
                heard = True
    return heard


def _signed(request: HttpRequest, order_id: UUID) -> OrderRecord:
    if not is_signed(order_id, request.GET.get("k", "")):
        raise NotFound(what="order")
    return queries.order(order_id)


def _show(request: HttpRequest, name: str, told: dict[str, Any]) -> HttpResponse:
    template = f"orders/_{name}.html" if request.headers.get("HX-Request") else f"orders/{name}.html"
    return render(request, template, {**told, "section": "orders"})


def buy_address(variant_id: UUID) -> str:
    """Where buying a variant begins."""
    return reverse("orders:buy", args=[variant_id])
