"""For bidders who are away: how they are told, and the page behind the winner's link."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from millstream.deals import api
from millstream.deals.actions.tell_bidders import ABOUT
from millstream.deals.adapters.lot_links import read_lot
from millstream.deals.refusals import ContactNeeded, LotGone
from millstream.deals.types import BIDS_TOPIC, AuctionRecord, AuctionState
from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal, TooMany
from millstream.kernel.web.asking import asking_network
from millstream.kernel.web.middleware import wants_json
from millstream.kernel.wording import say
from millstream.notices import api as notices
from millstream.notices.types import AskRecord, AskState, PushAddress, Wish
from millstream.people import api as people
from millstream.people.acting import acting_as_of

LONGEST_ADDRESS: Final = 254
BY_VISITOR: Final = RateLimit("bids told by visitor", per_minute=10, burst=10)
BY_NETWORK: Final = RateLimit("bids told by network", per_minute=120, burst=120)


def away_of(request: HttpRequest, auction: AuctionRecord) -> dict[str, Any] | None:
    """How the reader is told of bids while away; None for who has none here, or when there is nothing to come."""
    actor = acting_as_of(request).actor_id
    going = auction.state in (AuctionState.OPEN, AuctionState.WON)
    if actor is None or not going or api.bidding(auction.id, actor) is None:
        return None
    wishes = _own_wishes(request, actor)
    return {
        "wishes": [{"id": wish.id, "text": words_of(wish), "waits": _waits(wish)} for wish in wishes],
        "push_key": notices.public_key(),
    }


def _own_wishes(request: HttpRequest, actor: UUID) -> list[AskRecord]:
    return notices.wishes_of(request.visitor, BIDS_TOPIC, actor)  # type: ignore[attr-defined]


def _waits(wish: AskRecord) -> bool:
    return wish.state is AskState.UNCONFIRMED


def words_of(wish: AskRecord) -> str:
    """What we say about a wish to be told of bids."""
    if _waits(wish):
        return _("We wrote to {address}. Open the letter and say yes, then we tell you.").format(address=wish.address)
    if wish.address:
        return _("We tell you at {address}.").format(address=wish.address)
    return _("This browser tells you.")


@require_POST
def tell(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """Tell a bidder who goes away: by a typed address, or by this browser."""
    actor = _bidder(request, auction_id)
    try:
        asked = notices.ask_to_be_told(_wish(request, actor), about=ABOUT, now=request.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        said = say(refusal)
        if wants_json(request):
            return JsonResponse({"code": said.code, "what": said.what, "next": said.next}, status=said.status)
        messages.error(request, f"{said.what} {said.next}".strip())
        return redirect("deals:auction", auction_id)
    return _answer(request, auction_id, asked.state, words_of(asked))


@require_POST
def tell_no_more(request: HttpRequest, auction_id: UUID) -> HttpResponse:
    """Tell this browser no more, or an address that it asked for."""
    actor = _bidder(request, auction_id)
    now, endpoint = request.now(), request.POST.get("endpoint", "")  # type: ignore[attr-defined]
    if endpoint:
        notices.end_push(endpoint, topic=BIDS_TOPIC, subject=actor, now=now)
    for wish in _own_wishes(request, actor):
        if str(wish.id) == request.POST.get("wish"):
            notices.end_wish(wish.id, now=now)
    return _answer(request, auction_id, AskState.STOPPED, _("We do not tell you any more."))


def _bidder(request: HttpRequest, auction_id: UUID) -> UUID:
    """Who asks, if it has bid here."""
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    wait = BY_VISITOR.take(str(visitor)) or BY_NETWORK.take(asking_network(request))
    if wait:
        raise TooMany(retry_after=wait)
    actor = acting_as_of(request).actor_id
    if actor is None or api.bidding(api.auction(auction_id).id, actor) is None:
        raise ContactNeeded
    return actor


def _wish(request: HttpRequest, actor: UUID) -> Wish:
    """The wish of a form; an address that its owner signs in with is proved already."""
    acting = acting_as_of(request)
    told: dict[str, Any] = {"topic": BIDS_TOPIC, "subject": actor, "actor": actor, "visitor": acting.visitor}
    told["language"] = get_language() or "en"
    if request.POST.get("endpoint"):
        push = PushAddress(*(request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")))
        return Wish(address=push, **told)
    typed = request.POST.get("address", "").strip()[:LONGEST_ADDRESS]
    user = people.user(acting.user_id) if acting.user_id else None
    return Wish(address=typed, is_proved=bool(user and user.email and user.email == typed.lower()), **told)


def _answer(request: HttpRequest, auction_id: UUID, state: AskState, text: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"state": state.value, "text": text})
    messages.success(request, text)
    return redirect("deals:auction", auction_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lot(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the winner's link: the buy sheet in a browser of theirs; in any other, one press before it.

    Opening the link changes nothing, since mail programs open links by themselves.
    """
    auction_id, winner = read_lot(token)
    now = request.now()  # type: ignore[attr-defined]
    won = api.lot_of_winner(auction_id, winner, now=now)
    if won is None:
        if request.method == "POST":
            raise LotGone
        return render(request, "deals/lot.html", {"auction": api.auction(auction_id), "section": "shows"}, status=410)
    if request.method == "POST":
        api.take_lot(auction_id, winner, visitor=request.visitor, now=now)  # type: ignore[attr-defined]
    elif acting_as_of(request).actor_id != winner:
        return render(request, "deals/lot.html", {"auction": won, "is_theirs": True, "section": "shows"})
    return redirect(f"{reverse('orders:buy', args=[won.variant])}?show={won.show}")
