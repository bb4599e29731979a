"""The page on which makers say how low hosts may go with each of their goods."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from millstream.kernel.money import to_major, to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.pacts import api
from millstream.pacts.types import FloorPriceSpec
from millstream.pacts.web.views import desk_frame
from millstream.people.acting import Acting, acting_as
from millstream.people.types import ActorId, Role
from millstream.shops.api import shops_of, stock_lines
from millstream.shops.types import StockLine

SELLS = (Role.MAKER,)


@dataclass(frozen=True, slots=True)
class Row:
    """Goods, the floor price as it is or was typed, and what is wrong with it."""

    line: StockLine
    typed: str
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@acting_as(roles=SELLS)
def floors_page(request: HttpRequest) -> HttpResponse:
    """The lowest price of each product at which any host may offer it; an empty one means the shop's price."""
    acting: Acting = request.acting  # type: ignore[attr-defined]
    assert acting.actor is not None, "the guard lets nobody past without an actor"
    now: datetime = request.now()  # type: ignore[attr-defined]
    lines = [line for shop in shops_of(acting.actor.id) for line in stock_lines(shop.id)]
    known = _agreed(lines, now)
    rows = [Row(line, _typed(known.get(line.variant_id), line.currency)) for line in lines]
    wrong = False
    if request.method == "POST":
        rows = [_agree(row, request.POST, known.get(row.line.variant_id), acting.actor.id, now) for row in rows]
        wrong = any(row.error for row in rows)
        if not wrong:
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("pacts:floors")
    context = {**desk_frame(acting.actor.name, "floors"), "rows": rows}
    return render(request, "pacts/floors.html", context, status=422 if wrong else 200)


def _agreed(lines: list[StockLine], now: datetime) -> Mapping[UUID, int]:
    """What is agreed with every host."""
    found = api.floor_prices([line.variant_id for line in lines], host=None, now=now)
    return {variant: floor.price_minor for variant, floor in found.items()}


def _typed(minor: int | None, currency: str) -> str:
    return "" if minor is None else str(to_major(minor, currency))


def _agree(row: Row, told: Mapping[str, str], before: int | None, maker: ActorId, now: datetime) -> Row:
    """Agree to what was typed for one product, or take it back; what cannot be is said beside it."""
    line = row.line
    typed = told.get(f"floor_{line.variant_id}", row.typed).strip()
    if not typed:
        if before is not None:
            api.end_floor_price(line.variant_id, host=None, now=now)
        return Row(line, "")
    try:
        minor = to_minor(typed, line.currency)
    except Refusal as refusal:
        return Row(line, typed, say(refusal).what)
    if not 0 < minor <= line.price_minor:
        return Row(line, typed, _("Write an amount above nothing and not above the shop's price."))
    if minor != before:
        api.agree_floor_price(FloorPriceSpec(line.variant_id, maker, None, minor, line.currency), now=now)
    return Row(line, typed)
