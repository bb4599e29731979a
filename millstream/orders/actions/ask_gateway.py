"""Ask the gateway what became of open sessions: a lost message loses no money."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from millstream.orders import rules
from millstream.orders.actions.capture_payments import capture_payments
from millstream.orders.models import Payment
from millstream.orders.ports import GatewayRefused, GatewayUnreachable, gateway_port
from millstream.orders.types import Notice, PaymentState

log = logging.getLogger(__name__)

LARGEST_ROUND: Final = 100
AT_ONCE: Final = 8

type Asked = tuple[UUID, Notice | None]


async def ask_session(payment_id: UUID) -> Notice | None:
    """What the gateway says of a session; None when it does not know it or does not answer."""
    try:
        return await gateway_port().ask_session(payment_id)
    except (GatewayUnreachable, GatewayRefused) as error:
        log.warning("the gateway was asked about %s: %s", payment_id, error)
        return None


def ask_open_sessions(*, now: datetime, limit: int = LARGEST_ROUND) -> int:
    """Ask about the open payments whose turn it is, take what is told, and set when to ask again.

    Returns how many had been settled without our hearing of it. No transaction is open while the gateway is asked.
    """
    due = Payment.objects.filter(state=PaymentState.OPEN, ask_at__lte=now).order_by("ask_at")
    payments = {payment.id: payment for payment in due[:limit]}
    if not payments:
        return 0
    asked = asyncio.run(_ask_all(list(payments)))
    told = [notice for _, notice in asked if notice is not None and notice.kind in ("captured", "declined")]
    if told:
        capture_payments(told, now=now)
    for payment in payments.values():
        _ask_later(payment, now)
    return len(told)


def _ask_later(payment: Payment, now: datetime) -> None:
    still_open = Payment.objects.filter(id=payment.id, state=PaymentState.OPEN)
    due = rules.next_question(opened_at=payment.opened_at, now=now, asked_times=payment.asked_times + 1)
    if due is None:
        still_open.update(state=PaymentState.LAPSED)
    else:
        still_open.update(ask_at=due, asked_times=payment.asked_times + 1)


async def _ask_all(payment_ids: Sequence[UUID]) -> list[Asked]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(payment_id: UUID) -> Asked:
        async with slots:
            return payment_id, await ask_session(payment_id)

    return list(await asyncio.gather(*(one(payment_id) for payment_id in payment_ids)))
