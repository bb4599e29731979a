"""What orders tell the world. Money in minor units of `currency`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from millstream.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class OrderPlaced(Fact):
    """A buyer ordered; the stock is held until `expires_at`."""

    kind: ClassVar[str] = "orders.order_placed"
    subject_field: ClassVar[str] = "order"

    order: UUID
    code: str
    seller: UUID
    buyer: UUID
    show: UUID | None
    variant: UUID
    quantity: int
    total_minor: int
    currency: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OrderPaid(Fact):
    """The payment is captured and in escrow. `lines` are (variant, quantity, goods_minor)."""

    kind: ClassVar[str] = "orders.order_paid"
    subject_field: ClassVar[str] = "order"

    order: UUID
    code: str
    seller: UUID
    buyer: UUID
    show: UUID | None
    host: UUID | None
    lines: tuple[tuple[UUID, int, int], ...]
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class OrderExpired(Fact):
    """Nobody paid in time; the hold is released."""

    kind: ClassVar[str] = "orders.order_expired"
    subject_field: ClassVar[str] = "order"

    order: UUID
    seller: UUID


@dataclass(frozen=True, slots=True)
class OrderCancelled(Fact):
    """The seller, the buyer or the operator called the order off; what was paid goes back."""

    kind: ClassVar[str] = "orders.order_cancelled"
    subject_field: ClassVar[str] = "order"

    order: UUID
    seller: UUID
    by: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class OrderRefunded(Fact):
    """Money goes back to the buyer; `whole` when nothing of the order's money is left."""

    kind: ClassVar[str] = "orders.order_refunded"
    subject_field: ClassVar[str] = "order"

    order: UUID
    seller: UUID
    refund: UUID
    amount_minor: int
    currency: str
    whole: bool


@dataclass(frozen=True, slots=True)
class OrderDelivered(Fact):
    """The parcel arrived; the return window runs until `releasable_at`. `pressed_by` only in a demo."""

    kind: ClassVar[str] = "orders.order_delivered"
    subject_field: ClassVar[str] = "order"

    order: UUID
    seller: UUID
    delivered_at: datetime
    releasable_at: datetime
    pressed_by: UUID | None


@dataclass(frozen=True, slots=True)
class ReturnWindowEnded(Fact):
    """The operator of a demo ended the return window early."""

    kind: ClassVar[str] = "orders.return_window_ended"
    subject_field: ClassVar[str] = "order"

    order: UUID
    pressed_by: UUID


@dataclass(frozen=True, slots=True)
class EscrowReleased(Fact):
    """The order's money went to those who had a part in it."""

    kind: ClassVar[str] = "orders.escrow_released"
    subject_field: ClassVar[str] = "order"

    order: UUID
    seller: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaymentCaseOpened(Fact):
    """Something about money needs a person."""

    kind: ClassVar[str] = "orders.payment_case_opened"
    subject_field: ClassVar[str] = "case"

    case: UUID
    what: str
    owner: UUID
    order: UUID | None
