"""The demonstration's door: one click enters as a role. Only there in demo mode."""

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from millstream.kernel.settings import conf
from millstream.people.acting import choose_actor
from millstream.people.api import user
from millstream.site.demo.people import actor_id
from millstream.site.demo.roles import BY_KEY


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as the role's person and go where its day starts."""
    role = BY_KEY.get(request.POST.get("role", ""))
    if not conf().demo or role is None:
        raise Http404
    person = user(role.user_id)
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    if role.role is not None:
        choose_actor(request, actor_id(role.actor_slug))
    return redirect(role.start)
