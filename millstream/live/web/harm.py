"""Reporting a show, one of its products, a line of its chat, or a product on its own page; without a script too."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import TooMany
from millstream.kernel.web.asking import asking_network
from millstream.live import api
from millstream.live.queries.later_talk import line
from millstream.live.refusals import NotForSale
from millstream.live.types import ShowRecord
from millstream.live.types.talk import Reason
from millstream.live.web.reasons import REASONS
from millstream.live.web.room_ids import message_id
from millstream.shops import api as shops
from millstream.shops.types import VariantId

REPORT = RateLimit("live.report", per_minute=6, burst=6)
REPORT_NETWORK = RateLimit("live.report_network", per_minute=60, burst=60)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a show, one of its products or a message in it before those who keep order."""
    show = api.show_by_slug(slug)
    back = reverse("live:show", args=[slug])
    variant, message = _told_id(request, "variant"), _told_id(request, "message")
    if request.method == "POST":
        return _take(request, show, variant=variant, message=message, back=back)
    said = line(show.id, message) if message else None
    found = shops.for_sale([VariantId(variant)]).get(VariantId(variant)) if variant else None
    product = {"title": found.title, "image": found.image} if found else None
    return _form(
        request, back, {"show": show, "variant": variant, "message": message, "said": said, "product": product}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def report_product(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a product before the platform's operator, from its own page."""
    product = shops.product(slug)
    variant = product.variants[0].id if product.variants else None
    if variant is None:
        raise NotForSale
    back = f"/products/{slug}/"
    if request.method == "POST":
        return _take(request, None, variant=variant, message=None, back=back)
    found = shops.for_sale([variant]).get(variant)
    shown = {"title": product.title, "image": found.image if found else ""}
    return _form(request, back, {"product": shown})


def _take(
    request: HttpRequest, show: ShowRecord | None, *, variant: UUID | None, message: UUID | None, back: str
) -> HttpResponse:
    """Keep the report, unless somebody reports without end."""
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    wait = REPORT.take(str(visitor)) or REPORT_NETWORK.take(asking_network(request))
    if wait:
        raise TooMany(retry_after=wait)
    api.report_harm(
        show.id if show else None,
        visitor=visitor,
        reason=_reason(request),
        text=request.POST.get("text", ""),
        variant=variant,
        message=message,
        now=request.now(),  # type: ignore[attr-defined]
    )
    if request.headers.get("HX-Target") == "sheet":
        return render(request, "live/moderation/_reported.html", {})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.success(request, _("Thank you. Somebody will look at it."))
    return redirect(back)


def _form(request: HttpRequest, back: str, context: dict[str, Any]) -> HttpResponse:
    reasons = [(reason.value, words) for reason, words in REASONS.items()]
    in_sheet = request.headers.get("HX-Target") == "sheet"
    told = {"reasons": reasons, "back": back, "in_sheet": in_sheet, **context}
    return render(request, "live/moderation/report.html", told)


def _reason(request: HttpRequest) -> Reason:
    wanted = request.POST.get("reason", "")
    return Reason(wanted) if wanted in set(Reason) else Reason.OTHER


def _told_id(request: HttpRequest, field: str) -> UUID | None:
    """The id that a form or an address names; None for none, and for nonsense."""
    return message_id((request.POST if request.method == "POST" else request.GET).get(field, ""))
