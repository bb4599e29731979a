"""Hooks of engines of others: nginx-rtmp, MediaMTX and SRS ask and tell each in their own words.

The key is the host's, the secret in the address the engine's. Viewers know a stream by its playback token alone, so no
engine may show it under the key: nginx-rtmp is told to rename, the others get the token as the stream's name.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from millstream.kernel.clock import read_now
from millstream.kernel.refusals import Refusal
from millstream.kernel.wording import say
from millstream.media import api
from millstream.media.refusals import KeyRefused, TooManyTries
from millstream.media.types import Admitted, PublishAsk
from millstream.media.web.views import WRONG_KEYS, View, for_engines

log = logging.getLogger(__name__)

LARGEST_BODY = 16_384
PUSH = re.compile(r"[\d.]{7,15}:\d{1,5}/[\w-]{1,40}", re.ASCII)


def _admitted(ask: PublishAsk, playback: str | None) -> Admitted | str:
    """The grant, or the reason for the log of the engine."""
    try:
        try:
            return api.engine_published(ask, playback=playback, now=read_now())
        except KeyRefused:
            wait = WRONG_KEYS.take(ask.address)
            if wait:
                raise TooManyTries(retry_after=wait) from None
            raise
    except Refusal as refusal:
        log.info("publisher at %s refused: %s", ask.address, refusal.code)
        with translation.override("en"):
            said = say(refusal)
        return f"{said.what} {said.next}".strip()


# --- nginx-rtmp: forms -----------------------------------------------------------------------------------------------


@csrf_exempt
@require_POST
@for_engines
def nginx_publish(request: HttpRequest) -> HttpResponse:
    """`on_publish`: 302 that sends the stream on under its own name, or 403.

    nginx-rtmp's HLS takes the name before its hooks are asked, so renaming comes too late for it. It is told to push
    the stream into a second application of its own, which the hook's address names: `push=127.0.0.1:1935/show`.
    """
    form = request.POST
    key_apart, name = form.get("key"), form.get("name", "")
    ask = PublishAsk(
        key=key_apart or name,
        slug=name if key_apart else None,
        address=form.get("addr", ""),
        client=form.get("flashver", ""),
        client_id=_client("nginx-rtmp", form.get("clientid", "")),
    )
    found = _admitted(ask, None)
    if isinstance(found, str):
        return HttpResponse(found, status=403, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(status=302)
    push = request.GET.get("push", "")
    answer["Location"] = f"rtmp://{push}/{found.playback}" if PUSH.fullmatch(push) else found.playback
    return answer


@csrf_exempt
@require_POST
@for_engines
def nginx_done(request: HttpRequest) -> HttpResponse:
    """`on_publish_done`."""
    api.engine_left(_client("nginx-rtmp", request.POST.get("clientid", "")), now=read_now())
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@for_engines
def nginx_update(request: HttpRequest) -> HttpResponse:
    """`on_update`: 403 cuts off a publisher whose show is over or whose key was replaced; players go on."""
    if request.POST.get("call") != "update_publish":
        return HttpResponse(status=204)
    wanted = api.still_wanted(_client("nginx-rtmp", request.POST.get("clientid", "")))
    return HttpResponse(status=204 if wanted else 403)


# --- JSON engines ----------------------------------------------------------------------------------------------------


def _json_hook(view: Callable[[Mapping[str, Any]], HttpResponse]) -> View:
    """A hook with the secret in its address and an object in its body."""

    @csrf_exempt
    @require_POST
    @for_engines
    def hook(request: HttpRequest) -> HttpResponse:
        try:
            said = json.loads(request.body) if len(request.body) <= LARGEST_BODY else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return HttpResponse("say a JSON object", status=400, content_type="text/plain")
        return view(said)

    return hook


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _asked(query: str, name: str) -> str:
    try:
        return parse_qs(query.removeprefix("?"), max_num_fields=32).get(name, [""])[0]
    except ValueError:
        return ""


def _client(engine: str, client_id: str) -> str:
    """A client's number told apart by engine: each counts from one."""
    return f"{engine}:{client_id}" if client_id else ""


@_json_hook
def mediamtx_auth(said: Mapping[str, Any]) -> HttpResponse:
    """MediaMTX `authMethod: http`: 200 lets publish or read, 401 refuses; its own interfaces are not for strangers."""
    action, path = _text(said, "action"), _text(said, "path").strip("/").removeprefix("live/")
    if action in ("read", "playback"):
        return HttpResponse(status=200 if api.may_play(path) else 401)
    if action != "publish":
        return HttpResponse(status=401)
    key = _text(said, "password") or _text(said, "token") or _asked(_text(said, "query"), "key")
    if not key:
        # MediaMTX asks first without a key, so that clients learn that one is wanted.
        return HttpResponse(status=401)
    client = _client("mediamtx", path)
    ask = PublishAsk(key, None, _text(said, "ip"), f"mediamtx {_text(said, 'protocol')}"[:200], client)
    found = _admitted(ask, path)
    return HttpResponse(found, status=401, content_type="text/plain") if isinstance(found, str) else HttpResponse()


@csrf_exempt
@require_POST
@for_engines
def mediamtx_gone(request: HttpRequest) -> HttpResponse:
    """What `runOnNotReady` calls, with the path in the form."""
    path = request.POST.get("path", "").strip("/").removeprefix("live/")
    api.engine_left(_client("mediamtx", path), now=read_now())
    return HttpResponse(status=204)


@_json_hook
def srs(said: Mapping[str, Any]) -> HttpResponse:
    """SRS `http_hooks`: always 200; code 0 goes on, any other closes the client."""
    action, name = _text(said, "action"), _text(said, "stream")
    client = _client("srs", _text(said, "client_id"))
    if action == "on_publish":
        key = _asked(_text(said, "param"), "key") or _asked(_text(said, "tcUrl").partition("?")[2], "key")
        found = _admitted(PublishAsk(key, None, _text(said, "ip"), "srs", client), name)
        return JsonResponse({"code": 403, "msg": found} if isinstance(found, str) else {"code": 0})
    if action == "on_unpublish":
        api.engine_left(client, now=read_now())
        return JsonResponse({"code": 0})
    if action == "on_play":
        return JsonResponse({"code": 0 if api.may_play(name) else 403})
    return JsonResponse({"code": 0})


# --- state -----------------------------------------------------------------------------------------------------------


@require_GET
def state(_request: HttpRequest, playback: str) -> HttpResponse:
    """What the player asks every few seconds, in the words of our own plane, when an engine of others plays."""
    found = api.state_for_players(playback)
    if found is None:
        return HttpResponse("not found", status=404, content_type="text/plain")
    answer = JsonResponse(found)
    answer["Cache-Control"] = "max-age=1"
    return answer
