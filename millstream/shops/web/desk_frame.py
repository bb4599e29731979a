"""What every page of the shop desk shares: who may come in, whose shop it is, the navigation."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from millstream.people.acting import acting_as
from millstream.people.types import ActorId, ActorKind, ActorRecord, Role
from millstream.shops import api
from millstream.shops.ports import PLUGS
from millstream.shops.types import ShopRecord

KINDS: Final = (ActorKind.HOUSEHOLD, ActorKind.SHOP, ActorKind.FACTORY, ActorKind.ASSOCIATION)
ROLES: Final = (Role.MAKER, Role.STAFF)
PAGES: Final = (
    ("today", _("Today"), "home"),
    ("desk_products", _("Products"), "pot"),
    ("desk_stock", _("Stock"), "box"),
    ("desk_prices", _("Prices"), "money"),
    ("desk_lists", _("Lists"), "download"),
)

works_in_shop = acting_as(*KINDS, roles=ROLES)

type ShopView = Callable[..., HttpResponse]


def shop_desk(view: ShopView) -> Callable[..., HttpResponse]:
    """Let the people of a shop past, with `request.shop`; an actor without one is asked to open it first."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = api.shops_of(actor_of(request).id)
        if not found:
            return redirect("shops:open")
        request.shop = found[0]  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    guarded: Callable[..., HttpResponse] = works_in_shop(inside)  # type: ignore[assignment]
    return guarded


def actor_of(request: HttpRequest) -> ActorRecord:
    """The acting actor; the page's guard has seen to it that there is one."""
    actor: ActorRecord = request.acting.actor  # type: ignore[attr-defined]
    return actor


def by(request: HttpRequest) -> ActorId:
    """The acting actor's id."""
    return actor_of(request).id


def now_of(request: HttpRequest) -> datetime:
    """The request's one reading of the database's clock."""
    moment: datetime = request.now()  # type: ignore[attr-defined]
    return moment


def shop_of(request: HttpRequest) -> ShopRecord:
    """The shop whose desk this is."""
    shop: ShopRecord = request.shop  # type: ignore[attr-defined]
    return shop


def framed(request: HttpRequest, page: str, title: str | Promise, **told: Any) -> dict[str, Any]:
    """The context of a desk page: its heading, its navigation, and what the page itself shows."""
    actor = actor_of(request)
    own = [
        {"label": label, "url": reverse(f"shops:{name}"), "icon": icon, "current": name == page}
        for name, label, icon in PAGES
    ]
    others = [{"label": link.label, "url": link.url, "icon": link.icon} for link in PLUGS.desk_links(actor.id)]
    return {
        "desk_title": title,
        "desk_actor": actor.name,
        "desk_nav": [*own, *others],
        "shop": getattr(request, "shop", None),
        **told,
    }
