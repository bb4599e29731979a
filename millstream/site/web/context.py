"""What every page knows: the languages, the acting actor, the demo's roles."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from millstream.kernel.settings import conf
from millstream.people.web.acting import acting_as_of


def site(request: HttpRequest) -> dict[str, Any]:
    """The names that base templates use; the acting actor is read only when a template asks."""
    return {
        "LANGUAGES": settings.LANGUAGES,
        "demo": conf().demo,
        "media_origin": conf().media_origin,
        "acting": SimpleLazyObject(lambda: acting_as_of(request)) if hasattr(request, "visitor") else None,
    }
