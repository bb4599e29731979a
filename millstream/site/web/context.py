"""What every page knows: the languages, the acting actor, the demo's roles."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from millstream.kernel.settings import conf
from millstream.people.acting import acting_as_of
from millstream.site.demo.roles import ROLES
from millstream.site.web.desk import OPERATOR, desks_for


def site(request: HttpRequest) -> dict[str, Any]:
    """The names that base templates use; the acting actor is read only when a template asks."""
    return {
        "LANGUAGES": settings.LANGUAGES,
        "demo": conf().demo,
        "demo_roles": SimpleLazyObject(lambda: _roles(request)) if conf().demo else (),
        "desks": SimpleLazyObject(lambda: _desks(request)) if hasattr(request, "visitor") else (),
        "media_origin": conf().media_origin,
        "acting": SimpleLazyObject(lambda: acting_as_of(request)) if hasattr(request, "visitor") else None,
    }


def _roles(request: HttpRequest) -> list[dict[str, Any]]:
    present = request.user.pk if request.user.is_authenticated else None
    return [
        {"key": role.key, "label": role.label, "icon": role.icon, "current": role.user_id == present} for role in ROLES
    ]


def _desks(request: HttpRequest) -> list[dict[str, Any]]:
    """The desks of the acting actor, the one that this page belongs to marked."""
    acting = acting_as_of(request)
    if acting.user_id is None:
        return []
    own = desks_for(acting.actor.kind, acting.roles) if acting.actor else ()
    doors = own + (OPERATOR if acting.is_operator else ())
    here = max((door.url for door in doors if request.path.startswith(door.url)), key=len, default=None)
    return [{"title": door.title, "url": door.url, "icon": door.icon, "current": door.url == here} for door in doors]
