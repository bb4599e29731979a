"""Where somebody's work is: the desks of the actors one works for."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from millstream.people.acting import acting_as_of, choose_actor
from millstream.people.api import access_keys_of, issue_access_key, memberships_of, revoke_access_key
from millstream.people.refusals import NotAMember
from millstream.people.types import ActorKind, Role


@dataclass(frozen=True, slots=True)
class Desk:
    """A page where work is done."""

    title: Promise
    url: str
    icon: str
    note: Promise


SHOP: Final = (
    Desk(_("Shop"), "/desk/shop/", "shop", _("Products, prices, stock")),
    Desk(_("Orders"), "/desk/orders/", "list", _("What was sold, and to whom")),
    Desk(_("Parcels"), "/desk/parcels/", "box", _("What to pack, and labels")),
)
MONEY: Final = (
    Desk(_("Money"), "/money/", "money", _("Every line explained")),
    Desk(_("Pacts"), "/pacts/", "handover", _("What is agreed on sharing sales")),
)
STUDIO: Final = (Desk(_("Studio"), "/studio/", "live", _("Plan a show, go live, pin")),)
STATION: Final = (Desk(_("Station"), "/station/", "station", _("Take in, bag, hand over")),)
CENTRE: Final = (Desk(_("Centre"), "/centre/", "centre", _("Receive, plan runs, hand to carriers")),)
RUNS: Final = (Desk(_("Runs"), "/runs/", "van", _("Stops of the day")),)
OPERATOR: Final = (
    Desk(_("Shows on the floor"), "/desk/shows/", "live", _("Keep order in any room, end a show")),
    Desk(_("Payouts"), "/money/payouts/", "money", _("Make the bank's file")),
    Desk(_("Payments that need a hand"), "/desk/payments/", "warning", _("Exceptions with an owner")),
    Desk(_("State of every part"), "/healthz", "chart", _("Database, NATS, video, worker")),
    Desk(_("Admin"), "/admin/", "settings", _("Rows, for looking")),
    Desk(_("Style guide"), "/styleguide/", "edit", _("Every component once")),
)
BY_KIND: Final[dict[ActorKind, tuple[Desk, ...]]] = {
    ActorKind.HOUSEHOLD: SHOP + MONEY,
    ActorKind.SHOP: SHOP + MONEY,
    ActorKind.STATION: STATION + MONEY,
    ActorKind.CENTRE: CENTRE + MONEY,
    ActorKind.PARK: MONEY,
}


def desks_for(kind: ActorKind, roles: frozenset[Role]) -> tuple[Desk, ...]:
    """The desks of an actor of this kind for somebody with these roles."""
    own = BY_KIND.get(kind, ())
    if kind is ActorKind.PERSON and Role.DRIVER in roles:
        own = RUNS
    elif kind is ActorKind.PERSON and roles & {Role.HOST}:
        own = STUDIO + MONEY
    return own


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """All desks of the signed-in user, by actor."""
    return desk_page(request)


def desk_page(request: HttpRequest, fresh_key: str = "") -> HttpResponse:
    """The page of desks; `fresh_key` is shown this once."""
    acting = acting_as_of(request)
    assert acting.user_id is not None
    roles: dict[UUID, set[Role]] = {}
    actors = {}
    for member in memberships_of(acting.user_id):
        roles.setdefault(member.actor.id, set()).add(member.role)
        actors[member.actor.id] = member.actor
    places = [
        {
            "actor": actor,
            "current": acting.actor_id == actor_id,
            "desks": desks_for(actor.kind, frozenset(roles[actor_id])),
        }
        for actor_id, actor in actors.items()
    ]
    told = {
        "places": places,
        "operator": OPERATOR if acting.is_operator else (),
        "keys": access_keys_of(acting.user_id),
        "fresh_key": fresh_key,
    }
    return render(request, "my_desk.html", told)


@login_required
@require_POST
def issue_key(request: HttpRequest) -> HttpResponse:
    """Make a key by which a program acts for the present actor, and show it once."""
    acting = acting_as_of(request)
    if acting.actor is None or acting.user_id is None:
        raise NotAMember(actor="")
    name = request.POST.get("name", "").strip() or acting.actor.slug
    key = issue_access_key(acting.user_id, acting.actor.id, name=name)
    return desk_page(request, fresh_key=key)


@login_required
@require_POST
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Make one of one's own keys worthless."""
    user_id = acting_as_of(request).user_id
    assert user_id is not None, "login_required"
    revoke_access_key(key_id, user_id=user_id, now=request.now())  # type: ignore[attr-defined]
    return redirect("desk")


@login_required
@require_POST
def act_as(request: HttpRequest) -> HttpResponse:
    """Act as another of one's actors from now on; refuses one where the user does not work."""
    wanted = request.POST.get("actor", "")
    user_id = acting_as_of(request).user_id
    assert user_id is not None, "login_required"
    for member in memberships_of(user_id):
        if str(member.actor.id) == wanted:
            choose_actor(request, member.actor.id)
            target = request.POST.get("next", "/desk/")
            return redirect(target if target.startswith("/") and not target.startswith("//") else "/desk/")
    raise NotAMember(actor=wanted)
