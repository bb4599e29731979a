"""What hosts listed for a household during their shows: seen, taken off sale, objected to."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import NotFound, Refusal, TooMany
from millstream.kernel.texts import both, localised
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.types.studio import HOUSEHOLD_TOPIC, ListedFor
from millstream.live.web.desk import acting, now_of
from millstream.live.web.slips import for_sellers, seller_frame
from millstream.notices import api as notices
from millstream.notices.types import AskState, PushAddress, Wish
from millstream.people import api as people
from millstream.people.types import ActorId, ActorRecord
from millstream.shops import api as shops
from millstream.shops.types import ForSale, ProductId, VariantId

IMAGE_WIDTH: Final = 320
BY_VISITOR: Final = RateLimit("household reminders by visitor", per_minute=10, burst=10)


def household_of(request: HttpRequest) -> ActorRecord:
    """The household that acts; for views of `for_sellers`."""
    found = acting(request).actor
    assert found is not None, "for_sellers lets nobody without an actor in"
    return found


@require_safe
@for_sellers
def listed(request: HttpRequest) -> HttpResponse:
    """What hosts listed for the acting household, the newest first; who may; how it is told."""
    household = household_of(request)
    found = api.listed_for(household.id)
    objected = api.objections_of(household.id)
    shows = {show_id: api.show(show_id) for show_id in {item.show for item in found}}
    hosts = people.actors({show.host for show in shows.values()} | objected)
    goods = shops.for_sale([VariantId(item.variant) for item in found])
    rows = []
    for item in found:
        show = shows[item.show]
        row = _row(item, goods.get(VariantId(item.variant)), household.id)
        rows.append({**row, "item": item, "show": show, "host": hosts[ActorId(show.host)].name})
    context = {
        **seller_frame(request, _("Listed for you"), "listed"),
        "rows": rows,
        "hosts": [{"id": host, "name": hosts[host].name, "objected": host in objected} for host in hosts],
        "push_key": notices.public_key(),
        "wishes": notices.wishes_of(request.visitor, HOUSEHOLD_TOPIC, household.id),  # type: ignore[attr-defined]
    }
    return render(request, "live/listed.html", context)


def _row(item: ListedFor, goods: ForSale | None, household: ActorId) -> dict[str, Any]:
    """What a line shows: the goods as they are on sale, or as they were when they are not any more."""
    if goods is not None:
        told = {"title": goods.title, "image": goods.image, "price_minor": goods.price_minor, "left": goods.left}
        return {**told, "currency": goods.currency, "on_sale": True}
    kept = shops.own_product(ProductId(item.product), household)
    front = kept.photos[0].picture if kept.photos else None
    image = shops.picture_url(front.key, front.widths, IMAGE_WIDTH) if front else ""
    told = {"title": kept.title, "image": image, "price_minor": kept.lowest_minor, "left": kept.left}
    return {**told, "currency": kept.shop.currency, "on_sale": False}


@require_POST
@for_sellers
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take one thing off sale, at once: nobody can buy it any more; what was bought goes on."""
    household = household_of(request)
    product = shops.own_product(ProductId(_asked(request, "product")), household.id)
    shops.withdraw_product(product.id, by=household.id, now=now_of(request))
    told = _("“{title}” is off sale. What was bought before goes on.")
    messages.success(request, told.format(title=localised(product.title)))
    return redirect("live:listed")


@require_POST
@for_sellers
def allow(request: HttpRequest) -> HttpResponse:
    """Say whether a host may list for the household."""
    household, host = household_of(request), people.actor(_asked(request, "host"))
    name = localised(host.name)
    if request.POST.get("may") == "yes":
        api.allow_listing(household.id, host.id, now=now_of(request))
        messages.success(request, _("{host} may list for you again.").format(host=name))
    else:
        api.object_to_listing(household.id, host.id, now=now_of(request))
        messages.success(request, _("{host} lists nothing more for you.").format(host=name))
    return redirect("live:listed")


@require_POST
@for_sellers
def tell_here(request: HttpRequest) -> HttpResponse:
    """Tell this browser of what is listed, by push."""
    household = household_of(request)
    _limit(request)
    push = PushAddress(*(request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")))
    wish = Wish(
        topic=HOUSEHOLD_TOPIC,
        subject=household.id,
        address=push,
        language=get_language() or "en",
        visitor=request.visitor,  # type: ignore[attr-defined]
        actor=household.id,
    )
    try:
        notices.ask_to_be_told(wish, about=both("Listed for you", "替您上架的商品"), now=now_of(request))
    except Refusal as refusal:
        said = say(refusal)
        return JsonResponse({"code": said.code, "what": said.what, "next": said.next}, status=said.status)
    return JsonResponse({"state": AskState.ACTIVE.value, "text": _("This browser tells you.")})


@require_POST
@for_sellers
def tell_no_more(request: HttpRequest) -> HttpResponse:
    """Tell this browser no more."""
    household = household_of(request)
    _limit(request)
    now, endpoint = now_of(request), request.POST.get("endpoint", "")
    if endpoint:
        notices.end_push(endpoint, topic=HOUSEHOLD_TOPIC, subject=household.id, now=now)
    for wish in notices.wishes_of(request.visitor, HOUSEHOLD_TOPIC, household.id):  # type: ignore[attr-defined]
        if not endpoint:
            notices.end_wish(wish.id, now=now)
    told = _("This browser does not tell you any more.")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"state": AskState.STOPPED.value, "text": told})
    messages.success(request, told)
    return redirect("live:listed")


def _limit(request: HttpRequest) -> None:
    wait = BY_VISITOR.take(str(request.visitor))  # type: ignore[attr-defined]
    if wait:
        raise TooMany(retry_after=wait)


def _asked(request: HttpRequest, what: str) -> UUID:
    try:
        return UUID(request.POST.get(what, ""))
    except ValueError:
        raise NotFound(what=what) from None
