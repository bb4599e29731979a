"""Have the gateway open the session of a payment; outside any transaction."""

import logging
from uuid import UUID

from millstream.kernel.settings import conf
from millstream.kernel.texts import localised
from millstream.orders.links import return_path
from millstream.orders.ports import GatewayRefused, GatewayUnreachable, gateway_port
from millstream.orders.refusals import GatewayAway
from millstream.orders.types import OrderPlaced, SessionTerms

log = logging.getLogger(__name__)


async def open_session(placed: OrderPlaced) -> str:
    """Open the session of an order's payment and return the payer's page; asking again changes nothing.

    The session's id is the payment's, so a killed process leaves nothing that cannot be opened again. Refuses when
    the gateway gives no answer: the order stands and can be paid until its hold runs out.
    """
    gateway = gateway_port()
    try:
        await gateway.open_session(session_terms(placed))
    except (GatewayUnreachable, GatewayRefused) as error:
        log.warning("session %s was not opened: %s", placed.payment_id, error)
        raise GatewayAway(until=placed.expires_at, order=placed.order_id, code=placed.code) from error
    return gateway.pay_url(placed.payment_id)


def session_terms(placed: OrderPlaced) -> SessionTerms:
    """What the gateway is asked to collect for an order."""
    title = localised(placed.title, placed.language)
    return SessionTerms(
        payment_id=placed.payment_id,
        order_id=placed.order_id,
        order_code=placed.code,
        amount_minor=placed.total_minor,
        currency=placed.currency,
        description=f"{placed.quantity} × {title}" if placed.quantity > 1 else title,
        return_url=conf().public_origin + return_path(placed.order_id),
        language=placed.language,
        expires_at=placed.expires_at,
    )


def pay_url(payment_id: UUID) -> str:
    """The payer's page of a payment."""
    return gateway_port().pay_url(payment_id)
