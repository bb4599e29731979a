"""The tags that put gifts into the room and the studio."""

from typing import Any
from uuid import UUID

from django import template
from django.template.context import Context

from millstream.gifts.api import gifts_of, open_gifts_of
from millstream.gifts.types import GiftId, GiftKind, GiftRecord, GiftState
from millstream.gifts.web.people import key_of, verified_key_of
from millstream.kernel.clock import read_now
from millstream.kernel.ids import new_id
from millstream.kernel.settings import conf

register = template.Library()

NOBODY = UUID(int=0)


@register.inclusion_tag("gifts/_room.html", takes_context=True)
def gifts_in_room(context: Context, show: UUID) -> dict[str, Any]:
    """The gifts of a show as its viewers meet them: announced and open ones, else the newest that is over."""
    request = context.get("request")
    now = request.now() if request is not None else read_now()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "cards": open_gifts_of(show, now),
        "blank": _blank(show, now),
        "has_contact": request is not None and key_of(request) is not None,
        "is_verified": request is not None and verified_key_of(request) is not None,
        "back": request.path if request is not None else "",
        "server_now": now,
    }


def _blank(show: UUID, now: Any) -> GiftRecord:
    """What the page copies for a gift that is announced while somebody watches."""
    return GiftRecord(
        id=GiftId(NOBODY),
        show=show,
        host=NOBODY,
        kind=GiftKind.RED_PACKET,
        state=GiftState.ANNOUNCED,
        title="",
        currency=conf().currency,
        budget_minor=0,
        pieces=0,
        taken=0,
        entries=0,
        given_minor=0,
        minimum_minor=0,
        most_wins=1,
        opens_at=now,
        closes_at=now,
        usable_until=now,
        commitment="",
        seed="",
    )


@register.inclusion_tag("gifts/_studio.html", takes_context=True)
def gifts_in_studio(context: Context, show: UUID) -> dict[str, Any]:
    """What the host presses; the page has the show (with its slug) under `show`."""
    request = context.get("request")
    now = request.now() if request is not None else read_now()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "action": f"/studio/{context['show'].slug}/gifts/",
        "cards": gifts_of(show, now)[:5],
        "currency": conf().currency,
        "usually_verified": not conf().demo,
        "fresh": new_id(),
    }
