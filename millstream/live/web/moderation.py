"""Keeping order by form: lines, speakers, rules, words, reports, appeals, the log. For the crew and the operator."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from millstream.kernel.nats import publish_hint
from millstream.live import api
from millstream.live.actions.moderate import Silenced
from millstream.live.refusals.talk import MayNotModerate
from millstream.live.room.nerve import subject
from millstream.live.types import Operator, ShowRecord
from millstream.live.types.talk import SLOW_SECONDS, TIMEOUT_MINUTES, SwitchKind, Talkers, TalkRulesRecord
from millstream.live.web.keeping import frame, keeping_context, log_rows, report_queue, report_rows
from millstream.live.web.stewards import back, for_stewards, steward_of, user_of
from millstream.people.acting import acting_as_of
from millstream.shops.api import for_sale, take_off_sale
from millstream.shops.types import VariantId


def _now(request: HttpRequest) -> Any:
    return request.now()  # type: ignore[attr-defined]


def tell_order_changed(room: UUID) -> None:
    """Let every room server read the order of a room again now; without the murmur it does within two seconds."""
    publish_hint(subject(room, "moderate"), {"p": "page", "order": True})


def _tell_silenced(silenced: Silenced) -> None:
    for room in silenced.rooms:
        if silenced.until is not None:
            told = {"p": "page", "muted": str(silenced.visitor), "until": silenced.until.timestamp()}
        else:
            told = {
                "p": "page",
                "banned": str(silenced.visitor),
                "actor": str(silenced.actor or ""),
                "network": silenced.network,
            }
        publish_hint(subject(room, "moderate"), told)


@require_POST
@for_stewards
def delete(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Take a message off every screen."""
    by, why = steward_of(request), request.POST.get("why", "")
    room = api.delete_message(message, by=by, user=user_of(request), why=why, now=_now(request))
    publish_hint(subject(room, "moderate"), {"p": "page", "deleted": str(message)})
    return back(request, slug)


@require_POST
@for_stewards
def mute(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Ask whoever said this to be silent for 1, 5, 10 or 60 minutes."""
    wanted = request.POST.get("minutes", "10")
    minutes = int(wanted) if wanted.isascii() and wanted.isdigit() and int(wanted) in TIMEOUT_MINUTES else 10
    silenced = api.time_out_speaker(
        message,
        minutes=minutes,
        by=steward_of(request),
        user=user_of(request),
        why=request.POST.get("why", ""),
        now=_now(request),
    )
    _tell_silenced(silenced)
    return back(request, slug)


@require_POST
@for_stewards
def ban(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Ban whoever said this, with all that they said."""
    silenced = api.ban_speaker(
        message,
        by=steward_of(request),
        user=user_of(request),
        everywhere=request.POST.get("everywhere") == "1",
        network=request.POST.get("network") == "1",
        why=request.POST.get("why", ""),
        now=_now(request),
    )
    _tell_silenced(silenced)
    return back(request, slug)


@require_POST
@for_stewards
def let_talk(request: HttpRequest, slug: str, message: UUID) -> HttpResponse:
    """Undo what silences whoever said this; they talk again at once."""
    why = request.POST.get("why", "")
    rooms = api.let_talk(message, by=steward_of(request), user=user_of(request), why=why, now=_now(request))
    for room in rooms:
        tell_order_changed(room)
    return back(request, slug)


@require_POST
@for_stewards
def lift(request: HttpRequest, slug: str, ban_id: UUID) -> HttpResponse:
    """Let somebody who was banned talk again."""
    why = request.POST.get("why", "")
    api.lift_ban(ban_id, by=steward_of(request), user=user_of(request), why=why, now=_now(request))
    tell_order_changed(api.show_by_slug(slug).room)
    return back(request, slug)


@require_POST
@for_stewards
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how the room talks from now on."""
    show = api.show_by_slug(slug)
    api.set_talk_rules(show.id, _asked_rules(request), by=steward_of(request), user=user_of(request), now=_now(request))
    tell_order_changed(show.room)
    return back(request, slug)


def _asked_rules(request: HttpRequest) -> TalkRulesRecord:
    slow, who = request.POST.get("slow_seconds", "0"), request.POST.get("who", "")
    return TalkRulesRecord(
        slow_seconds=int(slow) if slow in {str(seconds) for seconds in SLOW_SECONDS} else 0,
        who=Talkers(who) if who in set(Talkers) else Talkers.ALL,
        emoji_only=request.POST.get("emoji_only") == "1",
        off=request.POST.get("off") == "1",
    )


@require_POST
@for_stewards
def words(request: HttpRequest, slug: str) -> HttpResponse:
    """Say which words nobody says in the room."""
    show = api.show_by_slug(slug)
    asked = request.POST.get("words", "").splitlines()
    api.set_blocked_words(show.id, asked, by=steward_of(request), user=user_of(request), now=_now(request))
    tell_order_changed(show.room)
    return back(request, slug)


@require_safe
@for_stewards
def keeping(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about the order of one show, for its crew and the operator."""
    show = _kept_show(request, slug)
    return render(request, "live/moderation/keeping.html", keeping_context(request, show))


def _kept_show(request: HttpRequest, slug: str) -> ShowRecord:
    """A show in which the reader keeps order."""
    show = api.show_by_slug(slug)
    by = steward_of(request)
    if not isinstance(by, Operator) and not api.may_moderate(show, by):
        raise MayNotModerate
    return show


def _kept_shows(request: HttpRequest) -> list[ShowRecord] | None:
    """The shows in which the reader keeps order; None for the operator, who does in all."""
    by = steward_of(request)
    if isinstance(by, Operator):
        return None
    helped = [api.show(show_id) for show_id, _role in api.shows_worked_on(by)]
    return [*api.shows_of(by), *helped]


@require_safe
@for_stewards
def reports(request: HttpRequest) -> HttpResponse:
    """The queue: what was reported and who appeals, in the shows in which the reader keeps order."""
    kept = _kept_shows(request)
    if kept is not None and not kept:
        raise MayNotModerate
    ids = None if kept is None else [show.id for show in kept]
    context = {
        **frame(request, _("Reports and appeals")),
        **report_queue(ids, is_operator=kept is None),
        "appeals": report_rows(api.open_appeals(ids)),
        "is_operator": kept is None,
    }
    return render(request, "live/moderation/reports.html", context)


@require_POST
@for_stewards
def decide(request: HttpRequest) -> HttpResponse:
    """Decide the chosen reports: dismiss them, or uphold them by deleting, banning, or closing the counter."""
    by, user, now, why = steward_of(request), user_of(request), _now(request), request.POST.get("why", "")
    what = request.POST.get("what", "dismiss")
    chosen = _uuids(request.POST.getlist("report"))
    decided = api.decide_reports(chosen, uphold=what != "dismiss", by=by, user=user, why=why, now=now)
    for row in decided:
        if what == "stop_sale" and row.show_id and isinstance(by, Operator):
            closed = not api.sale_is_open([row.show_id])[row.show_id]
            if not closed:
                reason = why or row.text or row.reason
                api.throw_switch(SwitchKind.SALE, row.show_id, is_open=False, by=by, user=user, why=reason, now=now)
        elif what == "withdraw" and row.variant and isinstance(by, Operator):
            _withdraw(row.variant, why, now)
        elif what == "ban" and row.message:
            _tell_silenced(api.ban_speaker(row.message, by=by, user=user, why=why, now=now))
        elif what == "delete" and row.message:
            room = api.delete_message(row.message, by=by, user=user, why=why, now=now)
            publish_hint(subject(room, "moderate"), {"p": "page", "deleted": str(row.message)})
    messages.success(request, _("Decided."))
    return redirect("live:reports")


def _withdraw(variant: UUID, why: str, now: datetime) -> None:
    """Take a product from the shelves in its seller's stead, who is told why; its orders go on."""
    found = for_sale([VariantId(variant)]).get(VariantId(variant))
    if found is not None:
        take_off_sale(found.product_id, why=why, now=now)


@require_POST
@for_stewards
def decide_appeal(request: HttpRequest, appeal_id: UUID) -> HttpResponse:
    """Grant or refuse an appeal, with an answer that is told."""
    room = api.decide_appeal(
        appeal_id,
        grant=request.POST.get("grant") == "1",
        by=steward_of(request),
        user=user_of(request),
        answer=request.POST.get("answer", ""),
        now=_now(request),
    )
    if room is not None:
        tell_order_changed(room)
    messages.success(request, _("Decided."))
    return redirect("live:reports")


@require_safe
@for_stewards
def log(request: HttpRequest) -> HttpResponse:
    """Every act of moderation: all of them for the operator, those in the own shows for a host."""
    by = steward_of(request)
    host = None if isinstance(by, Operator) else by
    after = _uuids([request.GET.get("after", "")])
    page = api.acts(host=host, after=after[0] if after else None)
    context = {
        **frame(request, _("What was done")),
        "acts": log_rows(request, page.items),
        "next_url": f"{reverse('live:keeping_log')}?after={page.next_after}" if page.next_after else "",
    }
    return render(request, "live/moderation/log.html", context)


@require_POST
@for_stewards
def caption(request: HttpRequest, slug: str) -> HttpResponse:
    """Put what is being said into words, for everybody in the room."""
    show = api.show_by_slug(slug)
    acting = acting_as_of(request)
    if acting.actor is None:
        raise MayNotModerate
    room, said = api.add_caption(show.id, request.POST.get("text", ""), by=acting.actor.id, now=_now(request))
    told = {"p": "page", "text": said.text, "at": said.at.isoformat(timespec="milliseconds")}
    publish_hint(subject(room, "caption"), told)
    return back(request, slug)


@require_POST
@for_stewards
def house(request: HttpRequest) -> HttpResponse:
    """The installation's own rules and words, for the operator."""
    by, user, now = steward_of(request), user_of(request), _now(request)
    if request.POST.get("part") == "words":
        api.set_blocked_words(None, request.POST.get("words", "").splitlines(), by=by, user=user, now=now)
    else:
        api.set_talk_rules(None, _asked_rules(request), by=by, user=user, now=now)
    for show in api.live_now():
        tell_order_changed(show.room)
    messages.success(request, _("Kept."))
    return redirect("live:floor")


def _uuids(told: list[str]) -> list[UUID]:
    """The ids among what a form tells; nonsense is left out."""
    found = []
    for text in told[:200]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
