"""Pages of the pacts: what is agreed with me, and where a hundred goes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from millstream.kernel.money import to_minor
from millstream.kernel.settings import conf
from millstream.kernel.texts import Text, localised
from millstream.pacts import api
from millstream.pacts.types import PactRecord, Part
from millstream.pacts.web.shares import PARTS, percent, share_rows
from millstream.people.acting import Acting, acting_as
from millstream.people.api import actor, actors
from millstream.people.types import ActorId, ActorKind, ActorRecord, Role

SEES_PACTS = (Role.MAKER, Role.HOST, Role.KEEPER, Role.STAFF)
SELLERS = (ActorKind.HOUSEHOLD, ActorKind.SHOP, ActorKind.FACTORY)
HUNDRED_MAJOR = 100


def _now(request: HttpRequest) -> datetime:
    moment: datetime = request.now()  # type: ignore[attr-defined]
    return moment


def hundred_minor(currency: str) -> int:
    """A hundred of a currency in its minor units."""
    return to_minor(str(HUNDRED_MAJOR), currency)


@require_safe
@acting_as(roles=SEES_PACTS)
def pacts_page(request: HttpRequest) -> HttpResponse:
    """Every pact that the acting actor is a side of, in force first, and where a hundred of their sales goes."""
    acting: Acting = request.acting  # type: ignore[attr-defined]
    assert acting.actor is not None, "the guard lets nobody past without an actor"
    now = _now(request)
    agreed = api.pacts_of(acting.actor.id)
    names = actors(side for pact in agreed for side in (pact.beneficiary, pact.seller, pact.host) if side)
    rows = [_row(pact, acting.actor.id, names) for pact in agreed]
    found: dict[str, Any] = {
        **desk_frame(acting.actor.name, "pacts", sells=acting.actor.kind in SELLERS),
        "now": now,
        "in_force": [row for row in rows if row["pact"].in_force(now)],
        "later": [row for row in rows if row["pact"].valid_from > now],
        "ended": [row for row in rows if row["pact"].valid_to is not None and row["pact"].valid_to <= now],
        "currency": conf().currency,
    }
    if acting.actor.kind in SELLERS:
        found |= _hundred(acting.actor.id, None, now)
    return render(request, "pacts/pacts.html", found)


def desk_frame(name: Text, here: str, *, sells: bool = True) -> dict[str, Any]:
    """What the desk's frame needs: whose it is, its title and its ways; floor prices are a matter of who sells."""
    ways = [("pacts", _("Pacts"), "handover"), *([("floors", _("Floor prices"), "money")] if sells else [])]
    return {
        "desk_title": next(label for way, label, _icon in ways if way == here),
        "desk_actor": name,
        "desk_nav": [
            {"label": label, "url": reverse(f"pacts:{way}"), "icon": icon, "current": way == here}
            for way, label, icon in ways
        ],
    }


def _row(pact: PactRecord, me: UUID, names: Mapping[ActorId, ActorRecord]) -> dict[str, Any]:
    return {
        "pact": pact,
        "part": PARTS[pact.part],
        "percent": percent(pact.permille),
        "mine": pact.beneficiary == me or (pact.part == Part.HOST and pact.host == me),
        "to": _name(pact.beneficiary, names) or _("whoever hosts the show"),
        "sales": _name(pact.seller, names) or _("every seller"),
        "shows": _name(pact.host, names) or (_("any host") if pact.part == Part.HOST else _("in a show or not")),
    }


def _name(side: UUID | None, names: Mapping[ActorId, ActorRecord]) -> str:
    return localised(names[ActorId(side)].name) if side else ""


def _hundred(seller: UUID, host: UUID | None, now: datetime) -> dict[str, Any]:
    """Where a hundred goes, bought in a room and outside one."""
    total = hundred_minor(conf().currency)
    inside = api.where_it_goes(seller, total, host=host, in_room=True, now=now)
    outside = api.where_it_goes(seller, total, now=now)
    return {
        "total_minor": total,
        "in_room": share_rows(inside),
        "outside": share_rows(outside) if _parts(inside) != _parts(outside) else [],
    }


def _parts(shares: Iterable[Any]) -> list[tuple[Part, int]]:
    return [(share.part, share.permille) for share in shares]


@require_safe
def where_it_goes(request: HttpRequest, seller: UUID) -> HttpResponse:
    """Where a hundred paid to a seller goes; a fragment for htmx, else a page."""
    maker = actor(seller)
    host = _host(request.GET.get("host", ""))
    found = _hundred(seller, host, _now(request)) | {"currency": conf().currency, "maker": maker}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "pacts/_where_it_goes.html" if fragment else "pacts/where_it_goes.html", found)


def _host(told: str) -> UUID | None:
    """The host that was named, if it is somebody; anything else means any host."""
    try:
        host = UUID(told)
    except ValueError:
        return None
    return host if host in actors([host]) else None
