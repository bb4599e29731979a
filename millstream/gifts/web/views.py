"""Reaching for gifts, their receipts, and one's own coupons."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from millstream.gifts import api
from millstream.gifts.types import GiftId, GrabAsk, Grabbed
from millstream.gifts.web.people import keep_contact, key_of, shown_name, verified_key_of
from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal, TooMany
from millstream.kernel.web.asking import asking_network
from millstream.kernel.web.formats import format_money
from millstream.kernel.wording import say

GRABS: Final = RateLimit("gifts.grab", per_minute=30, burst=10)
GRABS_NETWORK: Final = RateLimit("gifts.grab_network", per_minute=1_200, burst=600)


def _now(request: HttpRequest) -> Any:
    return request.now()  # type: ignore[attr-defined]


def _limit(request: HttpRequest) -> None:
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    wait = GRABS.take(str(visitor)) or GRABS_NETWORK.take(asking_network(request))
    if wait:
        raise TooMany(retry_after=wait)


@require_POST
def grab(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Reach for a gift by a form; back to the page it came from, with what came of it."""
    _limit(request)
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    typed = request.POST.get("contact", "").strip()
    key = keep_contact(request, typed) if typed else key_of(request)
    ask = GrabAsk(GiftId(gift_id), visitor, key, shown_name(visitor), verified_key_of(request))
    answer = api.grab_gifts([ask], now=_now(request))[0]
    if request.headers.get("HX-Request") or "application/json" in request.headers.get("Accept", ""):
        return _as_json(answer)
    if isinstance(answer, Refusal):
        raise answer
    messages.success(request, said_of(answer))
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else f"/gifts/{gift_id}/")


def said_of(answer: Grabbed) -> str:
    """What reaching came to, in words."""
    if answer.won:
        amount = format_money(answer.amount_minor, answer.currency)
        return _("You have %(amount)s off: coupon %(code)s.") % {"amount": amount, "code": answer.coupon}
    return _("You are in the draw with number %(number)s.") % {"number": answer.number}


def _as_json(answer: Grabbed | Refusal) -> HttpResponse:
    if isinstance(answer, Refusal):
        said = say(answer)
        told: dict[str, object] = {"t": "refused", "code": answer.code, "text": f"{said.what} {said.next}".strip()}
        return JsonResponse(told, status=said.status)
    return JsonResponse(
        {
            "t": "grabbed",
            "gift": str(answer.gift),
            "won": answer.won,
            "text": said_of(answer),
            "amount_minor": answer.amount_minor,
            "coupon": answer.coupon,
        }
    )


@never_cache
@require_safe
def my_coupons(request: HttpRequest) -> HttpResponse:
    """The coupons that the reader can still use."""
    coupons = api.coupons_of(request.visitor, key_of(request), now=_now(request))  # type: ignore[attr-defined]
    return render(request, "gifts/mine.html", {"coupons": coupons, "section": "shows"})
