"""Ids, states and records of orders and payments. Amounts are integer minor units of the order's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType
from uuid import UUID

from millstream.kernel.texts import Text
from millstream.people.types import AddressLines, ContactKind

OrderId = NewType("OrderId", UUID)
LineId = NewType("LineId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
CaseId = NewType("CaseId", UUID)

SANDBOX = "sandbox"


class OrderState(StrEnum):
    """Where an order is. Expired, cancelled, released and refunded are its ends."""

    PLACED = "placed"
    PAID = "paid"
    DELIVERED = "delivered"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class EndedWhy(StrEnum):
    """Why an order ended refunded without anybody having asked for it; stands in `ended_why`."""

    CAME_BACK = "parcel_came_back"
    LOST = "parcel_lost"


class PaymentState(StrEnum):
    """What the gateway said about one attempt to pay. Open means that it may still say anything."""

    OPEN = "open"
    CAPTURED = "captured"
    DECLINED = "declined"
    LAPSED = "lapsed"


class RefundState(StrEnum):
    """Where a refund is. Failed: the gateway refused, its money lies apart until somebody says what becomes of it.

    The last three are the ends of a failed one: another refund took its place, the money was given back outside the
    gateway, or it stays with the sale after all.
    """

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"
    AGAIN = "again"
    BY_HAND = "by_hand"
    KEPT = "kept"


# The refunds whose money is the buyer's and no part of the sale any more.
STANDING_REFUNDS: Final = (RefundState.ASKED, RefundState.DONE, RefundState.FAILED, RefundState.BY_HAND)


class CaseKind(StrEnum):
    """What went wrong with money, so that a person has to look at it."""

    UNKNOWN_SESSION = "unknown_session"
    WRONG_AMOUNT = "wrong_amount"
    SECOND_PAYMENT = "second_payment"
    LATE_PAYMENT = "late_payment"
    REFUND_FAILED = "refund_failed"
    STATEMENT_BREAK = "statement_break"
    PARCEL_LOST = "parcel_lost"


class CaseEnd(StrEnum):
    """What is said with the closing of a case; all but the first move the money that the case holds."""

    CLOSED = "closed"
    AGAIN = "again"
    BY_HAND = "by_hand"
    KEPT = "kept"
    AT_GATEWAY = "at_gateway"


class Verdict(StrEnum):
    """What a message of the gateway came to."""

    PAID = "paid"
    HONOURED_LATE = "honoured_late"
    LATE = "late"
    SECOND = "second"
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    REFUNDED = "refunded"
    NOTED = "noted"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class OrderWish:
    """What somebody wants to buy. Ids and hashes are made at the edge, so that trying again means the same order.

    `key` and `body` are SHA-256 of the idempotency key and of what was asked; `contact` is normalised. Without an
    address the newest one of the visitor is meant. `price_seen_minor` is what the buyer was shown.
    """

    order_id: OrderId
    payment_id: PaymentId
    visitor: UUID
    key: bytes
    body: bytes
    contact_kind: ContactKind
    contact: str
    name: str
    address: AddressLines | None
    variant_id: UUID
    quantity: int
    language: str
    show_id: UUID | None = None
    price_seen_minor: int | None = None
    buyer_id: UUID | None = None
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order that stands, with the attempt to pay it. `existed` when the same wish had placed it before."""

    order_id: OrderId
    payment_id: PaymentId
    code: str
    state: OrderState
    title: Text
    quantity: int
    goods_minor: int
    delivery_minor: int
    total_minor: int
    currency: str
    language: str
    expires_at: datetime
    existed: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What the gateway told about a session, by a signed message or in answer to a question.

    `event_id` is the message's own; `kind` is `captured`, `declined`, `pending`, `refunded` or another word.
    """

    event_id: str
    kind: str
    session: str
    amount_minor: int
    currency: str
    fee_minor: int = 0
    capture: str = ""
    refund: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """What the gateway is asked to collect."""

    payment_id: PaymentId
    order_id: OrderId
    order_code: str
    amount_minor: int
    currency: str
    description: str
    return_url: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One variant of an order as it was agreed."""

    id: LineId
    variant_id: UUID
    title: Text
    variant_title: Text
    quantity: int
    price_minor: int
    price_source: str
    goods_minor: int
    hold_id: UUID
    image: str
    discount_minor: int = 0


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One paid line of an order from a show. `given_back` says by (part, actor) what was refunded of its split."""

    order_id: OrderId
    order_code: str
    state: OrderState
    seller: UUID
    buyer: UUID
    show_id: UUID | None
    currency: str
    placed_at: datetime
    paid_at: datetime
    delivered_at: datetime | None
    releasable_at: datetime | None
    released_at: datetime | None
    line_id: LineId
    variant_id: UUID
    title: Text
    variant_title: Text
    quantity: int
    price_minor: int
    goods_minor: int
    given_back: Mapping[tuple[str, UUID], int]


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """One attempt to pay."""

    id: PaymentId
    state: PaymentState
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    captured_at: datetime | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as its buyer, its seller and the operator see it."""

    id: OrderId
    code: str
    state: OrderState
    buyer: UUID
    seller: UUID
    shop_id: UUID
    address_id: UUID | None
    contact_id: UUID
    currency: str
    goods_minor: int
    delivery_minor: int
    total_minor: int
    refunded_minor: int
    show_id: UUID | None
    host: UUID | None
    language: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None
    releasable_at: datetime | None
    released_at: datetime | None
    lines: tuple[LineRecord, ...] = ()
    payments: tuple[PaymentRecord, ...] = ()
    ended_why: str = ""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A payment that a person has to look at, and whose it is to look."""

    id: CaseId
    kind: CaseKind
    owner: UUID
    opened_at: datetime
    order_id: UUID | None
    order_code: str
    payment_id: UUID | None
    detail: dict[str, Any]
    closed_at: datetime | None
    resolution: str
    ends: tuple[CaseEnd, ...] = (CaseEnd.CLOSED,)


@dataclass(frozen=True, slots=True)
class Difference:
    """A promise about orders that does not hold: what was expected, what the rows say."""

    promise: str
    row_id: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of the gateway's settlement statement."""

    kind: str
    id: str
    session: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What importing a statement came to: how many lines were booked, known before, or matched nothing."""

    booked: int
    known: int
    breaks: int
    fee_minor: dict[str, int] = field(default_factory=dict)
