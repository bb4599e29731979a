"""What directors of a show do: open deals and auctions, and end them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from millstream.deals import api
from millstream.deals.ports import ShowSeen, shows_port
from millstream.deals.refusals import NotInShow
from millstream.deals.types import AuctionSpec, DealSpec
from millstream.deals.web.forms import AuctionForm, DealForm
from millstream.kernel.refusals import NotAllowed
from millstream.people.acting import acting_as_of
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId


def directed(request: HttpRequest, show_id: UUID) -> ShowSeen:
    """The show, for who may direct it; everybody else is refused."""
    seen = shows_port().show(show_id, actor=acting_as_of(request).actor_id)
    if seen is None or not seen.may_direct:
        raise NotAllowed(path=request.path)
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


def _back(seen: ShowSeen) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": f"{seen.studio_url}#deals"})


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
    api.open_deal(spec, now=request.now())  # type: ignore[attr-defined]
    return _back(seen)


@require_POST
def close_deal(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    """End a deal early; what is left of its allotment goes back."""
    now = request.now()  # type: ignore[attr-defined]
    deal = api.deal_of(deal_id, now=now)
    seen = directed(request, deal.show)
    api.close_deal(deal.id, now=now)
    return _back(seen)


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
    api.open_auction(spec, now=request.now())  # type: ignore[attr-defined]
    return _back(seen)


@require_POST
def cancel_auction(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """Call an auction off before its first bid."""
    seen = directed(request, api.auction(auction_id).show)
    api.cancel_auction(auction_id, now=request.now())  # type: ignore[attr-defined]
    return _back(seen)
