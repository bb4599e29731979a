"""Planning: a show, its words and time, its preview, how it repeats."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import StartsInThePast
from millstream.live.rules.repeats import local_day
from millstream.live.tasks import make_preview_clip
from millstream.live.types import ShowPlan, ShowRecord, ShowState
from millstream.live.types.plans import PREVIEW_MOST_BYTES, SeriesRecord, Step
from millstream.live.web.desk import for_hosts, frame, host_of, now_of, own_show
from millstream.live.web.forms import WEEKDAYS, RepeatForm, ShowForm
from millstream.shops import api as shops

POSTER_WIDTH: Final = 1280


@require_http_methods(["GET", "POST"])
@for_hosts
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a show."""
    now = now_of(request)
    form = ShowForm(request.POST, request.FILES, now=now) if request.method == "POST" else ShowForm.fresh(now)
    if request.method == "POST" and form.is_valid():
        try:
            wanted = ShowPlan(
                host=host_of(request),
                title=form.title(),
                story=form.story(),
                starts_at=form.cleaned_data["starts_at"],
                poster=_poster(form) or "",
                lasts_minutes=form.cleaned_data["lasts_minutes"],
            )
            show = api.plan_show(wanted, now=now)
        except Refusal as refusal:
            form.add_error(_field_of(refusal), say(refusal).what)
        else:
            messages.success(request, _("The show is planned. Now put goods into its rundown."))
            return redirect("live:rundown", show.slug)
    context = {**frame(request, _("Plan a show"), "plan"), "form": form}
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


@require_http_methods(["GET", "HEAD", "POST"])
@for_hosts
def details(request: HttpRequest, slug: str) -> HttpResponse:
    """What a show is called, when it starts, its preview, its poster, how it repeats."""
    show = own_show(request, slug)
    if request.method != "POST":
        return _details_page(request, show)
    form = ShowForm(request.POST, request.FILES, now=show.starts_at)
    if form.is_valid():
        try:
            api.change_show(
                show.id,
                host=host_of(request),
                title=form.title(),
                story=form.story(),
                starts_at=form.cleaned_data["starts_at"],
                now=now_of(request),
                poster=_poster(form),
                lasts_minutes=form.cleaned_data["lasts_minutes"],
                following=request.POST.get("which") == "following",
            )
        except Refusal as refusal:
            form.add_error(_field_of(refusal), say(refusal).what)
        else:
            messages.success(request, _("Saved."))
            return redirect("live:details", slug)
    return _details_page(request, show, form)


def _details_page(
    request: HttpRequest, show: ShowRecord, form: ShowForm | None = None, repeat: RepeatForm | None = None
) -> HttpResponse:
    series = api.series(show.series) if show.series else None
    refused = (form and form.errors) or (repeat and repeat.errors)
    context = {
        **frame(request, _("Plan"), "details", show),
        "form": form or ShowForm.of(show),
        "changeable": show.state in (ShowState.PLANNED, ShowState.LIVE),
        "planned": show.state is ShowState.PLANNED,
        "preview": api.preview_of(show.id),
        "most_mb": PREVIEW_MOST_BYTES // 2**20,
        "series": series,
        "rule": rule_text(series) if series else "",
        "following": [one for one in api.following(show.series, now_of(request)) if one.id != show.id]
        if show.series
        else [],
        "repeat": repeat or RepeatForm(initial={"every": 1, "step": Step.WEEKS}),
    }
    return render(request, "live/studio/details.html", context, status=422 if refused else 200)


def rule_text(series: SeriesRecord) -> str:
    """How a show repeats, as a sentence."""
    rule = series.rule
    if rule.step is Step.DAYS:
        told = ngettext("Every day", "Every {n} days", rule.every)
    else:
        told = ngettext("Every week", "Every {n} weeks", rule.every)
    parts = [told.format(n=rule.every)]
    if rule.step is Step.WEEKS:
        wanted = sorted(rule.weekdays) or [rule.first_on.weekday()]
        parts.append(", ".join(str(WEEKDAYS[day]) for day in wanted))
    parts.append(f"{rule.at:%H:%M}")
    if rule.until is not None:
        parts.append(_("until {day}").format(day=rule.until.isoformat()))
    if rule.times is not None:
        parts.append(ngettext("{n} time", "{n} times", rule.times).format(n=rule.times))
    return " · ".join(parts)


@require_POST
@for_hosts
def repeat(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the show repeat."""
    show = own_show(request, slug)
    form = RepeatForm(request.POST)
    if form.is_valid():
        try:
            api.repeat_show(show.id, form.rule(show), host=host_of(request), now=now_of(request))
        except Refusal as refusal:
            field = str(refusal.facts.get("field", ""))
            form.add_error(field if field in form.fields else None, say(refusal).what)
        else:
            messages.success(request, _("It repeats. The next ones stand in your studio, with the same rundown."))
            return redirect("live:details", slug)
    return _details_page(request, show, repeat=form)


@require_POST
@for_hosts
def stop_repeating(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the show repeat no more; call off the later ones when that is wanted too."""
    show = own_show(request, slug)
    series = api.series(show.series) if show.series else None
    if series is not None:
        day = local_day(now_of(request), series.rule.zone) if request.POST.get("which") == "all" else None
        gone = api.stop_repeating(series.id, host=host_of(request), now=now_of(request), call_off_from=day)
        told = ngettext("{n} show was called off.", "{n} shows were called off.", gone).format(n=gone) if gone else ""
        messages.success(request, " ".join((_("It repeats no more."), told)).strip())
    return redirect("live:details", slug)


@require_POST
@for_hosts
def call_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Call off a planned show; who wanted to be told is told. A show that is on is ended in the studio."""
    show = own_show(request, slug)
    if show.state is ShowState.PLANNED:
        api.end_show(show.id, host=host_of(request), now=now_of(request))
        messages.success(request, _("The show is called off. Whoever wanted to be reminded is told."))
    return redirect("live:studio")


@require_POST
@for_hosts
def upload_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a preview clip; the worker makes it ready for every phone."""
    show = own_show(request, slug)
    upload = request.FILES.get("clip")
    if upload is None:
        messages.error(request, _("Choose a video first."))
        return redirect("live:details", slug)
    try:
        preview = api.keep_preview(
            show.id, upload.chunks(), upload.size or 0, host=host_of(request), now=now_of(request)
        )
    except Refusal as refusal:
        said = say(refusal)
        messages.error(request, f"{said.what} {said.next}".strip())
    else:
        make_preview_clip.defer(preview_id=str(preview))
        messages.success(request, _("We have the clip and are making it ready."))
    return redirect(f"{reverse('live:details', args=[slug])}#preview")


@require_POST
@for_hosts
def drop_preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the preview clip away."""
    api.drop_preview(own_show(request, slug).id, host=host_of(request))
    return redirect(f"{reverse('live:details', args=[slug])}#preview")


@require_safe
@for_hosts
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the preview clip is, for the page that waits for it."""
    show = own_show(request, slug)
    found = api.preview_of(show.id)
    context: dict[str, Any] = {"preview": found, "show": show}
    return render(request, "live/studio/_preview.html", context)
