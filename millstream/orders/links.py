"""Signed links to an order: whoever holds one may see the order and pay it."""

from uuid import UUID

from millstream.kernel.sealing import sign, signed_by_us

_PURPOSE = "order"


def signature_of(order_id: UUID) -> str:
    """What makes a link to an order ours."""
    return sign(_PURPOSE, order_id.hex)


def is_signed(order_id: UUID, signature: str) -> bool:
    """Whether a link to an order is ours."""
    return signed_by_us(_PURPOSE, order_id.hex, signature)


def order_path(order_id: UUID, code: str) -> str:
    """The order's page."""
    return f"/orders/{code}/?k={signature_of(order_id)}"


def pay_path(order_id: UUID) -> str:
    """Where the order is paid."""
    return f"/buy/pay/{order_id}/?k={signature_of(order_id)}"


def return_path(order_id: UUID) -> str:
    """Where the gateway sends the payer back to."""
    return f"/buy/return/{order_id}/?k={signature_of(order_id)}"
