"""The shop desk: what there is, what came, what was counted, what broke; and all prices on one page."""

from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from millstream.kernel.money import to_major, to_minor
from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.wording import say
from millstream.shops import api
from millstream.shops.types import MovementKind, ShopId, StockLine, VariantId
from millstream.shops.web.desk_frame import by, framed, now_of, shop_desk, shop_of
from millstream.shops.web.forms import CorrectForm, DamageForm, ReceiveForm, refuse

MOVEMENT_NAMES: Final[dict[MovementKind, Promise]] = {
    MovementKind.RECEIVED: gettext_lazy("Received"),
    MovementKind.SOLD: gettext_lazy("Sold"),
    MovementKind.RETURNED: gettext_lazy("Came back"),
    MovementKind.CORRECTED: gettext_lazy("Corrected"),
    MovementKind.DAMAGED: gettext_lazy("Damaged or lost"),
}
FORMS: Final[dict[str, type[forms.Form]]] = {"receive": ReceiveForm, "correct": CorrectForm, "damage": DamageForm}


@shop_desk
@require_safe
def stock(request: HttpRequest) -> HttpResponse:
    """All variants with what there is of them, what is shortest first."""
    lines = api.stock_lines(shop_of(request).id)
    return render(request, "shops/desk_stock.html", framed(request, "desk_stock", _("Stock"), lines=lines))


@shop_desk
@require_http_methods(["GET", "POST"])
def stock_item(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """One variant's stock: receive, correct, write off; and every movement of it."""
    line = _line(shop_of(request).id, VariantId(variant_id))
    shown: dict[str, forms.Form] = {name: kind(auto_id=f"{name}_%s") for name, kind in FORMS.items()}
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    if sent in FORMS:
        form = FORMS[sent](request.POST, auto_id=f"{sent}_%s")
        if form.is_valid():
            try:
                _move(request, sent, line, form)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, _("Written down."))
                return redirect("shops:desk_stock_item", line.variant_id)
        shown[sent] = form
    return _stock_page(request, line, shown)


def _stock_page(request: HttpRequest, line: StockLine, shown: dict[str, forms.Form]) -> HttpResponse:
    before = request.GET.get("before", "")
    page = None
    if line.stock_item_id is not None:
        page = api.movements(line.stock_item_id, by=by(request), before=int(before) if _is_number(before) else None)
    told = framed(
        request,
        "desk_stock",
        _("Stock"),
        line=line,
        movements=[(move, MOVEMENT_NAMES[move.kind]) for move in page.items] if page else [],
        next_url=f"?before={page.next_after}" if page and page.next_after else "",
        receive=shown["receive"],
        correct=shown["correct"] if line.stock_item_id else None,
        damage=shown["damage"] if line.stock_item_id else None,
    )
    wrong = any(form.is_bound and form.errors for form in shown.values())
    return render(request, "shops/desk_stock_item.html", told, status=422 if wrong else 200)


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= len(str(2**62))


def _line(shop_id: ShopId, variant_id: VariantId) -> StockLine:
    found = api.stock_lines(shop_id, variant_id)
    if not found:
        raise NotFound(what="variant")
    return found[0]


def _move(request: HttpRequest, sent: str, line: StockLine, form: forms.Form) -> None:
    told, now, actor = form.cleaned_data, now_of(request), by(request)
    if sent == "receive":
        api.receive_stock(
            line.variant_id,
            location=shop_of(request).actor,
            quantity=told["quantity"],
            source_id=told["source_id"],
            by=actor,
            reason=told["reason"],
            now=now,
        )
        return
    if line.stock_item_id is None:
        raise NotFound(what="stock item")
    if sent == "correct":
        api.correct_stock(
            line.stock_item_id,
            counted=told["counted"],
            reason=told["reason"],
            source_id=told["source_id"],
            by=actor,
            now=now,
        )
    else:
        api.damage_stock(
            line.stock_item_id,
            quantity=told["quantity"],
            reason=told["reason"],
            source_id=told["source_id"],
            by=actor,
            now=now,
        )


@shop_desk
@require_http_methods(["GET", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """All prices on one page; each is saved for itself, and what is refused stays as it was typed, with the reason."""
    shop = shop_of(request)
    lines = api.stock_lines(shop.id)
    typed: dict[VariantId, str] = {}
    errors: dict[VariantId, str] = {}
    changed = 0
    for line in lines if request.method == "POST" else ():
        told = request.POST.get(f"price_{line.variant_id}")
        if told is None:
            continue
        try:
            price_minor = to_minor(told, shop.currency)
            changed += api.set_price(
                line.variant_id, price_minor=price_minor, currency=shop.currency, by=by(request), now=now_of(request)
            )
        except Refusal as refusal:
            said = say(refusal)
            typed[line.variant_id], errors[line.variant_id] = told, f"{said.what} {said.next}".strip()
    if changed:
        messages.success(request, ngettext("%(n)d price changed.", "%(n)d prices changed.", changed) % {"n": changed})
    if request.method == "POST" and not errors:
        return redirect("shops:desk_prices")
    shown = api.stock_lines(shop.id) if changed else lines
    rows = [
        (
            line,
            typed.get(line.variant_id, str(to_major(line.price_minor, line.currency))),
            errors.get(line.variant_id, ""),
        )
        for line in shown
    ]
    told_all = framed(request, "desk_prices", _("Prices"), rows=rows)
    return render(request, "shops/desk_prices.html", told_all, status=422 if errors else 200)
