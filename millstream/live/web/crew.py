"""Who works on a show: asking people, letting them join, letting them go."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.kernel.sealing import sign, signed_by_us
from millstream.kernel.settings import conf
from millstream.kernel.texts import LANGUAGES, both, localised
from millstream.kernel.wording import say
from millstream.live import api
from millstream.live.refusals import NotYourShow
from millstream.live.refusals.crew import InvitationGone
from millstream.live.types import ShowRecord
from millstream.live.types.crew import INVITATION_HOLDS_FOR, CrewRole, InvitationRecord
from millstream.live.web.desk import for_hosts, frame, host_of, now_of, own_show
from millstream.live.web.forms import InviteForm
from millstream.notices import api as notices
from millstream.notices.types import Words
from millstream.people import api as people
from millstream.people.acting import acting_as_of
from millstream.people.refusals import BadContact
from millstream.people.types import ActorId, ActorKind, ActorSpec, ContactKind, Role

PURPOSE = "live.crew"
LONGEST_NAME = 40


def invitation_url(invitation: UUID) -> str:
    """Where somebody who was asked says yes."""
    token = f"{invitation.hex}.{sign(PURPOSE, invitation.hex)}"
    return f"{conf().public_origin}{reverse('live:join_crew', args=[token])}"


def _asked(token: str) -> UUID:
    told, _, signature = token.partition(".")
    if not signed_by_us(PURPOSE, told, signature):
        raise InvitationGone
    return UUID(told)


@require_http_methods(["GET", "HEAD", "POST"])
@for_hosts
def crew(request: HttpRequest, slug: str) -> HttpResponse:
    """Who works on a show; asking one more."""
    show = own_show(request, slug)
    if request.method != "POST":
        return _crew_page(request, show, InviteForm())
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            _invite(request, show, form.cleaned_data)
        except BadContact:
            form.add_error("contact", _("That is no e-mail address."))
        except Refusal as refusal:
            form.add_error(None, say(refusal).what)
        else:
            return redirect("live:crew", slug)
    return _crew_page(request, show, form)


def _invite(request: HttpRequest, show: ShowRecord, told: dict[str, Any]) -> None:
    """Make the invitation, and write to whoever is asked."""
    address = ""
    if told["contact"].strip():
        kind, address = people.normalise_contact(told["contact"])
        if kind is not ContactKind.EMAIL:
            raise BadContact(typed=told["contact"])
    made = api.invite_crew(
        host_of(request),
        CrewRole(told["role"]),
        now=now_of(request),
        show_id=None if told["everywhere"] else show.id,
        sent_to=people.mask_contact(address) if address else "",
    )
    if not address:
        messages.success(request, _("Pass this link on: {link}").format(link=invitation_url(made.id)))
        return
    notices.write_letter(
        f"crew:{made.id}",
        address,
        get_language() or LANGUAGES[0],
        _letter(people.actor(show.host).name, made),
        now=now_of(request),
        for_hours=int(INVITATION_HOLDS_FOR.total_seconds()) // 3600,
    )
    messages.success(request, _("We write to {address}.").format(address=made.sent_to))


def _letter(host: Any, made: InvitationRecord) -> Words:
    """What the letter to somebody who is asked says."""
    title, text, action = {}, {}, {}
    for language in LANGUAGES:
        with override(language):
            name = localised(host, language)
            title[language] = _("{host} asks you to help with a live show").format(host=name)
            text[language] = _(
                "{host} asks you to work on live shows as {role}. Open the link, sign in and say yes."
                " The link is for you alone and holds for seven days."
            ).format(host=name, role=role_name(made.role))
            action[language] = _("Read the invitation")
    return Words(title, text, action, invitation_url(made.id))


def role_name(role: CrewRole) -> str:
    """A role in words."""
    return {CrewRole.HOST: _("host"), CrewRole.COHOST: _("co-host"), CrewRole.MODERATOR: _("moderator")}[role]


def _crew_page(request: HttpRequest, show: ShowRecord, form: InviteForm) -> HttpResponse:
    members = api.crew_of(show.host, show.id)
    names = people.actors({member.actor for member in members})
    context = {
        **frame(request, _("Crew"), "crew", show),
        "form": form,
        "members": [
            {
                "id": member.id,
                "actor": names[ActorId(member.actor)],
                "role": role_name(member.role),
                "everywhere": member.show is None,
                "joined_at": member.joined_at,
            }
            for member in members
        ],
        "invitations": [
            {
                "id": invitation.id,
                "role": role_name(invitation.role),
                "everywhere": invitation.show is None,
                "sent_to": invitation.sent_to,
                "expires_at": invitation.expires_at,
                "url": invitation_url(invitation.id),
            }
            for invitation in api.open_invitations(show.host, now_of(request), show.id)
        ],
    }
    return render(request, "live/studio/crew.html", context, status=422 if form.errors else 200)


@require_POST
@for_hosts
def let_go(request: HttpRequest, slug: str, crew_id: UUID) -> HttpResponse:
    """End somebody's work."""
    show = own_show(request, slug)
    api.leave_crew(crew_id, by=show.host, now=now_of(request))
    return redirect("live:crew", slug)


@require_POST
@for_hosts
def take_back(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    """Make an invitation useless."""
    show = own_show(request, slug)
    api.take_back_invitation(invitation_id, host=show.host, now=now_of(request))
    return redirect("live:crew", slug)


@require_POST
@for_hosts
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop working on somebody's show."""
    show, me = api.show_by_slug(slug), host_of(request)
    mine = [member for member in api.crew_of(show.host, show.id) if member.actor == me]
    if not mine:
        raise NotYourShow
    for member in mine:
        api.leave_crew(member.id, by=me, now=now_of(request))
    messages.success(request, _("You work on this show no more."))
    return redirect("live:studio")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Somebody who was asked reads what for, and says yes; that takes signing in."""
    invitation = api.invitation(_asked(token), now_of(request))
    acting = acting_as_of(request)
    if acting.user_id is None and request.method == "POST":
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        actor = acting.actor.id if acting.actor else _new_person(request, acting.user_id)
        joined = api.join_crew(invitation.id, actor=actor, now=now_of(request))
        messages.success(request, _("Welcome. You are {role} now.").format(role=role_name(joined.role)))
        return redirect("live:studio")
    context = {
        "invitation": invitation,
        "role": role_name(invitation.role),
        "directs": invitation.role is CrewRole.COHOST,
        "host": people.actor(invitation.host),
        "shown": api.show(invitation.show) if invitation.show else None,
        "signed_in": acting.user_id is not None,
        "actor": acting.actor,
        "sign_in_url": f"{reverse('account_request_login_code')}?next={request.path}",
    }
    return render(request, "live/join.html", context)


def _new_person(request: HttpRequest, user_id: UUID | None) -> UUID:
    """The person behind an account that works for nobody yet, by the name that they give."""
    assert user_id is not None
    name = request.POST.get("name", "").strip()[:LONGEST_NAME] or _("Helper")
    spec = ActorSpec(kind=ActorKind.PERSON, name=both(name, name), slug=f"p-{new_id().hex[-12:]}", is_public=False)
    actor = people.open_actor(spec)
    people.join_actor(user_id, actor, Role.OWNER)
    return actor


@require_safe
@for_hosts
def helping(request: HttpRequest) -> HttpResponse:
    """The shows of others on which the reader works."""
    context = {**frame(request, _("I help with"), "helping"), "rows": helped(request)}
    return render(request, "live/studio/helping.html", context)


def helped(request: HttpRequest) -> list[dict[str, Any]]:
    """The shows of others on which the reader works, with host and role."""
    shows = [(api.show(show), role) for show, role in api.shows_worked_on(host_of(request))]
    hosts = people.actors({show.host for show, _role in shows})
    return [
        {
            "show": show,
            "role": role_name(role),
            "directs": role is CrewRole.COHOST,
            "host": hosts[ActorId(show.host)],
        }
        for show, role in shows
    ]
