"""The replay of a show: its recording with chapters, clips of its products, and buying that goes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.live import api
from millstream.live.rules import buy_url, product_url
from millstream.live.rules.after import is_robot
from millstream.live.types import ShowRecord, ShowState
from millstream.live.types.after import ProductClipRecord
from millstream.live.web.room_page import Goods, goods_of, rundown_rows, shape_of
from millstream.media import api as media
from millstream.people import api as people
from millstream.people.acting import acting_as_of
from millstream.shops.types import VariantId


@require_safe
def replay_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The recording with its chapters; its products still sell."""
    show = api.show_by_slug(slug)
    if show.state is not ShowState.ENDED:
        return redirect("live:show", slug)
    note_visit(request, show)
    stream = media.stream(show.stream)
    recording = media.recording_of(show.stream)
    goods = goods_of(show)
    clips = api.product_clips(show.id)
    acting = acting_as_of(request)
    context = {
        "section": "shows",
        "show": show,
        "host": people.actor(show.host),
        "recording": recording,
        "was_deleted": recording is None and _was_deleted(show),
        "src": media.playback_of(stream).replay or "",
        "shape": shape_of(stream),
        "tracks": _tracks(show),
        "start_at": whole(request.GET.get("t"), most=recording.duration_ms // 1000 if recording else 0),
        "chapters": _chapters(show, goods, clips) if recording else [],
        "clips": _shelf(goods, clips),
        "rundown": [row for row in rundown_rows(show, goods) if row["state"] == "next" or not recording],
        "answers_for_it": acting.is_operator or api.may_direct(show, acting.actor_id),
    }
    return render(request, "live/replay.html", context)


def note_visit(request: HttpRequest, show: ShowRecord) -> None:
    """Count a browser that opened the show, unless it says that it is a robot."""
    if request.method == "GET" and not is_robot(request.headers.get("User-Agent", "")):
        api.note_visit(show.id, request.visitor)  # type: ignore[attr-defined]


def _shelf(goods: Goods, clips: list[ProductClipRecord]) -> list[dict[str, Any]]:
    """The clips that can be played, with what they are about."""
    known = {variant: found.title for variant, found in goods.known.items()}
    return [{"clip": clip, "title": known.get(VariantId(clip.variant), "")} for clip in clips if clip.clip.ready]


def _was_deleted(show: ShowRecord) -> bool:
    kept = media.kept(show.stream)
    return kept is not None and kept.deleted_at is not None


def _tracks(show: ShowRecord) -> list[dict[str, str]]:
    """The captions of a show for its player, if the host gave any."""
    if not api.has_captions(show.id):
        return []
    src = reverse("live:captions", args=[show.slug])
    return [{"src": src, "lang": get_language() or "en", "label": _("Captions")}]


def _chapters(show: ShowRecord, goods: Goods, clips: list[ProductClipRecord]) -> list[dict[str, Any]]:
    """What was explained when, with a still of that moment where a clip was cut; withdrawn goods are left out."""
    stills = {(clip.variant, clip.pinned_at): clip.clip.poster for clip in clips if clip.clip.ready}
    chapters = []
    for chapter in api.chapters(show):
        found = goods.known.get(VariantId(chapter.variant))
        if found is not None:
            chapters.append(
                {
                    "seconds": chapter.offset_seconds,
                    "clock": clock(chapter.offset_seconds),
                    "title": found.title,
                    "image": found.image,
                    "still": stills.get((chapter.variant, chapter.at), ""),
                    "price_minor": found.price_minor,
                    "currency": found.currency,
                    "left": found.left,
                    "url": product_url(found),
                    "buy_url": buy_url(chapter.variant, show.id),
                }
            )
    return chapters


def clock(seconds: int) -> str:
    """A place in a recording as players write it."""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def whole(text: str | None, *, most: int) -> int:
    """A whole number that somebody put into an address; 0 for anything else."""
    return min(int(text), most) if text and text.isascii() and text.isdigit() and len(text) < 17 else 0  # noqa: PLR2004
