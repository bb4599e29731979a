"""The poster of a show as a file: A4 to print, a picture for a phone's story, its QR code alone."""

import io

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone_name, localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.live import api
from millstream.live.adapters.poster_content import PosterContent
from millstream.live.adapters.poster_pdf import draw_poster
from millstream.live.adapters.poster_png import draw_story
from millstream.live.types import ShowRecord
from millstream.live.web.forms import zone_label
from millstream.live.web.room_page import goods_of, rundown_rows
from millstream.people import api as people

MOST_GOODS = 6
KEPT_SECONDS = 60


def show_url(show: ShowRecord) -> str:
    """The whole address of a show's page."""
    return f"{conf().public_origin}{reverse('live:show', args=[show.slug])}"


def _content(show: ShowRecord) -> PosterContent:
    """What stands on the poster, in the reader's language."""
    host, at = people.actor(show.host), localtime(show.starts_at)
    zone, url = get_default_timezone_name(), show_url(show)
    rows = rundown_rows(show, goods_of(show))
    pictures = [row["image"] for row in rows if row["image"]]
    return PosterContent(
        eyebrow=_("Live on Millstream"),
        title=localised(show.title),
        when=date_format(at, "l, j F Y") if get_language() != "zh-hans" else date_format(at, "Y年n月j日 l"),
        clock=f"{at:%H:%M}",
        where=zone_label(zone, show.starts_at),
        host=_("with {host}").format(host=localised(host.name)),
        story=localised(show.story),
        scan=_("Scan to watch and buy"),
        link=url,
        shown_link=url.partition("//")[2],
        picture=show.poster or (pictures[0] if pictures else ""),
        goods=pictures[:MOST_GOODS],
    )


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": f"max-age={KEPT_SECONDS}"}
    return HttpResponse(content, content_type=kind, headers=headers)


@require_safe
def pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster on A4."""
    return _file(draw_poster(_content(api.show_by_slug(slug))), "application/pdf", f"{slug}.pdf")


@require_safe
def png(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster as a phone's story, 9:16."""
    return _file(draw_story(_content(api.show_by_slug(slug))), "image/png", f"{slug}.png")


@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """The QR code of a show's page."""
    out = io.BytesIO()
    segno.make_qr(show_url(api.show_by_slug(slug)), error="m").save(out, kind="svg", border=3, light="#ffffff")
    return _file(out.getvalue(), "image/svg+xml", f"{slug}.svg")
