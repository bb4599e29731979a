"""Remind me: by e-mail, by the browser's push; without a script too."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal, TooMany
from millstream.kernel.web.asking import asking_network
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.actions.announce_show import TOPIC
from millstream.live.refusals.plans import RemindersClosed
from millstream.live.types import ShowRecord, ShowState
from millstream.notices import api as notices
from millstream.notices.types import AskRecord, AskState, PushAddress, Wish
from millstream.people import api as people
from millstream.people.acting import acting_as_of

LONGEST_ADDRESS: Final = 254
BY_VISITOR: Final = RateLimit("reminders by visitor", per_minute=10, burst=10)
BY_NETWORK: Final = RateLimit("reminders by network", per_minute=120, burst=120)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks."""
    return "application/json" in request.headers.get("Accept", "")


@require_POST
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Remind somebody of a show: by a typed address, or by this browser."""
    show = api.show_by_slug(slug)
    _limit(request)
    if show.state is not ShowState.PLANNED:
        raise RemindersClosed
    try:
        asked = notices.ask_to_be_told(
            _wish(request, show),
            about=show.title,
            now=request.now(),  # type: ignore[attr-defined]
        )
    except Refusal as refusal:
        said = say(refusal)
        if wants_json(request):
            return JsonResponse({"code": said.code, "what": said.what, "next": said.next}, status=said.status)
        messages.error(request, f"{said.what} {said.next}".strip())
        return redirect("live:show", slug)
    told = words_of(asked)
    if wants_json(request):
        return JsonResponse({"state": asked.state.value, "text": told})
    messages.success(request, told)
    return redirect("live:show", slug)


def _limit(request: HttpRequest) -> None:
    wait = BY_VISITOR.take(str(request.visitor)) or BY_NETWORK.take(  # type: ignore[attr-defined]
        asking_network(request)
    )
    if wait:
        raise TooMany(retry_after=wait)


def _wish(request: HttpRequest, show: ShowRecord) -> Wish:
    """The wish of a form; an address that its owner signs in with is proved already."""
    acting = acting_as_of(request)
    told: dict[str, Any] = {"topic": TOPIC, "subject": show.id, "language": get_language() or "en"}
    told["visitor"], actor = acting.visitor, acting.actor.id if acting.actor else None
    if request.POST.get("endpoint"):
        push = PushAddress(*(request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")))
        return Wish(address=push, actor=actor, **told)
    typed = request.POST.get("address", "").strip()[:LONGEST_ADDRESS]
    user = people.user(acting.user_id) if acting.user_id else None
    return Wish(address=typed, actor=actor, is_proved=bool(user and user.email and user.email == typed.lower()), **told)


def words_of(asked: AskRecord) -> str:
    """What we answer somebody who wants to be told."""
    if asked.state is AskState.UNCONFIRMED:
        return _("We wrote to {address}. Open the letter and say yes, then we remind you.").format(
            address=asked.address
        )
    if asked.address:
        return _("We remind you at {address}.").format(address=asked.address)
    return _("This browser reminds you.")


@require_POST
def forget(request: HttpRequest, slug: str) -> HttpResponse:
    """Remind no more: this browser's push, or one of the visitor's own wishes."""
    show = api.show_by_slug(slug)
    _limit(request)
    now = request.now()  # type: ignore[attr-defined]
    endpoint = request.POST.get("endpoint", "")
    if endpoint:
        notices.end_push(endpoint, topic=TOPIC, subject=show.id, now=now)
    for wish in own_wishes(request, show):
        if str(wish.id) == request.POST.get("wish"):
            notices.end_wish(wish.id, now=now)
    told = _("We do not remind you any more.")
    if wants_json(request):
        return JsonResponse({"state": AskState.STOPPED.value, "text": told})
    messages.success(request, told)
    return redirect("live:show", slug)


def own_wishes(request: HttpRequest, show: ShowRecord) -> list[AskRecord]:
    """What this browser asked for about a show."""
    return notices.wishes_of(request.visitor, TOPIC, show.id)  # type: ignore[attr-defined]


def remind_context(request: HttpRequest, show: ShowRecord) -> dict[str, Any]:
    """What the part of a page needs on which people ask to be reminded."""
    acting = acting_as_of(request)
    user = people.user(acting.user_id) if acting.user_id else None
    return {
        "wishes": [
            {"id": wish.id, "text": words_of(wish), "waits": wish.state is AskState.UNCONFIRMED}
            for wish in own_wishes(request, show)
        ],
        "own_email": user.email or "" if user else "",
        "push_key": notices.public_key(),
        "minutes": settings.REMIND_MINUTES,
    }
