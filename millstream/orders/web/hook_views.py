"""The gateway's messages where Django answers them (the lean route takes them first in a web process)."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from millstream.kernel.refusals import Refusal
from millstream.kernel.web.asking import asking_network
from millstream.orders.ports import gateway_port
from millstream.orders.till.till import till
from millstream.orders.web.lean import refused, say_not_signed


@csrf_exempt
@require_POST
def sandbox(request: HttpRequest) -> HttpResponse:
    """Take one signed message; whoever did not sign it is refused and logged."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        # The process's own clock is right enough to tell an old message from a new one.
        notice = gateway_port().read_webhook(headers, request.body, now=datetime.now(UTC))
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "malformed"}, status=400)
    if notice is None:
        say_not_signed(asking_network(request))
        return JsonResponse({"error": "not_signed"}, status=401)
    try:
        verdict = till.capture(notice)
    except Refusal as refusal:
        status, answer = refused(refusal, "en")
        return JsonResponse(answer, status=status)
    return JsonResponse({"verdict": verdict.value})
