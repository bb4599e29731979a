"""Quick listing: photo, price, quantity, and it can be bought."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from millstream.kernel.ids import new_id
from millstream.kernel.money import BadAmount, to_minor
from millstream.kernel.refusals import NotFound, Refusal
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import SellerHasNotAgreed
from millstream.live.refusals.studio import HouseholdObjects
from millstream.live.types import LONGEST_TITLE, ShowRecord, ShowState
from millstream.live.types.studio import QuickListed, QuickWish, Seat
from millstream.live.web.desk import for_hosts, frame
from millstream.live.web.screen import device_of, directed_show
from millstream.shops.refusals import (
    ForeignCurrency,
    NotAPhoto,
    NothingUploaded,
    PhotoTooLarge,
    PriceNotPositive,
    QuantityNotPositive,
)
from millstream.shops.types import ShopRecord

LONGEST_QUANTITY: Final = 6
FIELDS: Final[dict[type[Refusal], str]] = {
    BadAmount: "price",
    PriceNotPositive: "price",
    ForeignCurrency: "price",
    QuantityNotPositive: "quantity",
    NotAPhoto: "photo",
    PhotoTooLarge: "photo",
    NothingUploaded: "photo",
    SellerHasNotAgreed: "shop",
    HouseholdObjects: "shop",
    NotFound: "shop",
}


def quick_context(request: HttpRequest, show: ShowRecord, *, key: str) -> dict[str, Any]:
    """The form as it is first shown, or filled with what was typed."""
    shops = api.households_of(show.host, show.id, request.now())  # type: ignore[attr-defined]
    posted = request.POST if request.resolver_match and request.resolver_match.url_name == "quick" else {}
    number = max((item.position for item in api.rundown(show.id)), default=0) + 1
    return {
        "key": posted.get("key") or key,
        "shops": shops,
        "shop": posted.get("shop") or _most_likely(shops, show),
        "currency": shops[0].currency if len({shop.currency for shop in shops}) == 1 else "",
        "title": posted.get("title", ""),
        "price": posted.get("price", ""),
        "quantity": posted.get("quantity", "1"),
        "pin": bool(posted.get("pin")) if posted else show.state is ShowState.LIVE,
        "number": number,
    }


def _most_likely(shops: Sequence[ShopRecord], show: ShowRecord) -> str:
    """The shop that is chosen beforehand: the only one, the host's own, the one listed for last; else none.

    Of many households none is guessed: what is listed is theirs.
    """
    if not shops:
        return ""
    is_known = len(shops) == 1 or shops[0].actor == show.host or bool(api.quick_listed(show.id))
    return str(shops[0].id) if is_known else ""


@require_http_methods(["GET", "POST"])
@for_hosts
def quick(request: HttpRequest, slug: str) -> HttpResponse:
    """List something now; a refusal keeps what was typed."""
    show = directed_show(request, slug)
    if request.method == "GET":
        return _page(request, show, quick_context(request, show, key=new_id().hex), 200)
    try:
        listed = _list(request, show)
    except Refusal as refusal:
        said = say(refusal)
        form = quick_context(request, show, key=new_id().hex)
        form |= {"problem": f"{said.what} {said.next}".strip(), "problem_in": FIELDS.get(type(refusal), "")}
        if request.headers.get("HX-Request"):
            answer = render(request, "live/studio/_quick_problem.html", {"quick_form": form}, status=said.status)
            answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#quick-problem", "innerHTML"
            return answer
        return _page(request, show, form, said.status)
    if not request.headers.get("HX-Request"):
        return redirect("live:go_live", slug)
    fresh = quick_context(request, show, key="") | {"key": new_id().hex, "title": "", "price": "", "quantity": "1"}
    return render(request, "live/studio/_quick.html", {"show": show, "quick_form": fresh, "listed": listed})


def _page(request: HttpRequest, show: ShowRecord, form: dict[str, Any], status: int) -> HttpResponse:
    context = {**frame(request, _("List something now"), "go_live", show), "quick_form": form}
    return render(request, "live/studio/quick.html", context, status=status)


def _list(request: HttpRequest, show: ShowRecord) -> QuickListed:
    now = request.now()  # type: ignore[attr-defined]
    shop = _shop(request, show)
    typed = request.POST.get("quantity", "").strip()
    counted = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_QUANTITY
    upload = request.FILES.get("photo")
    title = request.POST.get("title", "").strip()[:LONGEST_TITLE]
    language = "zh-hans" if (get_language() or "en").startswith("zh") else "en"
    wish = QuickWish(
        key=request.POST.get("key", ""),
        show=show.id,
        shop=shop.id,
        title={language: title} if title else {},
        price_minor=to_minor(request.POST.get("price", ""), shop.currency),
        currency=shop.currency,
        quantity=int(typed) if counted else 0,
        photo=upload.read() if upload else b"",
        photo_name=(upload.name or "") if upload else "",
        pin=bool(request.POST.get("pin")) and _may_pin(request, show),
    )
    return api.list_quickly(wish, host=show.host, now=now)


def _shop(request: HttpRequest, show: ShowRecord) -> Any:
    """The household's shop that was chosen, among those that agreed."""
    try:
        wanted = UUID(request.POST.get("shop", ""))
    except ValueError:
        raise NotFound(what="shop") from None
    known = api.households_of(show.host, show.id, request.now())  # type: ignore[attr-defined]
    found = next((shop for shop in known if shop.id == wanted), None)
    if found is None:
        raise SellerHasNotAgreed
    return found


def _may_pin(request: HttpRequest, show: ShowRecord) -> bool:
    """A filming phone lists what it shows; whether that goes on the table decides the one that directs."""
    held = api.seats(show.id, request.now()).get(Seat.DIRECTION)  # type: ignore[attr-defined]
    return show.state is ShowState.LIVE and (held is None or held.device == device_of(request).id)
