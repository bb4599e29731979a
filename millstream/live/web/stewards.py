"""Who keeps order in a show: its host, and the platform's operator."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from millstream.live.types import OPERATOR, Operator
from millstream.people.acting import acting_as, acting_as_of
from millstream.people.types import Role

type View = Callable[..., HttpResponseBase]


def for_stewards(view: View) -> View:
    """Let hosts and operators past; whether the show is the host's own, the action decides."""
    as_host = acting_as(roles=(Role.HOST, Role.OWNER))(view)
    as_operator = acting_as(operator=True)(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        guard = as_operator if acting_as_of(request).is_operator else as_host
        return guard(request, *args, **kwargs)

    return guarded


def steward_of(request: HttpRequest) -> UUID | Operator:
    """As whom a request that `for_stewards` let past keeps order."""
    acting = acting_as_of(request)
    if acting.is_operator:
        return OPERATOR
    assert acting.actor is not None, "for_stewards lets no host in without an actor"
    return acting.actor.id
