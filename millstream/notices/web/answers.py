"""Pages behind the links of letters. Opening one changes nothing: mail programs open links by themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from millstream.notices import api
from millstream.notices.types import AskState

EVERYTHING = "everything"


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The owner of an address says yes by a button."""
    wish_id = api.wish_of(api.CONFIRM, token)
    wish = api.wish(wish_id)
    if request.method == "POST":
        wish = api.confirm_wish(wish_id, now=request.now())  # type: ignore[attr-defined]
    context = {"address": wish.address, "done": wish.state is AskState.ACTIVE, "over": wish.state is AskState.STOPPED}
    return render(request, "notices/confirm.html", context)


# A mail program posts here without a page of ours (RFC 8058): the signed address is what allows it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the notices of one wish, or all that go to its address."""
    wish_id = api.wish_of(api.STOP, token)
    if request.method == "POST":
        everywhere = request.POST.get("what") == EVERYTHING
        api.end_wish(wish_id, now=request.now(), everywhere=everywhere)  # type: ignore[attr-defined]
    wish = api.wish(wish_id)
    context = {"address": wish.address, "done": wish.state in (AskState.STOPPED, AskState.GONE)}
    return render(request, "notices/stop.html", context)
