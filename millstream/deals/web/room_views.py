"""What viewers do: bid, read the receipt, look up what a product cost."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from millstream.deals import api
from millstream.deals.ports import shows_port
from millstream.deals.refusals import ContactNeeded
from millstream.deals.rules.receipt import moment
from millstream.deals.types import BidAnswer, BidAsk
from millstream.deals.web.away_views import away_of
from millstream.deals.web.forms import BidForm
from millstream.deals.web.parts import lot_of
from millstream.kernel.clock import read_now
from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import NotFound, Refusal, TooMany
from millstream.kernel.web.asking import asking_network
from millstream.kernel.web.middleware import wants_json
from millstream.kernel.wording import say
from millstream.people.acting import acting_as_of
from millstream.people.api import normalise_contact, open_guests
from millstream.people.types import GuestAsk
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

BIDS_OF_VISITOR: Final = RateLimit("bids of a visitor", per_minute=60, burst=20)
BIDS_OF_NETWORK: Final = RateLimit("bids of a network", per_minute=1_200, burst=300)


def limit_bids(visitor: UUID, network: str) -> None:
    """Refuse who bids too often."""
    wait = BIDS_OF_VISITOR.take(str(visitor)) or BIDS_OF_NETWORK.take(network)
    if wait:
        raise TooMany(retry_after=wait)


@never_cache
@require_safe
def auction(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """An auction with every bid, its receipt, and the form to bid."""
    return _auction(request, auction_id)


def _auction(
    request: HttpRequest, auction_id: UUID, refusal: Refusal | None = None, typed: BidForm | None = None
) -> HttpResponse:
    record = api.auction(auction_id)
    actor = acting_as_of(request).actor_id
    seen = shows_port().show(record.show, actor=actor)
    said = say(refusal) if refusal else None
    told = {
        "lot": lot_of(record, api.bidding(auction_id, actor)),
        "auction": record,
        "steps": list(reversed(api.steps(auction_id))),
        "seen": seen,
        "now": request.now(),  # type: ignore[attr-defined]
        "is_reachable": actor is not None,
        "refusal": said,
        "away": away_of(request, record),
        "typed": typed.data if typed else {},
        "section": "shows",
    }
    return render(request, "deals/auction.html", told, status=said.status if said else 200)


@require_POST
def bid(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """Bid up to a maximum; a program gets JSON, a reader the auction's page, with what was refused said there."""
    form = BidForm(request.POST, currency=api.auction(auction_id).currency)
    try:
        answer = _bid(request, auction_id, form)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _auction(request, auction_id, refusal, form)
    if wants_json(request):
        return JsonResponse(told_answer(answer))
    return HttpResponse(status=303, headers={"Location": f"/auctions/{auction_id}/"})


def _bid(request: HttpRequest, auction_id: UUID, form: BidForm) -> BidAnswer:
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    limit_bids(visitor, asking_network(request))
    max_minor = form.minor("max_minor", "amount")
    typed = form.read()
    acting = acting_as_of(request)
    signed_in = acting.actor.id if acting.actor else None
    ask = BidAsk(auction_id, visitor, typed["key"], max_minor, signed_in, get_language() or "")
    if acting.actor_id is None and not typed["contact"]:
        raise ContactNeeded
    with transaction.atomic():
        if acting.actor_id is None:
            kind, contact = normalise_contact(typed["contact"])
            open_guests([GuestAsk(visitor, contact, kind, typed["name"])], now=request.now())  # type: ignore[attr-defined]
        return api.place_bid(ask, now=read_now())


def told_answer(answer: BidAnswer) -> dict[str, Any]:
    """A bid's answer as JSON."""
    return asdict(answer) | {
        "auction": str(answer.auction),
        "state": answer.state.value,
        "closes_at": moment(answer.closes_at),
    }


@never_cache
@require_safe
def receipt(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """The receipt as JSON: terms, every bid, the head of the chain."""
    return JsonResponse(dict(api.receipt(auction_id)))


@never_cache
@require_safe
def prices(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Every price at which a product was offered to everybody in the last 30 days."""
    goods = for_sale([VariantId(variant_id)]).get(VariantId(variant_id))
    if goods is None:
        raise NotFound(what="variant")
    now = request.now()  # type: ignore[attr-defined]
    told = {"goods": goods, "spans": list(reversed(api.price_history(variant_id, now=now))), "section": "goods"}
    return render(request, "deals/prices.html", told)
