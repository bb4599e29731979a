"""What directors of a show do: open deals and auctions, and end them. Whoever presses here sits down to direct."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millstream.deals import api
from millstream.deals.ports import Pressing, ShowSeen, shows_port
from millstream.deals.refusals import NotInShow
from millstream.deals.types import AuctionSpec, DealRecord, DealSpec
from millstream.deals.web.forms import AuctionForm, DealForm
from millstream.kernel.refusals import NotAllowed
from millstream.kernel.web.formats import format_clock_time, format_money, format_number, format_when
from millstream.people.acting import acting_as_of
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId


def directed(request: HttpRequest, show_id: UUID) -> ShowSeen:
    """The show, for who may direct it, on the device that directs from now on; everybody else is refused."""
    acting = acting_as_of(request)
    seen = shows_port().show(show_id, actor=acting.actor_id)
    if seen is None or not seen.may_direct or acting.actor_id is None:
        raise NotAllowed(path=request.path)
    device = Pressing(acting.visitor, acting.actor_id, request.headers.get("User-Agent", ""))
    shows_port().sit_to_direct(show_id, device, now=request.now())  # type: ignore[attr-defined]
    return seen


def _currency(seen: ShowSeen, typed: str) -> str:
    """The currency of a product of the rundown; refuses any other product."""
    try:
        variant = VariantId(UUID(typed))
    except ValueError:
        raise NotInShow from None
    goods = for_sale([variant]).get(variant) if variant in seen.variants and not seen.is_over else None
    if goods is None:
        raise NotInShow
    return goods.shop_currency


def _back(request: HttpRequest, seen: ShowSeen, told: str) -> HttpResponse:
    """Back to the studio, which says what was done."""
    messages.success(request, told)
    return HttpResponse(status=303, headers={"Location": f"{seen.studio_url}#deals"})


def _told_deal(deal: DealRecord, now: datetime) -> str:
    assert deal.opens_at, "a deal of its own has a window"
    assert deal.closes_at, "a deal of its own has a window"
    told = {
        "n": format_number(deal.size or 0),
        "price": format_money(deal.price_minor, deal.currency),
        "until": format_clock_time(deal.closes_at),
    }
    if deal.is_on(now):
        return _("The deal is open until {until}: {n} at {price}.").format(**told)
    opens = format_when(deal.opens_at, now)[1]
    return _("The deal is planned. It opens {opens}: {n} at {price}.").format(opens=opens, **told)


@require_POST
def open_deal(request: HttpRequest, show_id: UUID) -> HttpResponse:
    """Open a deal, now or for later."""
    seen = directed(request, show_id)
    form = DealForm(request.POST, currency=_currency(seen, request.POST.get("variant", "")))
    told = form.read()
    spec = DealSpec(
        show=show_id,
        host=seen.host,
        variant=told["variant"],
        price_minor=form.minor("price_minor", "amount"),
        size=told["size"],
        lasts=form.lasts,
        cap=told["cap"],
        opens_at=told["opens_at"],
    )
    now: datetime = request.now()  # type: ignore[attr-defined]
    return _back(request, seen, _told_deal(api.open_deal(spec, now=now), now))


@require_POST
def close_deal(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    """End a deal early; what is left of its allotment goes back."""
    now = request.now()  # type: ignore[attr-defined]
    deal = api.deal_of(deal_id, now=now)
    seen = directed(request, deal.show)
    if not api.close_deal(deal.id, now=now):
        return _back(request, seen, _("The deal was over already."))
    if not deal.is_on(now):
        return _back(request, seen, _("The deal is called off before it opened."))
    if deal.left is None:
        return _back(request, seen, _("The deal is over: the shop's price counts again."))
    back = format_number(deal.left)
    return _back(request, seen, _("The deal is over: the shop's price counts again, {n} are back.").format(n=back))


@require_POST
def open_auction(request: HttpRequest, show_id: UUID) -> HttpResponse:
    """Start an auction of one unit."""
    seen = directed(request, show_id)
    form = AuctionForm(request.POST, currency=_currency(seen, request.POST.get("variant", "")))
    told = form.read()
    spec = AuctionSpec(
        show=show_id,
        host=seen.host,
        variant=told["variant"],
        start_minor=form.minor("price_minor", "amount"),
        lasts=form.lasts,
        falls=told["falls"],
    )
    opened = api.open_auction(spec, now=request.now())  # type: ignore[attr-defined]
    until, price = format_clock_time(opened.closes_at), format_money(opened.start_minor, opened.currency)
    said = _("The auction runs until {until} and starts at {price}.").format(until=until, price=price)
    return _back(request, seen, said)


@require_POST
def cancel_auction(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """Call an auction off before its first bid."""
    seen = directed(request, api.auction(auction_id).show)
    done = api.cancel_auction(auction_id, now=request.now())  # type: ignore[attr-defined]
    said = _("The auction is called off; its one piece is back.") if done else _("The auction was over already.")
    return _back(request, seen, said)
