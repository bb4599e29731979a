"""The host's page after a show: its clips, its recording, how long it stays, downloading it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import NotYourShow
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.desk import now_of
from millstream.media import api as media
from millstream.people.acting import acting_as_of
from millstream.shops.api import for_sale
from millstream.shops.types import VariantId

type ShowView = Callable[..., HttpResponseBase]


def for_crew(view: ShowView) -> Callable[..., HttpResponseBase]:
    """Let the host, co-hosts and the operator past, with the show; strangers sign in first."""
    return _guard(view, api.may_direct)


def for_owner(view: ShowView) -> Callable[..., HttpResponseBase]:
    """Let the host and the operator past, with the show."""
    return _guard(view, lambda show, actor: actor == show.host)


def _guard(view: ShowView, may: Callable[[ShowRecord, UUID | None], bool]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        acting = acting_as_of(request)
        if acting.user_id is None:
            return redirect_to_login(request.get_full_path())
        show = api.show_by_slug(slug)
        if not acting.is_operator and not may(show, acting.actor.id if acting.actor else None):
            raise NotYourShow
        request.acting = acting  # type: ignore[attr-defined]
        return view(request, show, *args, **kwargs)

    return guarded


def after_frame(request: HttpRequest, title: str, here: str, show: ShowRecord) -> dict[str, Any]:
    """The desk's frame for the pages of a show that is over."""
    acting = acting_as_of(request)
    home = ("live:studio", _("My shows")) if acting.actor else ("live:floor", _("Shows on the floor"))
    ways = [{"label": home[1], "url": reverse(home[0]), "icon": "home", "current": False}]
    places = (
        ("after", _("After the show"), "camera"),
        ("report_of_show", _("Show report"), "chart"),
        ("slips", _("Slips"), "print"),
    )
    for name, label, icon in places:
        url = reverse(f"live:{name}", args=[show.slug])
        ways.append({"label": label, "url": url, "icon": icon, "current": here == name})
    return {
        "desk_title": title,
        "desk_actor": acting.actor.name if acting.actor else "",
        "desk_nav": ways,
        "show": show,
        "owns": acting.is_operator or (acting.actor is not None and acting.actor.id == show.host),
    }


@require_safe
@for_crew
def after(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Clips, the recording as a file, how long it stays and what it takes."""
    clips = api.product_clips(show.id)
    known = for_sale([VariantId(clip.variant) for clip in clips])
    context = {
        **after_frame(request, _("After the show"), "after", show),
        "ended": show.state is ShowState.ENDED,
        "ended_by_operator": api.why_ended(show.id),
        "clips": [
            {"clip": clip, "title": goods.title if (goods := known.get(VariantId(clip.variant))) else ""}
            for clip in clips
        ],
        "waiting": any(clip.clip.state.value == "wished" for clip in clips),
        "recording": media.recording_of(show.stream),
        "download": media.downloads_of(show.stream),
        "kept": media.kept(show.stream),
        "disk": media.disk_use(show.stream),
    }
    return render(request, "live/after/after.html", context)


def _did(request: HttpRequest, show: ShowRecord, act: Callable[[], str]) -> HttpResponse:
    """Do something and go back to the page, saying what came of it."""
    try:
        done = act()
    except Refusal as refusal:
        said = say(refusal)
        messages.error(request, f"{said.what} {said.next}".strip())
    else:
        messages.success(request, done)
    return redirect("live:after", show.slug)


@require_POST
@for_crew
def make_clips(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Cut what was not cut yet."""

    def act() -> str:
        made = api.make_clips(show.id, now=now_of(request))
        if not made:
            return _("Everything that was shown has its clip.")
        return ngettext("%(count)s clip is being cut.", "%(count)s clips are being cut.", made) % {"count": made}

    return _did(request, show, act)


@require_POST
@for_owner
def remove_clip(request: HttpRequest, show: ShowRecord, clip_id: UUID) -> HttpResponse:
    """Take a clip away."""

    def act() -> str:
        api.remove_product_clip(clip_id, show=show.id, now=now_of(request))
        return _("The clip is gone.")

    return _did(request, show, act)


@require_POST
@for_owner
def download(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Make one file of the whole recording."""

    def act() -> str:
        api.wish_download(show, now=now_of(request))
        return _("The file is being made. It stays here for a week.")

    return _did(request, show, act)


@require_POST
@for_owner
def keep(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Keep the recording for ever, or as long as recordings are kept here."""

    def act() -> str:
        for_ever = request.POST.get("keep") == "1"
        media.keep_recording(show.stream, for_ever=for_ever)
        return _("The recording stays.") if for_ever else _("The recording stays as long as others do.")

    return _did(request, show, act)


@require_POST
@for_owner
def delete(request: HttpRequest, show: ShowRecord) -> HttpResponse:
    """Delete the recording and its clips now; what was promised to buyers stays."""

    def act() -> str:
        media.delete_recording(show.stream, now=now_of(request))
        return _("The recording is deleted. What was promised to buyers stays.")

    return _did(request, show, act)
