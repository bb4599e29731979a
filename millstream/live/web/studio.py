"""The host's studio: own shows, rundown, going live, pinning, watching orders come in."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import NotForSale, NotYourShow, StartsInThePast
from millstream.live.room.server import viewers_of
from millstream.live.rules import doors_open_at, is_gop_too_long, takes_picture
from millstream.live.types import ShowPlan, ShowRecord, ShowState
from millstream.live.web.forms import ShowForm
from millstream.live.web.room_page import goods_of, pin_of, player, rundown_rows, socket_path, speaker
from millstream.media import api as media
from millstream.media.types import StreamState
from millstream.people.acting import Acting, acting_as
from millstream.people.types import Role
from millstream.shops import api as shops
from millstream.shops.types import ProductRecord, ShelfAsk, ShopId

TALK_SHOWN: Final = 12
SHELF_SIZE: Final = 24
MOST_SHOPS: Final = 20
POSTER_WIDTH: Final = 1280

SOURCES: Final = {"rtmp": _l("your camera program"), "whip": _l("a browser"), "scene": _l("the drawn scene")}

type View = Callable[..., HttpResponse]

for_hosts = acting_as(roles=(Role.HOST, Role.OWNER))


def _acting(request: HttpRequest) -> Acting:
    acting: Acting = request.acting  # type: ignore[attr-defined]
    return acting


def _host(request: HttpRequest) -> UUID:
    actor = _acting(request).actor
    assert actor is not None, "for_hosts lets nobody without an actor in"
    return actor.id


def _own(request: HttpRequest, slug: str) -> ShowRecord:
    """The show at this address, if it is the acting host's."""
    show = api.show_by_slug(slug)
    if show.host != _host(request):
        raise NotYourShow
    return show


def _frame(request: HttpRequest, title: str, here: str, show: ShowRecord | None = None) -> dict[str, Any]:
    """What the desk's frame needs: its title and its ways."""
    ways = [{"label": _("My shows"), "url": reverse("live:studio"), "icon": "home", "current": here == "today"}]
    if show is not None:
        for name, label, icon in (("rundown", _("Rundown"), "list"), ("go_live", _("Go live"), "live")):
            url = reverse(f"live:{name}", args=[show.slug])
            ways.append({"label": label, "url": url, "icon": icon, "current": here == name})
    else:
        url = reverse("live:plan")
        ways.append({"label": _("Plan a show"), "url": url, "icon": "plus", "current": here == "plan"})
    actor = _acting(request).actor
    return {"desk_title": title, "desk_actor": actor.name if actor else "", "desk_nav": ways, "show": show}


@require_safe
@for_hosts
def today(request: HttpRequest) -> HttpResponse:
    """The host's shows: what is on, what comes next, what is over and what it sold."""
    return _today_page(request, "")


def _today_page(request: HttpRequest, fresh_key: str) -> HttpResponse:
    shows = api.shows_of(_host(request))
    sold = api.tallies([show.id for show in shows])
    rows = [(show, sold.get(show.id)) for show in shows]
    over = (ShowState.ENDED, ShowState.CANCELLED)
    context = {
        **_frame(request, _("My shows"), "today"),
        "live": [{"show": show, "tally": tally} for show, tally in rows if show.state is ShowState.LIVE],
        "planned": [{"show": show} for show, _tally in reversed(rows) if show.state is ShowState.PLANNED],
        "past": [{"show": show, "tally": tally} for show, tally in rows if show.state in over],
        "key": media.key_of(_host(request)),
        "fresh_key": fresh_key,
        "ingest": conf().rtmp_origin,
    }
    return render(request, "live/studio/today.html", context)


@require_http_methods(["GET", "POST"])
@for_hosts
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a show."""
    now = request.now()  # type: ignore[attr-defined]
    form = ShowForm(request.POST, request.FILES) if request.method == "POST" else ShowForm.fresh(now)
    if request.method == "POST" and form.is_valid():
        try:
            wanted = ShowPlan(
                host=_host(request),
                title=form.title(),
                story=form.story(),
                starts_at=form.cleaned_data["starts_at"],
                poster=_poster(form) or "",
            )
            show = api.plan_show(wanted, now=now)
        except Refusal as refusal:
            form.add_error(_field_of(refusal), say(refusal).what)
        else:
            messages.success(request, _("The show is planned. Now put goods into its rundown."))
            return redirect("live:rundown", show.slug)
    context = {**_frame(request, _("Plan a show"), "plan"), "form": form}
    return render(request, "live/studio/plan.html", context, status=422 if form.errors else 200)


def _poster(form: ShowForm) -> str | None:
    """The address of the uploaded poster, sniffed and drawn anew; None when there is none; refuses what is no photo."""
    upload = form.cleaned_data["poster"]
    if upload is None:
        return None
    kept = shops.keep_picture(upload.read(), picture_id=new_id(), name=upload.name)
    return shops.picture_url(kept.key, kept.widths, POSTER_WIDTH)


def _field_of(refusal: Refusal) -> str:
    return "starts_at" if isinstance(refusal, StartsInThePast) else "poster"


@require_safe
@for_hosts
def rundown(request: HttpRequest, slug: str) -> HttpResponse:
    """The products of a show in their order, and what the show is called."""
    return _rundown_page(request, _own(request, slug), None)


def _rundown_page(request: HttpRequest, show: ShowRecord, form: ShowForm | None) -> HttpResponse:
    rows = rundown_rows(show, goods_of(show))
    context = {
        **_frame(request, _("Rundown"), "rundown", show),
        "rows": rows,
        "form": form or ShowForm.of(show),
        "changeable": show.state in (ShowState.PLANNED, ShowState.LIVE),
    }
    return render(request, "live/studio/rundown.html", context, status=422 if form and form.errors else 200)


@require_POST
@for_hosts
def details(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what a show is called and when it starts."""
    show = _own(request, slug)
    form = ShowForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            api.change_show(
                show.id,
                host=_host(request),
                title=form.title(),
                story=form.story(),
                starts_at=form.cleaned_data["starts_at"],
                now=request.now(),  # type: ignore[attr-defined]
                poster=_poster(form),
            )
        except Refusal as refusal:
            form.add_error(_field_of(refusal), say(refusal).what)
        else:
            messages.success(request, _("Saved."))
            return redirect("live:rundown", slug)
    return _rundown_page(request, show, form)


@require_http_methods(["GET", "POST"])
@for_hosts
def goods(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose goods of sellers who agreed, and add them; a product with several forms asks which one."""
    show = _own(request, slug)
    chosen: ProductRecord | None = None
    if request.method == "POST":
        chosen = shops.product(request.POST.get("product", ""))
        offered = [variant for variant in chosen.variants if variant.is_offered]
        if request.POST.get("variant"):
            offered = [variant for variant in offered if str(variant.id) == request.POST["variant"]]
        if not offered:
            raise NotForSale
        if len(offered) == 1:
            _add(request, show, offered[0].id)
            return redirect("live:goods", slug)
    context = {
        **_frame(request, _("Add goods"), "rundown", show),
        "chosen": chosen,
        "items": [] if chosen else _shelf(request),
        "words": request.GET.get("words", ""),
        "there": {row["url"] for row in rundown_rows(show, goods_of(show))},
    }
    return render(request, "live/studio/goods.html", context)


def _add(request: HttpRequest, show: ShowRecord, variant: UUID) -> None:
    try:
        api.add_to_rundown(show.id, variant, host=_host(request), now=request.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        said = say(refusal)
        messages.error(request, f"{said.what} {said.next}".strip())
    else:
        messages.success(request, _("Added to the rundown."))


def _shelf(request: HttpRequest) -> list[Any]:
    """Listed goods of the sellers who agreed that this host shows them."""
    words = request.GET.get("words", "")[:100]
    agreed = api.agreement_of(_host(request), request.now())  # type: ignore[attr-defined]
    if agreed.every_seller:
        return list(shops.shelf(ShelfAsk(words=words, size=SHELF_SIZE)).items)
    counters = [shop for seller in sorted(agreed.sellers) for shop in shops.shops_of(seller)]
    return [
        item
        for shop in counters[:MOST_SHOPS]
        for item in shops.shelf(ShelfAsk(words=words, shop_id=ShopId(shop.id), size=SHELF_SIZE)).items
    ]


@require_POST
@for_hosts
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Order the rundown by the numbers typed beside its products, and keep the notes."""
    show = _own(request, slug)
    wanted, notes = {}, {}
    for item in api.rundown(show.id):
        typed = request.POST.get(f"position-{item.variant}", "")
        if typed.isascii() and typed.isdigit() and len(typed) < 5:  # noqa: PLR2004 - a rundown has two digits
            wanted[item.variant] = int(typed)
        notes[item.variant] = request.POST.get(f"note-{item.variant}", item.note)
    api.order_rundown(show.id, wanted, host=_host(request), notes=notes)
    messages.success(request, _("Saved."))
    return redirect("live:rundown", slug)


@require_POST
@for_hosts
def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a product out of the rundown."""
    show = _own(request, slug)
    api.take_from_rundown(show.id, _variant(request), host=_host(request))
    return redirect("live:rundown", slug)


def _variant(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("variant", ""))
    except ValueError:
        raise NotForSale from None


@require_safe
@for_hosts
def go_live(request: HttpRequest, slug: str) -> HttpResponse:
    """The host's screen during a show: picture, health, goods to pin, orders, talk."""
    return _go_live_page(request, _own(request, slug), "")


def _go_live_page(request: HttpRequest, show: ShowRecord, fresh_key: str) -> HttpResponse:
    by = speaker(request, show, set())
    stream = media.stream(show.stream)
    now_at = request.now()  # type: ignore[attr-defined]
    context = {
        **_frame(request, _("Go live"), "go_live", show),
        **_state(request, show),
        "player": player(stream, show),
        "viewers": viewers_of(show.room),
        "speaks_as": by,
        "socket": socket_path(show, by),
        "key": media.key_of(_host(request)),
        "fresh_key": fresh_key,
        "ingest": conf().rtmp_origin,
        "opens": takes_picture(show.state, show.starts_at, now_at),
        "opens_at": doors_open_at(show.starts_at),
        "room_url": reverse("live:show", args=[show.slug]),
    }
    return render(request, "live/studio/live.html", context)


@require_safe
@for_hosts
def now(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the host's screen that changes, for its updates every two seconds."""
    show = _own(request, slug)
    return render(request, "live/studio/_now.html", {**_state(request, show), "show": show})


def _state(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """What changes during a show."""
    goods = goods_of(show)
    health = media.health(show.stream, now=request.now())  # type: ignore[attr-defined]
    return {
        "state": show.state.value,
        "pin": pin_of(show, goods),
        "rows": rundown_rows(show, goods),
        "health": health,
        "has_picture": health.state is StreamState.LIVE,
        "source": SOURCES.get(health.source, health.source),
        "gop_too_long": is_gop_too_long(health.gop_ms),
        "clock_jumps": health.clock_jumps,
        "gop_seconds": round((health.gop_ms or 0) / 1000, 1),
        "tally": api.tally(show.id),
        "talk": reversed(api.talk(show.id, TALK_SHOWN)),
    }


def _answer(request: HttpRequest, slug: str) -> HttpResponse:
    """After a press: the changed part for htmx, the whole page without it."""
    if request.headers.get("HX-Request"):
        show = _own(request, slug)
        return render(request, "live/studio/_now.html", {**_state(request, show), "show": show})
    return redirect("live:go_live", slug)


@require_POST
@for_hosts
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a product on the table."""
    show = _own(request, slug)
    api.pin_product(show.id, _variant(request), host=_host(request), now=request.now())  # type: ignore[attr-defined]
    return _answer(request, slug)


@require_POST
@for_hosts
def unpin(request: HttpRequest, slug: str) -> HttpResponse:
    """Clear the table."""
    show = _own(request, slug)
    api.unpin_product(show.id, host=_host(request), now=request.now())  # type: ignore[attr-defined]
    return _answer(request, slug)


@require_POST
@for_hosts
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the doors."""
    show = _own(request, slug)
    api.start_show(show.id, host=_host(request), now=request.now())  # type: ignore[attr-defined]
    return redirect("live:go_live", slug)


@require_POST
@for_hosts
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """Close the doors; the replay is there at once."""
    show = _own(request, slug)
    api.end_show(show.id, host=_host(request), now=request.now())  # type: ignore[attr-defined]
    messages.success(request, _("The show is over. Its replay goes on selling."))
    return redirect("live:studio")


@require_POST
@for_hosts
def issue_key(request: HttpRequest) -> HttpResponse:
    """Make a new stream key and show it on the answering page: once, since it is kept nowhere.

    The key before works no more.
    """
    slug = request.POST.get("show", "")
    show = _own(request, slug) if slug else None
    key = media.issue_key(_host(request), now=request.now())  # type: ignore[attr-defined]
    answer = _go_live_page(request, show, key) if show else _today_page(request, key)
    answer.headers["Cache-Control"] = "no-store"
    return answer
