"""The presses of who directs about gifts: announce one, end one. They are the host's, whoever of the two presses."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millstream.gifts import api as gifts
from millstream.gifts.refusals import GiftWrong
from millstream.gifts.types import SEED_BYTES, GiftId, GiftKind, GiftRecord, GiftSpec
from millstream.kernel.money import to_minor
from millstream.kernel.refusals import NotFound
from millstream.kernel.settings import conf
from millstream.kernel.web.formats import format_number
from millstream.live.refusals import ShowOver
from millstream.live.types import ShowRecord, ShowState
from millstream.live.web.desk import for_hosts
from millstream.live.web.direct import sit_to_direct
from millstream.live.web.screen import directed_show

USABLE_FOR: Final = timedelta(days=7)
MOST_SECONDS: Final = 12 * 3600
LONGEST_NUMBER: Final = 6


@require_POST
@for_hosts
def announce(request: HttpRequest, slug: str) -> HttpResponse:
    """Announce a gift of this show; the seed that decides it is drawn here and sealed."""
    show = directed_show(request, slug)
    sit_to_direct(request, show)
    if show.state not in (ShowState.PLANNED, ShowState.LIVE):
        raise ShowOver
    now: datetime = request.now()  # type: ignore[attr-defined]
    spec = _spec(request, show, now)
    gifts.announce_gift(GiftId(_id(request)), spec, seed=secrets.token_bytes(SEED_BYTES), now=now)
    messages.success(request, _("Announced. The room counts down."))
    return redirect("live:go_live", slug)


@require_POST
@for_hosts
def end(request: HttpRequest, slug: str, gift_id: UUID) -> HttpResponse:
    """End a gift now: winners are drawn, the seed is revealed."""
    show = directed_show(request, slug)
    sit_to_direct(request, show)
    now: datetime = request.now()  # type: ignore[attr-defined]
    if gifts.gift(gift_id, now).show != show.id:
        raise NotFound(what="gift")
    gifts.end_gift(GiftId(gift_id), now=now)
    messages.success(request, _told_end(gifts.gift(gift_id, now)))
    return redirect("live:go_live", slug)


def _told_end(gift: GiftRecord) -> str:
    """What became of a gift that is over."""
    taken, pieces = format_number(gift.taken), format_number(gift.pieces)
    if gift.kind is GiftKind.DRAW:
        return _("Drawn: {taken} of {entries} have won.").format(taken=taken, entries=format_number(gift.entries))
    return _("The gift is over: {taken} of {pieces} were taken.").format(taken=taken, pieces=pieces)


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("gift", ""))
    except ValueError:
        raise GiftWrong(fields="gift") from None


def _spec(request: HttpRequest, show: ShowRecord, now: datetime) -> GiftSpec:
    told = request.POST
    try:
        kind = GiftKind(told.get("kind", ""))
    except ValueError:
        raise GiftWrong(fields="kind") from None
    opens_at = now + timedelta(seconds=_number(told, "opens_in"))
    closes_at = opens_at + timedelta(seconds=_number(told, "lasts"))
    currency = conf().currency
    return GiftSpec(
        show=show.id,
        host=show.host,
        kind=kind,
        title=told.get("title", "").strip(),
        currency=currency,
        budget_minor=to_minor(told.get("budget", ""), currency),
        pieces=_number(told, "pieces"),
        opens_at=opens_at,
        closes_at=closes_at,
        usable_until=closes_at + USABLE_FOR,
        minimum_minor=to_minor(told.get("minimum", "").strip() or "0", currency),
        verified_only=told.get("verified_only") == "yes",
    )


def _number(told: Any, field: str) -> int:
    text = str(told.get(field, "")).strip()
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER):
        raise GiftWrong(fields=field)
    return min(int(text), MOST_SECONDS)
