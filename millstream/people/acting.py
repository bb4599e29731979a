"""As whom a request acts: the signed-in user's chosen actor, or the guest behind a visitor."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from millstream.kernel.refusals import NotAllowed
from millstream.people.queries.actors import guest_of, memberships_of
from millstream.people.rules import may_work
from millstream.people.types import ActorId, ActorKind, ActorRecord, Role

SESSION_KEY: Final = "acting_actor"


@dataclass(frozen=True, slots=True)
class Acting:
    """Who is behind a request. `actor` is None for a visitor who never bought; roles are those in the actor."""

    user_id: UUID | None
    visitor: UUID
    actor: ActorRecord | None
    roles: frozenset[Role]
    is_operator: bool
    guest_actor: ActorId | None = None

    @property
    def actor_id(self) -> ActorId | None:
        """The acting actor's id: the chosen one, else the guest's."""
        return self.actor.id if self.actor else self.guest_actor


def acting_as_of(request: HttpRequest) -> Acting:
    """As whom this request acts; read once a request."""
    known: Acting | None = getattr(request, "_acting", None)
    if known is None:
        known = _read(request)
        request._acting = known  # type: ignore[attr-defined]  # noqa: SLF001 - our own mark on the request
    return known


acting_actor = acting_as_of


def choose_actor(request: HttpRequest, actor_id: UUID) -> None:
    """Act as this actor from now on; the caller has checked that the user works there."""
    request.session[SESSION_KEY] = str(actor_id)


def _read(request: HttpRequest) -> Acting:
    visitor: UUID = request.visitor  # type: ignore[attr-defined]
    user = request.user
    if not user.is_authenticated:
        return Acting(None, visitor, None, frozenset(), is_operator=False, guest_actor=guest_of(visitor))
    memberships = memberships_of(user.pk)
    chosen = request.session.get(SESSION_KEY)
    actors = {str(member.actor.id): member.actor for member in memberships}
    actor = actors.get(chosen or "") or next(iter(actors.values()), None)
    roles = frozenset(member.role for member in memberships if actor and member.actor.id == actor.id)
    guest = None if actor else guest_of(visitor)
    return Acting(user.pk, visitor, actor, roles, is_operator=user.is_staff, guest_actor=guest)


type View = Callable[..., HttpResponseBase]


def acting_as(*kinds: ActorKind, roles: tuple[Role, ...] = (), operator: bool = False) -> Callable[[View], View]:
    """Let only members of actors of these kinds (with one of `roles`, when given) past, or only operators.

    Strangers who are not signed in are sent to sign in; others are refused. The view finds `request.acting`.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            acting = acting_as_of(request)
            if acting.user_id is None:
                return redirect_to_login(request.get_full_path())
            fits_kind = acting.actor is not None and (not kinds or acting.actor.kind in kinds)
            fits_role = not roles or may_work(acting.roles, roles)
            if not (acting.is_operator if operator else fits_kind and fits_role):
                raise NotAllowed(path=request.path)
            request.acting = acting  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return guard
