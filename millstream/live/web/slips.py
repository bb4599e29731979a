"""Settlement slips: what each household sold in a show and what of it is theirs; on a page, on paper, aloud."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.templatetags.millstream import money
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.adapters.slip_pdf import draw_slip
from millstream.live.ports import PLUGS
from millstream.live.types import ShowRecord
from millstream.live.types.after import SlipRecord
from millstream.live.web.after import after_frame, for_crew
from millstream.live.web.desk import acting
from millstream.people import api as people
from millstream.people.acting import acting_as
from millstream.people.types import ActorId, Role

for_sellers = acting_as(roles=(Role.MAKER, Role.STAFF, Role.OWNER))


def seller_frame(request: HttpRequest, title: str, here: str = "own_slips") -> dict[str, Any]:
    """The frame of what shows brought a seller: the desk's own navigation, and tabs; for views of `for_sellers`."""
    found = acting(request)
    assert found.actor is not None, "for_sellers lets nobody without an actor in"
    slips_url = reverse("live:own_slips")
    ways = [
        {"label": way.label, "url": way.url, "icon": way.icon, "current": way.url == slips_url}
        for way in PLUGS.seller_ways(found)
    ]
    tabs = [
        {"label": label, "url": reverse(f"live:{name}"), "current": name == here}
        for name, label in (("own_slips", _("Settlement slips")), ("listed", _("Listed for you")))
    ]
    return {"desk_title": title, "desk_actor": found.actor.name, "desk_nav": ways, "seller_tabs": tabs}


@require_safe
@for_crew
def slips(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """All slips of a show, for whoever sold for the households."""
    found = api.slips(show)
    names = people.actors({slip.seller for slip in found})
    rows = [
        {
            "slip": slip,
            "name": names[ActorId(slip.seller)].name,
            "url": reverse("live:slip", args=[show.slug, slip.seller]),
        }
        for slip in found
    ]
    return render(request, "live/after/slips.html", {**after_frame(request, _("Slips"), "slips", show), "rows": rows})


@require_safe
@for_crew
def slip(request: HttpRequest, show: ShowRecord, seller: UUID) -> HttpResponse:
    """One household's slip, as its host reads it to them."""
    found = api.slips_of_seller(show, seller)
    pdf_url = reverse("live:slip_pdf", args=[show.slug, seller])
    frame = after_frame(request, _("Settlement slip"), "slips", show)
    return render(request, "live/after/slip.html", {**frame, **_told(show, found, pdf_url)})


@require_safe
@for_crew
def slip_pdf(request: HttpRequest, show: ShowRecord, seller: UUID) -> HttpResponse:
    """One household's slip on paper, as wide as a till's receipt."""
    return _paper(show, api.slips_of_seller(show, seller))


@require_safe
@for_sellers
def own_slips(request: HttpRequest) -> HttpResponse:
    """The shows in which something of the acting household was sold."""
    seller = acting(request).actor
    assert seller is not None
    rows = [{"show": show, "url": reverse("live:own_slip", args=[show.slug])} for show in api.shows_sold_in(seller.id)]
    frame = seller_frame(request, _("Settlement slips"))
    return render(request, "live/after/own_slips.html", {**frame, "rows": rows})


@require_safe
@for_sellers
def own_slip(request: HttpRequest, slug: str) -> HttpResponse:
    """The acting household's slip of a show."""
    seller = acting(request).actor
    assert seller is not None
    show = api.show_by_slug(slug)
    found = api.slips_of_seller(show, seller.id)
    frame = {**seller_frame(request, _("Settlement slip")), "show": show}
    told = _told(show, found, reverse("live:own_slip_pdf", args=[slug]))
    return render(request, "live/after/slip.html", {**frame, **told})


@require_safe
@for_sellers
def own_slip_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The acting household's slip on paper."""
    seller = acting(request).actor
    assert seller is not None
    show = api.show_by_slug(slug)
    return _paper(show, api.slips_of_seller(show, seller.id))


def _told(show: ShowRecord, found: list[SlipRecord], pdf_url: str) -> dict[str, Any]:
    name = people.actor(found[0].seller).name
    return {
        "show": show,
        "slips": found,
        "name": name,
        "host": people.actor(show.host).name,
        "pdf_url": pdf_url,
        "spoken": " ".join(spoken(show, slip, localised(name)) for slip in found),
        "spoken_language": "zh-CN" if (get_language() or "").startswith("zh") else "en",
    }


def spoken(show: ShowRecord, slip: SlipRecord, name: str) -> str:
    """The slip as somebody would read it out."""
    sentences = [
        _("Settlement for {name}, from the show {show}.").format(name=name, show=localised(show.title)),
        *(_spoken_line(line, slip.currency) for line in slip.lines),
        _("Sold for {sold}. Your part is {share}.").format(
            sold=money(slip.goods_minor, slip.currency), share=money(slip.share_minor, slip.currency)
        ),
    ]
    if slip.given_back_minor:
        sentences.append(
            _("Of it {back} went back to buyers.").format(back=money(slip.given_back_minor, slip.currency))
        )
    sentences.append(
        _("You get {due}; {now} of it is due already.").format(
            due=money(slip.due_minor, slip.currency), now=money(slip.due_now_minor, slip.currency)
        )
    )
    return " ".join(sentences)


def _spoken_line(line: Any, currency: str) -> str:
    told = {"units": line.quantity, "title": localised(line.title), "sold": money(line.goods_minor, currency)}
    told["share"] = money(line.due_minor, currency)
    text: str = ngettext(
        "{units} piece of {title} for {sold}: {share} for you.",
        "{units} pieces of {title} for {sold}: {share} for you.",
        line.quantity,
    )
    return text.format(**told)


def _paper(show: ShowRecord, found: list[SlipRecord]) -> HttpResponse:
    name = localised(people.actor(found[0].seller).name)
    host = localised(people.actor(show.host).name)
    day = localtime(show.ended_at or show.starts_at).date().isoformat()
    content = draw_slip(show, found, name=name, host=host, day=day)
    headers = {"Content-Disposition": f'inline; filename="{show.slug}-slip.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
