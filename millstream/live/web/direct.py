"""Directing a show: the table, prices, and which device films or directs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from millstream.kernel.money import to_minor
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.types import ShowRecord
from millstream.live.types.studio import FilmMode, FilmNote, Seat
from millstream.live.web.desk import asked_variant, for_hosts
from millstream.live.web.screen import device_of, directed_show, screen_state
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

MOST_KBIT = 100_000
LARGEST_TURN = 10**15


def _press(request: HttpRequest, slug: str, work: Callable[[ShowRecord], object]) -> HttpResponse:
    """Do what a button says; then the changed part for htmx with the refusal on it, the whole page without htmx."""
    show = directed_show(request, slug)
    if not request.headers.get("HX-Request"):
        work(show)
        return redirect("live:go_live", slug)
    refused, status = None, 200
    try:
        work(show)
    except Refusal as refusal:
        refused = say(refusal)
        status = refused.status
    state = screen_state(request, directed_show(request, slug))
    return render(request, "live/studio/_now.html", {**state, "swapped": True, "refused": refused}, status=status)


def sit_to_direct(request: HttpRequest, show: ShowRecord) -> None:
    """Whoever presses directs, unless another device does."""
    api.take_seat(show.id, Seat.DIRECTION, device_of(request), now=request.now())  # type: ignore[attr-defined]


@require_POST
@for_hosts
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a product on the table."""

    def work(show: ShowRecord) -> None:
        sit_to_direct(request, show)
        api.pin_product(show.id, asked_variant(request), host=show.host, now=request.now())  # type: ignore[attr-defined]

    return _press(request, slug, work)


@require_POST
@for_hosts
def unpin(request: HttpRequest, slug: str) -> HttpResponse:
    """Clear the table."""

    def work(show: ShowRecord) -> None:
        sit_to_direct(request, show)
        api.unpin_product(show.id, host=show.host, now=request.now())  # type: ignore[attr-defined]

    return _press(request, slug, work)


@require_POST
@for_hosts
def price(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a price that is the host's to change."""

    def work(show: ShowRecord) -> None:
        sit_to_direct(request, show)
        variant = asked_variant(request)
        goods = for_sale([VariantId(variant)]).get(VariantId(variant))
        currency = goods.currency if goods else conf().currency
        api.change_price(
            show.id,
            variant,
            price_minor=to_minor(request.POST.get("price", ""), currency),
            currency=currency,
            host=show.host,
            now=request.now(),  # type: ignore[attr-defined]
        )

    return _press(request, slug, work)


@require_POST
@for_hosts
def sit(request: HttpRequest, slug: str) -> HttpResponse:
    """Film or direct on this device; over somebody else's only by a press that saw who it was."""
    seat = Seat.CAMERA if request.POST.get("seat") == Seat.CAMERA else Seat.DIRECTION

    def work(show: ShowRecord) -> None:
        now = request.now()  # type: ignore[attr-defined]
        api.take_seat(show.id, seat, device_of(request), now=now, seen_turn=_number(request, "turn", LARGEST_TURN))

    return _press(request, slug, work)


@require_POST
@for_hosts
def rise(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a seat to whoever comes."""
    seat = Seat.CAMERA if request.POST.get("seat") == Seat.CAMERA else Seat.DIRECTION

    def work(show: ShowRecord) -> None:
        api.leave_seat(show.id, seat, device_of(request).id, now=request.now())  # type: ignore[attr-defined]

    return _press(request, slug, work)


@require_POST
@for_hosts
def beat(request: HttpRequest, slug: str) -> HttpResponse:
    """The filming device tells what it sends; 409 when another device films by now, and it is to stop."""
    show = directed_show(request, slug)
    typed = request.POST.get("mode", "")
    mode = FilmMode(typed) if typed in set(FilmMode) else FilmMode.NOTHING
    note = FilmNote(mode, _number(request, "kbit", MOST_KBIT) or 0, request.POST.get("away") == "1")
    now = request.now()  # type: ignore[attr-defined]
    device = device_of(request)
    if not api.note_filming(show.id, device.id, note, now=now):
        try:
            api.take_seat(show.id, Seat.CAMERA, device, now=now)
        except Refusal as refusal:
            return HttpResponse(say(refusal).what, status=409, content_type="text/plain; charset=utf-8")
        api.note_filming(show.id, device.id, note, now=now)
    return HttpResponse(status=204)


def _number(request: HttpRequest, field: str, most: int) -> int | None:
    typed = request.POST.get(field, "")
    return min(int(typed), most) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None  # noqa: PLR2004 - fits a bigint
