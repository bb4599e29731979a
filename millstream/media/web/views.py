"""Hooks of a media engine: may this publisher go on, who left, which scenes stand in.

The field names are nginx-rtmp's, so that any engine with such hooks can ask. The secret in the address is the
engine's; the key in the form is the host's, and is never logged.
"""

import hmac
import logging
from collections.abc import Callable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from millstream.kernel.clock import read_now
from millstream.kernel.limits import RateLimit
from millstream.kernel.refusals import Refusal
from millstream.kernel.settings import conf
from millstream.kernel.wording import say
from millstream.media import api
from millstream.media.refusals import KeyRefused, TooManyTries
from millstream.media.types import SOURCE_RTMP, SOURCE_WHIP, Admitted, PublishAsk

log = logging.getLogger(__name__)

WRONG_KEYS = RateLimit("media.wrong_keys", per_minute=10, burst=20)

type View = Callable[[HttpRequest], HttpResponse]


def for_engines(view: View) -> View:
    """Only whoever knows the hook's secret gets an answer; comparing takes the same time whatever was sent."""

    def guarded(request: HttpRequest) -> HttpResponse:
        told = request.GET.get("secret", "").encode()
        if not hmac.compare_digest(told, conf().media_hook_secret.encode()):
            return HttpResponse("hook secret refused", status=403, content_type="text/plain")
        return view(request)

    return guarded


@csrf_exempt
@require_POST
@for_engines
def publish(request: HttpRequest) -> HttpResponse:
    """Answer 200 with the stream and its limits, or 403 with the reason that the publisher is to print.

    `live/KEY` names the key alone; `live/slug?key=KEY` names the show and brings the key as a query argument. Our own
    plane tells the show apart, as `slug`.
    """
    key_apart = request.POST.get("key")
    name = request.POST.get("name", "")
    beside = name if key_apart and key_apart != name else None
    ask = PublishAsk(
        key=key_apart or name,
        slug=request.POST.get("slug") or beside,
        source=SOURCE_WHIP if request.POST.get("app") == "whip" else SOURCE_RTMP,
        address=request.POST.get("addr", ""),
        client=request.POST.get("flashver", ""),
        client_id=request.POST.get("clientid", ""),
        shard=read_shard(request.POST.get("shard")),
    )
    try:
        admitted = _admit(ask)
    except Refusal as refusal:
        with translation.override("en"):  # the publisher's program prints it, on a terminal of any kind
            said = say(refusal)
        log.info("publisher at %s refused: %s", ask.address, refusal.code)
        return HttpResponse(f"{said.what} {said.next}".strip(), status=403, content_type="text/plain; charset=utf-8")
    return JsonResponse(
        {
            "stream": str(admitted.stream),
            "playback": admitted.playback,
            "max_kbit": admitted.max_kbit,
            "max_hours": admitted.max_hours,
        }
    )


def _admit(ask: PublishAsk) -> Admitted:
    """Ask the action; wrong keys from one address are counted, right ones are not."""
    try:
        return api.admit_publisher(ask, now=read_now())
    except KeyRefused:
        wait = WRONG_KEYS.take(ask.address)
        if wait:
            raise TooManyTries(retry_after=wait) from None
        raise


@csrf_exempt
@require_POST
@for_engines
def publish_done(request: HttpRequest) -> HttpResponse:
    """Note that a publisher left."""
    api.note_publish_done(request.POST.get("clientid", ""), now=read_now())
    return HttpResponse(status=204)


def read_shard(text: str | None) -> int | None:
    """The number of the media process that asks; None when it does not say."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else None  # noqa: PLR2004


@require_GET
@for_engines
def scenes(request: HttpRequest) -> HttpResponse:
    """The drawn scenes to show while nobody publishes (none outside a demo), and the streams that are closed."""
    shard = read_shard(request.GET.get("shard"))
    return JsonResponse(
        {
            "scenes": [{**asdict(scene), "stream": str(scene.stream)} for scene in api.scenes(shard)],
            "closed": [str(stream) for stream in api.closed_lately(read_now())],
        }
    )
