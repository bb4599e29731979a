"""Send refunds that were asked to the gateway, until it says that the money went back."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from millstream.orders.actions.end_refund import end_refunds, fail_refund
from millstream.orders.models import Refund
from millstream.orders.ports import GatewayRefused, GatewayUnreachable, gateway_port
from millstream.orders.types import RefundState

log = logging.getLogger(__name__)

LARGEST_ROUND: Final = 50
TRY_AGAIN_AFTER: Final = timedelta(seconds=30)


def send_refunds(*, now: datetime, limit: int = LARGEST_ROUND) -> int:
    """Send the refunds that are due, each under its own id, so that sending twice gives back once.

    Returns how many are done. A refusal of the gateway takes the booking back and opens a case; no answer means
    that it is sent again. What goes wrong with one of them is told at the end: it never keeps the others waiting.
    No transaction is open while the gateway is asked.
    """
    due = Refund.objects.filter(state=RefundState.ASKED).filter(
        Q(tried_at__isnull=True) | Q(tried_at__lte=now - TRY_AGAIN_AFTER)
    )
    done = 0
    broken: list[Exception] = []
    for refund in due.order_by("asked_at")[:limit]:
        Refund.objects.filter(id=refund.id).update(tried_at=now, tries=F("tries") + 1)
        try:
            done += _send(refund, now)
        except Exception as error:  # raised below, when the others had their turn
            log.exception("refund %s went wrong", refund.id)
            broken.append(error)
    if broken:
        raise ExceptionGroup("refunds went wrong", broken)
    return done


def _send(refund: Refund, now: datetime) -> int:
    try:
        asyncio.run(
            gateway_port().refund(
                refund_id=refund.id,
                payment_id=refund.payment_id,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
            )
        )
    except GatewayUnreachable as error:
        log.warning("refund %s waits: %s", refund.id, error)
        return 0
    except GatewayRefused as error:
        fail_refund(refund.id, reason=error.reason, now=now)
        return 0
    return end_refunds([refund.id], now=now)
