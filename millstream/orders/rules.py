"""Pure decisions about orders and money: no Django, no clock, no randomness."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from millstream.orders.refusals import BadStatement, KeyMissing, PriceChanged, QuantityRefused, WrongCurrency
from millstream.orders.types import CaseEnd, CaseKind, OrderState, PaymentState, StatementRow, Verdict

MOST_UNITS: Final = 99
KEY_LENGTHS: Final = range(16, 201)
ASK_AFTER: Final = (
    timedelta(seconds=20),
    timedelta(seconds=40),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
ASK_FOR: Final = timedelta(hours=48)
STATEMENT_COLUMNS: Final = frozenset({"kind", "id", "session", "amount_minor", "fee_minor", "currency", "at"})
MOST_STATEMENT_ROWS: Final = 20_000
LONGEST_LINE_ID: Final = 100
CURRENCY_LENGTH: Final = 3
REFUNDABLE: Final = frozenset({OrderState.PAID, OrderState.DELIVERED, OrderState.RELEASED})
# How a case may end; one that holds money says where it goes.
ENDS: Final[Mapping[CaseKind, tuple[CaseEnd, ...]]] = {
    CaseKind.REFUND_FAILED: (CaseEnd.AGAIN, CaseEnd.BY_HAND, CaseEnd.KEPT),
    CaseKind.UNKNOWN_SESSION: (CaseEnd.AT_GATEWAY,),
}


def check_quantity(quantity: int) -> None:
    """Refuse a quantity that is not between 1 and 99."""
    if not 1 <= quantity <= MOST_UNITS:
        raise QuantityRefused(quantity=quantity, most=MOST_UNITS)


def check_price(*, seen_minor: int | None, price_minor: int, currency: str, shop_currency: str) -> None:
    """Refuse an offer in a currency that the shop does not use, or at another price than the buyer saw."""
    if currency != shop_currency:
        raise WrongCurrency(currency=currency, wanted=shop_currency)
    if seen_minor is not None and seen_minor != price_minor:
        raise PriceChanged(price_minor=price_minor, seen_minor=seen_minor, currency=currency)


def key_hash(typed: str) -> bytes:
    """The SHA-256 of an idempotency key; refuses one that is too short to be nobody else's."""
    if len(typed) not in KEY_LENGTHS:
        raise KeyMissing(shortest=KEY_LENGTHS.start, longest=KEY_LENGTHS.stop - 1)
    return sha256(typed.encode()).digest()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a payment and its order when the gateway says that money was captured."""

    payment_state: PaymentState
    amount_minor: int
    currency: str
    order_state: OrderState
    has_accepted: bool


def judge_capture(standing: Standing | None, *, amount_minor: int, currency: str) -> Verdict | None:
    """Say what a capture comes to before stock is asked; None when the order can be paid if there is stock.

    Money in a wrong amount or for an order that has its money is booked apart and given back, never dropped.
    """
    if standing is None:
        return Verdict.UNKNOWN
    if standing.payment_state == PaymentState.CAPTURED:
        return Verdict.DUPLICATE
    if (amount_minor, currency) != (standing.amount_minor, standing.currency):
        return Verdict.WRONG_AMOUNT
    if standing.has_accepted:
        return Verdict.SECOND
    if standing.order_state in (OrderState.PLACED, OrderState.EXPIRED):
        return None
    return Verdict.LATE


def share_refund(amount_minor: int, left_minor: Sequence[int]) -> tuple[int, ...]:
    """Share a refund over what is left of each split line: largest remainder, ties by place; sums to the amount.

    No share is larger than what is left of its line.
    """
    whole = sum(left_minor)
    assert 0 < amount_minor <= whole, (amount_minor, whole)
    shares = [amount_minor * left // whole for left in left_minor]
    remainders = [amount_minor * left % whole for left in left_minor]
    over = amount_minor - sum(shares)
    by_remainder = sorted(range(len(shares)), key=lambda place: (-remainders[place], place))
    for place in by_remainder[:over]:
        shares[place] += 1
    return tuple(shares)


def refundable_minor(*, total_minor: int, refunded_minor: int, state: OrderState) -> int:
    """How much can still go back of an order."""
    return total_minor - refunded_minor if state in REFUNDABLE else 0


def ends_of(kind: CaseKind, *, pays_order: bool = True) -> tuple[CaseEnd, ...]:
    """How a case of this kind may end; money that pays no order is kept by no sale."""
    ends = ENDS.get(kind, (CaseEnd.CLOSED,))
    return ends if pays_order else tuple(end for end in ends if end is not CaseEnd.KEPT)


def releasable_from(delivered_at: datetime, return_window_seconds: int) -> datetime:
    """When the money of a delivered order may go to those who had a part in it."""
    return delivered_at + timedelta(seconds=return_window_seconds)


def next_question(*, opened_at: datetime, now: datetime, asked_times: int) -> datetime | None:
    """When to ask the gateway about an open session again: ever less often; None when it is too old to ask."""
    due = now + ASK_AFTER[min(asked_times, len(ASK_AFTER) - 1)]
    return due if due <= opened_at + ASK_FOR else None


def parse_statement(text: str) -> list[StatementRow]:
    """Read the gateway's settlement statement by its header names; refuses what cannot be read, by line."""
    reader = csv.DictReader(io.StringIO(text))
    if not set(reader.fieldnames or ()) >= STATEMENT_COLUMNS:
        raise BadStatement(line=1)
    rows: list[StatementRow] = []
    for number, line in enumerate(reader, start=2):
        if number > MOST_STATEMENT_ROWS:
            raise BadStatement(line=number)
        rows.append(_statement_row(number, line))
    return rows


def _statement_row(number: int, line: dict[str, str]) -> StatementRow:
    try:
        row = StatementRow(
            kind=line["kind"],
            id=line["id"],
            session=line["session"],
            amount_minor=int(line["amount_minor"]),
            fee_minor=int(line["fee_minor"]),
            currency=line["currency"],
            at=datetime.fromisoformat(line["at"]),
        )
    except (ValueError, TypeError):
        raise BadStatement(line=number) from None
    sign = {"capture": 1, "refund": -1}.get(row.kind, 0)
    well_formed = (
        row.id and len(row.id) <= LONGEST_LINE_ID and len(row.currency) == CURRENCY_LENGTH and row.at.tzinfo is not None
    )
    if not well_formed or row.amount_minor * sign <= 0 or row.fee_minor < 0:
        raise BadStatement(line=number)
    return row
