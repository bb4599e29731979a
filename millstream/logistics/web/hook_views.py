"""What carriers push to us: signed, kept once, answered at once."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from millstream.kernel.settings import conf
from millstream.logistics import api
from millstream.logistics.adapters.sandbox import is_signed, read_event
from millstream.logistics.web.asking import now_of

MOST_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def sandbox_carrier(request: HttpRequest) -> HttpResponse:
    """Take one event of the sandbox carrier. 2xx means: do not send it again, also when it was a duplicate."""
    body = request.body
    if len(body) > MOST_BYTES:
        return HttpResponse("too large", status=413)
    signed = is_signed(
        conf().carrier_key,
        message_id=request.headers.get("webhook-id", ""),
        timestamp=request.headers.get("webhook-timestamp", ""),
        body=body,
        given=request.headers.get("webhook-signature", ""),
        now_seconds=now_of(request).timestamp(),
    )
    if not signed:
        return HttpResponse("not signed", status=401)
    try:
        event = read_event(json.loads(body))
    except ValueError as error:
        return HttpResponse(str(error), status=400)
    if request.headers.get("webhook-id") != event.event_id:
        return HttpResponse("the id is not the event's", status=400)
    outcomes = api.apply_tracking([event], came_by="push", now=now_of(request))
    # A number that we do not know yet may be one whose booking we are just writing down: ask for it again.
    if outcomes["unknown"]:
        return HttpResponse("unknown number", status=404)
    return HttpResponse(json.dumps(dict(outcomes)), content_type="application/json")
