"""The rundown of a show: its goods in their order, what to say, what they cost in the room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.money import to_major, to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.texts import localised
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import NoSuchShow, NotForSale
from millstream.live.types import LONGEST_NOTE, ShowRecord, ShowState
from millstream.live.web.desk import asked_variant, for_hosts, frame, now_of
from millstream.live.web.room_page import goods_of, rundown_rows
from millstream.live.web.screen import directed_show
from millstream.shops import api as shops
from millstream.shops.types import ProductRecord, ShelfAsk, ShopId

SHELF_SIZE: Final = 24
MOST_SHOPS: Final = 20
MOST_DIGITS: Final = 7
PAPERS: Final = ("a4", "receipt")


@require_safe
@for_hosts
def rundown(request: HttpRequest, slug: str) -> HttpResponse:
    """The products of a show in their order."""
    show = directed_show(request, slug)
    context = {
        **frame(request, _("Rundown"), "rundown", show),
        "rows": _rows(show, now_of(request)),
        "longest_note": LONGEST_NOTE,
        "changeable": show.state in (ShowState.PLANNED, ShowState.LIVE),
        "others": api.shows_with_rundown(show.host, show.id) if show.state is ShowState.PLANNED else [],
    }
    return render(request, "live/studio/rundown.html", context)


def _rows(show: ShowRecord, now: datetime) -> list[dict[str, Any]]:
    """The rows of the room, with what is promised for the room."""
    promised = api.promises_of(show.id, now)
    rows = rundown_rows(show, goods_of(show))
    for row in rows:
        price, size = promised.get(row["variant"], (None, None))
        row["room_price"] = "" if price is None else str(to_major(price, row["currency"]))
        row["room_price_minor"] = price
        row["list_price"] = str(to_major(row["price_minor"], row["currency"]))
        row["size"] = "" if size is None else size
    return rows


@require_safe
@for_hosts
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """The rundown to print, for the table: on A4 or on a roll of receipts."""
    show = directed_show(request, slug)
    wanted = request.GET.get("paper", "a4")
    context = {
        **frame(request, _("Rundown"), "rundown", show),
        "rows": _rows(show, now_of(request)),
        "paper": wanted if wanted in PAPERS else PAPERS[0],
    }
    return render(request, "live/studio/paper.html", context)


@require_safe
@for_hosts
def notes(request: HttpRequest, slug: str) -> HttpResponse:
    """What to say, in large type, the product on the table first: for a second screen behind the camera."""
    show = directed_show(request, slug)
    rows = _rows(show, now_of(request))
    now = next((row for row in rows if row["state"] == "now"), None)
    coming = [row for row in rows if row["state"] == "next"]
    noted = not rows or any(row["note"] for row in rows)
    told = {"now": now, "coming": coming, "noted": noted}
    context = {**frame(request, _("What to say"), "rundown", show), **told}
    return render(request, "live/studio/notes.html", context)


@require_http_methods(["GET", "POST"])
@for_hosts
def goods(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose goods of sellers who agreed, and add them; a product with several forms asks which one."""
    show = directed_show(request, slug)
    chosen: ProductRecord | None = None
    if request.method == "POST":
        chosen = shops.product(request.POST.get("product", ""))
        offered = [variant for variant in chosen.variants if variant.is_offered]
        if request.POST.get("variant"):
            offered = [variant for variant in offered if str(variant.id) == request.POST["variant"]]
        if not offered:
            raise NotForSale
        if len(offered) == 1:
            _add(request, show, offered[0].id)
            return redirect("live:goods", slug)
    context = {
        **frame(request, _("Add goods"), "rundown", show),
        "chosen": chosen,
        "items": [] if chosen else _shelf(request, show),
        "words": request.GET.get("words", ""),
        "there": {row["url"] for row in rundown_rows(show, goods_of(show))},
    }
    return render(request, "live/studio/goods.html", context)


def _add(request: HttpRequest, show: ShowRecord, variant: UUID) -> None:
    try:
        api.add_to_rundown(show.id, variant, host=show.host, now=now_of(request))
    except Refusal as refusal:
        said = say(refusal)
        messages.error(request, f"{said.what} {said.next}".strip())
    else:
        messages.success(request, _("Added to the rundown."))


def _shelf(request: HttpRequest, show: ShowRecord) -> list[Any]:
    """Listed goods of the sellers who agreed that this show's host shows them."""
    words = request.GET.get("words", "")[:100]
    agreed = api.agreement_of(show.host, now_of(request))
    if agreed.every_seller:
        return list(shops.shelf(ShelfAsk(words=words, size=SHELF_SIZE)).items)
    counters = [shop for seller in sorted(agreed.sellers) for shop in shops.shops_of(seller)]
    return [
        item
        for shop in counters[:MOST_SHOPS]
        for item in shops.shelf(ShelfAsk(words=words, shop_id=ShopId(shop.id), size=SHELF_SIZE)).items
    ]


@require_POST
@for_hosts
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Order the rundown by the numbers typed beside its products, keep notes and prices in the room.

    The page posts it by itself when something was dragged, and asks for JSON; each price that is refused is told, the
    rest is kept.
    """
    show = directed_show(request, slug)
    wanted, notes = {}, {}
    for item in api.rundown(show.id):
        typed = request.POST.get(f"position-{item.variant}", "")
        if _is_count(typed):
            wanted[item.variant] = int(typed)
        notes[item.variant] = request.POST.get(f"note-{item.variant}", item.note)
    api.order_rundown(show.id, wanted, host=show.host, notes=notes)
    refused = _promise(request, show)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"saved": not refused, "refused": refused})
    for told in refused.values():
        messages.error(request, told)
    messages.success(request, _("Saved."))
    return redirect("live:rundown", slug)


def _is_count(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS


def _promise(request: HttpRequest, show: ShowRecord) -> Mapping[str, str]:
    """Promise the prices that were typed; returns what was refused, by variant."""
    refused: dict[str, str] = {}
    promised = api.promises_of(show.id, now_of(request))
    for row in rundown_rows(show, goods_of(show)):
        variant, name = row["variant"], localised(row["title"])
        if f"price-{variant}" not in request.POST:
            continue
        typed, size = request.POST[f"price-{variant}"].strip(), request.POST.get(f"size-{variant}", "").strip()
        try:
            price = to_minor(typed, row["currency"]) if typed else None
            meant = None if price is None else (price, int(size) if _is_count(size) else None)
            if meant != promised.get(variant):
                api.promise_price(show.id, variant, meant, host=show.host, now=now_of(request))
        except Refusal as refusal:
            said = say(refusal)
            refused[str(variant)] = f"{name}: {said.what} {said.next}".strip()
    return refused


@require_POST
@for_hosts
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a product out of the rundown."""
    show = directed_show(request, slug)
    api.take_from_rundown(show.id, asked_variant(request), host=show.host)
    return redirect("live:rundown", slug)


@require_POST
@for_hosts
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Take over the goods of an earlier show."""
    show = directed_show(request, slug)
    try:
        source = UUID(request.POST.get("show", ""))
    except ValueError:
        raise NoSuchShow from None
    added = api.copy_rundown(show.id, source, host=show.host, now=now_of(request))
    told = ngettext("{n} product was added.", "{n} products were added.", added).format(n=added)
    messages.success(request, told)
    return redirect("live:rundown", slug)
